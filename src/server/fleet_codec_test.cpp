#include "server/fleet_codec.hpp"

#include "compile/compile.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace flyball::server {
namespace {

SnapshotFile file_of(std::string bytes) {
  const auto size = bytes.size();
  return {.size = size, .bytes = std::make_shared<const Bytes>(std::move(bytes))};
}

Snapshot snapshot_of(const std::map<std::string, std::string>& files) {
  Snapshot out{.revision = Revision("0123456789abcdef0123456789abcdef01234567")};
  for (const auto& [path, bytes] : files) out.files[path] = file_of(bytes);
  return out;
}

Snapshot small_fleet() {
  return snapshot_of(
      {{"fleet.yaml", "kind: fleet\nid: acme-5f0c1e9a\nname: acme\nguards: { max_delete: 7% }\n"},
       {"devices/all.yaml",
        "kind: devices\ngroup: lobby\ndevices:\n  d1: { labels: { site: berlin, ring: a } }\n  d2: { serial: S-2 }\n"
        "  d3: { vars: { who: three } }\n"},
       {"groups/lobby.yaml",
        "kind: group\nname: lobby\nvars: { who: one }\nfiles:\n  /etc/motd: { content: \"${{ vars.who }}\" }\n"}});
}

Snapshot example(const std::string& name) {
  Snapshot out;
  const std::filesystem::path root = std::string(FLYBALL_SOURCE_DIR) + "/examples/" + name;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    out.files[entry.path().lexically_relative(root).string()] =
        file_of(std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return out;
}

void expect_same_fleet(const compile::Fleet& got, const compile::Fleet& want) {
  EXPECT_EQ(got.repository, want.repository);
  EXPECT_EQ(got.name, want.name);
  EXPECT_EQ(got.guards, want.guards);
  EXPECT_EQ(got.groups, want.groups);
  EXPECT_EQ(got.policy, want.policy);
  EXPECT_EQ(got.snapshot, want.snapshot);
  ASSERT_EQ(got.blobs.size(), want.blobs.size());
  for (const auto& [digest, bytes] : want.blobs) EXPECT_EQ(*got.blobs.at(digest), *bytes);
  ASSERT_EQ(got.devices.size(), want.devices.size());
  for (const auto& [id, device] : want.devices) {
    const auto& same = got.devices.at(id);
    EXPECT_EQ(same.id, device.id);
    EXPECT_EQ(same.group, device.group);
    EXPECT_EQ(same.labels, device.labels);
    EXPECT_EQ(same.serial, device.serial);
    EXPECT_EQ(same.at, device.at);
    EXPECT_EQ(*same.manifest, *device.manifest);
    EXPECT_EQ(same.digest, device.digest);
  }
}

TEST(FleetCodec, ASnapshotComesBackAsItWas) {
  Snapshot snapshot = small_fleet();
  snapshot.files["run.sh"] = file_of("#!/bin/sh\n");
  snapshot.files["run.sh"].type = SnapshotFile::Type::executable;
  snapshot.files["link"] = file_of("fleet.yaml");
  snapshot.files["link"].type = SnapshotFile::Type::symlink;
  snapshot.files["module"] = {.type = SnapshotFile::Type::submodule};
  snapshot.files["large"] = {.size = std::uint64_t{5} << 30U};
  snapshot.files["empty"] = file_of("");
  snapshot.files["bytes"] = file_of(std::string("\0\xff\x80", 3));

  const auto got = decode_snapshot(encode_snapshot(snapshot));

  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->revision, snapshot.revision);
  ASSERT_EQ(got->files.size(), snapshot.files.size());
  for (const auto& [path, file] : snapshot.files) {
    const auto& same = got->files.at(path);
    EXPECT_EQ(same.type, file.type) << path;
    EXPECT_EQ(same.size, file.size) << path;
    ASSERT_EQ(same.bytes == nullptr, file.bytes == nullptr) << path;
    if (file.bytes) EXPECT_EQ(*same.bytes, *file.bytes) << path;
  }
}

TEST(FleetCodec, AFleetComesBackAsItWasAndEqualDevicesShareTheirManifest) {
  const auto compiled = compile::compile(small_fleet());
  ASSERT_TRUE(compiled.fleet);

  const auto got = decode_compiled(encode_compiled(compiled));

  ASSERT_TRUE(got) << got.error().message;
  ASSERT_TRUE(got->fleet);
  EXPECT_EQ(got->files, compiled.files);
  expect_same_fleet(*got->fleet, *compiled.fleet);
  const auto& devices = got->fleet->devices;
  EXPECT_EQ(devices.at(DeviceId("d1")).manifest, devices.at(DeviceId("d2")).manifest);
  EXPECT_NE(devices.at(DeviceId("d1")).manifest, devices.at(DeviceId("d3")).manifest);
}

TEST(FleetCodec, TheExamplesComeBackAsTheyWere) {
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FLYBALL_SOURCE_DIR) + "/examples")) {
    if (!entry.is_directory()) continue;
    const auto compiled = compile::compile(example(entry.path().filename().string()));
    if (!compiled.fleet) continue;
    const auto got = decode_compiled(encode_compiled(compiled));
    ASSERT_TRUE(got) << entry.path() << ": " << got.error().message;
    expect_same_fleet(*got->fleet, *compiled.fleet);
    ++examples;
  }
  EXPECT_GT(examples, 0U);
}

TEST(FleetCodec, DiagnosticsComeBackWithTheirNotes) {
  compile::Compiled compiled{.files = 3};
  compiled.diagnostics = {{.code = "E0101",
                           .at = {.file = "groups/a.yaml", .line = 70'000, .column = 5, .length = 9},
                           .message = "unknown key `filez`",
                           .help = "did you mean `files`?",
                           .notes = {{.at = {.file = "b.yaml", .line = 1}, .message = "first set here"}}},
                          {.severity = Severity::warning, .code = "W0501", .message = "an empty file"}};

  const auto got = decode_compiled(encode_compiled(compiled));

  ASSERT_TRUE(got) << got.error().message;
  EXPECT_FALSE(got->fleet);
  EXPECT_EQ(got->diagnostics, compiled.diagnostics);
}

TEST(FleetCodec, WhatIsCutShortOrTooLongIsRefused) {
  const auto compiled = encode_compiled(compile::compile(small_fleet()));
  for (std::size_t size = 0; size < compiled.size(); ++size)
    EXPECT_FALSE(decode_compiled(compiled.substr(0, size))) << size;
  EXPECT_FALSE(decode_compiled(compiled + '\0'));
  const auto snapshot = encode_snapshot(small_fleet());
  for (std::size_t size = 0; size < snapshot.size(); ++size)
    EXPECT_FALSE(decode_snapshot(snapshot.substr(0, size))) << size;
  EXPECT_FALSE(decode_snapshot(snapshot + '\0'));
}

// So whatever is accepted has one spelling: nothing in the bytes goes unread.
TEST(FleetCodec, AChangedByteIsRefusedOrMeansSomethingElse) {
  const auto good = encode_compiled(compile::compile(small_fleet()));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      auto bytes = good;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
      const auto got = decode_compiled(bytes);
      if (got) EXPECT_EQ(encode_compiled(*got), bytes) << at;
      if (!got) EXPECT_EQ(got.error().code, Errc::corrupt);
    }
  }
}

TEST(FleetCodec, AManifestMayOnlyNameSpecsThatAreThere) {
  auto compiled = compile::compile(small_fleet());
  compiled.fleet->blobs.erase(compiled.fleet->devices.begin()->second.manifest->resources.front().second);
  EXPECT_FALSE(decode_compiled(encode_compiled(compiled)));
}

TEST(FleetCodec, ALengthThatIsTooLargeTakesNoMemory) {
  // Files: 1. Diagnostics: as many as a number can say.
  EXPECT_FALSE(decode_compiled(std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)));
  EXPECT_FALSE(decode_compiled(std::string("\x01\x80\x00\x00", 4))) << "a number longer than need be";
}

}  // namespace
}  // namespace flyball::server
