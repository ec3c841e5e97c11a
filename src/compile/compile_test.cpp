#include "compile/compile.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

using Files = std::map<std::string, std::string>;

Snapshot snapshot_of(const Files& files) {
  Snapshot out;
  for (const auto& [path, bytes] : files)
    out.files[path] = {.size = bytes.size(), .bytes = std::make_shared<const Bytes>(bytes)};
  return out;
}

const Files base = {
    {"fleet.yaml",
     "kind: fleet\nid: acme-5f0c1e9a\nname: acme\nvars: { url: https://acme.example/, ntp: ntp.acme.example }\n"},
    {"devices/kiosks.yaml",
     "kind: devices\ngroup: kiosks/berlin\ndevices:\n  kiosk-1: { labels: { site: lobby, hw: nuc } }\n  kiosk-2: { "
     "labels: { site: gate }, vars: { url: https://gate/ } }\n"},
    {"profiles/linux.yaml",
     "kind: profile\nname: linux\npackages:\n  curl: {}\n  telnetd: { ensure: absent }\nfiles:\n  /etc/ntp: { content: "
     "\"NTP=${{ vars.ntp }}\\n\", mode: \"0644\" }\n"},
    {"groups/kiosks.yaml",
     "kind: group\nname: kiosks\nuse: [linux]\nfiles:\n  /etc/kiosk: { content: \"URL=${{ vars.url }} SITE=${{ "
     "device.labels.site }}\\n\", mode: 0640 }\n"
     "services:\n  kiosk: { running: true, restart_on: [\"file:/etc/kiosk\"] }\n"},
    {"groups/kiosks/berlin.yaml",
     "kind: group\nname: kiosks/berlin\nvars: { url: https://berlin/ }\npackages: { curl: null }\n"},
};

Files with(Files changes) {
  Files out = base;
  for (auto& [path, bytes] : changes) out[path] = bytes;
  return out;
}

std::string errors_of(const Files& files) {
  const auto snapshot = snapshot_of(files);
  std::string out;
  for (const auto& d : compile(snapshot).diagnostics)
    out += text(d.code, ' ', d.at.str(), ": ", d.message, d.help.empty() ? "" : text(" | ", d.help), '\n');
  return out;
}

Fleet fleet_of(const Files& files) {
  auto compiled = compile(snapshot_of(files));
  EXPECT_TRUE(compiled.fleet) << errors_of(files);
  return compiled.fleet ? std::move(*compiled.fleet) : Fleet{};
}

// A resource as a device would want it, in short: `content "…" mode "0644"`, `released`, or `nothing`.
std::string resolved(const Fleet& fleet, const char* device, const ResourceId& id, const Facts& facts = {},
                     const char* now = "2026-11-23T09:00:00Z") {
  const auto& declared = fleet.devices.at(DeviceId(device));
  const auto blob = fleet.spec(declared, id);
  if (!blob) return "nothing";
  const auto out = resolve(id, *blob, facts, *parse_rfc3339(now));
  if (!out) return out.error().message;
  switch (out->outcome) {
    case Resolved::Outcome::released:
      return "released";
    case Resolved::Outcome::none:
      return "nothing";
    case Resolved::Outcome::waiting:
      return text("waiting for ", out->waiting_for);
    case Resolved::Outcome::managed:
      break;
  }
  auto fields = encode(*out->spec);
  if (const auto content = maybe_string(fields, "content")) {
    const auto digest = *Digest::parse(*content);
    const auto made = out->contents.find(digest);
    fields["content"] = made != out->contents.end() ? made->second : *fleet.blobs.at(digest);
  }
  return fields.canonical();
}

TEST(Compile, LayersMergeFromTheFleetToTheDevice) {
  const auto fleet = fleet_of(base);
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/kiosk")),
            R"({"content":"URL=https://berlin/ SITE=lobby\n","mode":"0640"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", ResourceId("file", "/etc/kiosk")),
            R"({"content":"URL=https://gate/ SITE=gate\n","mode":"0640"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("package", "curl")), "released");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("package", "telnetd")), R"({"ensure":"absent"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/ntp")),
            R"({"content":"NTP=ntp.acme.example\n","mode":"0644"})");
}

// S4
TEST(Compile, TheSameFilesGiveTheSameBytesWhateverTheirNamesAndOrder) {
  const auto fleet = fleet_of(base);
  Files renamed = base;
  renamed["devices/a.yml"] = renamed["devices/kiosks.yaml"];
  renamed.erase("devices/kiosks.yaml");
  renamed["groups/zz/whatever.yaml"] = renamed["groups/kiosks.yaml"];
  renamed.erase("groups/kiosks.yaml");
  const auto other = fleet_of(renamed);
  for (const auto& [id, device] : fleet.devices) EXPECT_EQ(device.digest, other.devices.at(id).digest);
  Files commented = base;
  commented["groups/kiosks.yaml"] = "# a comment moves every line\n" + commented["groups/kiosks.yaml"];
  EXPECT_EQ(fleet_of(commented).devices.at(DeviceId("kiosk-1")).digest, fleet.devices.at(DeviceId("kiosk-1")).digest);
}

TEST(Compile, WhatOnlyTheDeviceCanDecideBecomesVariants) {
  const auto fleet = fleet_of(with({
      {"groups/kiosks.yaml",
       "kind: group\nname: kiosks\nfiles:\n  /etc/a: { content: plain }\nwhen:\n  - facts: { all: [os.id=debian] }\n   "
       " files: { /etc/a: { content: debian }, /etc/only: { content: \"on ${{ facts.os.id }}\" } }\n"
       "  - match: { all: [hw=nuc] }\n    files: { /etc/nuc: { content: nuc } }\n"},
      {"overrides/fair.yaml",
       "kind: override\nname: fair\ndevices: [kiosk-1]\nreason: fair\nuntil: 2026-12-05\nfiles: { /etc/a: { content: "
       "fair } }\n"},
  }));
  const ResourceId a("file", "/etc/a");
  const Facts debian = {{"os.id", "debian"}};
  const Facts fedora = {{"os.id", "fedora"}};
  EXPECT_EQ(resolved(fleet, "kiosk-1", a, debian), R"({"content":"fair"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", a, debian, "2026-12-05T00:00:00Z"), R"({"content":"debian"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", a, fedora), R"({"content":"fair"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", a, debian), R"({"content":"debian"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", a, fedora), R"({"content":"plain"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", a), "waiting for os.id");
  EXPECT_EQ(resolved(fleet, "kiosk-2", ResourceId("file", "/etc/only"), debian), R"({"content":"on debian"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", ResourceId("file", "/etc/only"), fedora), "nothing");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/nuc")), R"({"content":"nuc"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", ResourceId("file", "/etc/nuc")), "nothing");
}

TEST(Compile, AFieldMayBeReleasedAloneAndAVariableMayBeAnything) {
  const auto fleet = fleet_of(with({
      {"groups/kiosks.yaml",
       "kind: group\nname: kiosks\nvars: { shells: { ops: /bin/bash }, teams: [audio, video], on: true, id: 1234 "
       "}\nfiles:\n  /etc/a: { content: a, mode: 0600, owner: root }\n"
       "users:\n  ops: { shell: \"${{ vars.shells.ops }}\", groups: \"${{ vars.teams }}\", uid: \"${{ vars.id }}\" "
       "}\nservices: { x: { running: \"${{ vars.on }}\" } }\n"},
      {"groups/kiosks/berlin.yaml", "kind: group\nname: kiosks/berlin\nfiles: { /etc/a: { mode: null } }\n"},
  }));
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/a")), R"({"content":"a","owner":"root"})");
  const auto blob = fleet.spec(fleet.devices.at(DeviceId("kiosk-1")), ResourceId("file", "/etc/a"));
  EXPECT_EQ(blob->variants[0].relations.released, std::vector<std::string>{"mode"});
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("user", "ops")),
            R"({"groups":["audio","video"],"shell":"/bin/bash","uid":1234})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("service", "x")), R"({"running":true})");
}

TEST(Compile, AFolderOfTheRepositoryBecomesFilesAndDirectories) {
  auto files = with({{"files/site/index.html", "<h1>"},
                     {"files/site/css/a.css", "a{}"},
                     {"files/site/run", "#!"},
                     {"groups/kiosks.yaml",
                      "kind: group\nname: kiosks\ndirectories:\n  /srv/site: { source: files/site, owner: www "
                      "}\nfiles:\n  /srv/site/index.html: { content: mine }\n"}});
  const auto fleet = fleet_of(files);
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("directory", "/srv/site")), R"({"owner":"www"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("directory", "/srv/site/css")), R"({"mode":"0755","owner":"www"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/srv/site/css/a.css")),
            R"({"content":"a{}","mode":"0644","owner":"www"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/srv/site/index.html")), R"({"content":"mine"})");
}

TEST(Compile, TemplatesAreFilledInAndSourcesAreNot) {
  const auto fleet = fleet_of(
      with({{"files/t", "site ${{ device.labels.site }} $${{ kept }}\n"},
            {"groups/kiosks.yaml",
             "kind: group\nname: kiosks\nfiles:\n  /etc/t: { template: files/t }\n  /etc/s: { source: files/t }\n"}}));
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/t")), R"({"content":"site lobby ${{ kept }}\n"})");
  EXPECT_EQ(resolved(fleet, "kiosk-2", ResourceId("file", "/etc/t")), R"({"content":"site gate ${{ kept }}\n"})");
  EXPECT_EQ(resolved(fleet, "kiosk-1", ResourceId("file", "/etc/s")),
            R"({"content":"site ${{ device.labels.site }} $${{ kept }}\n"})");
}

TEST(Compile, TellsEachMistakeOnceAtItsPlaceWithACure) {
  const auto group = [](const std::string& body) {
    return with({{"groups/kiosks.yaml", "kind: group\nname: kiosks\n" + body}});
  };
  struct {
    const char* name;
    Files files;
    const char* want;
  } const cases[] = {
      {"unknown field", group("services:\n  kiosk: { restart-on: [] }\n"),
       "E0101 groups/kiosks.yaml:4:12: unknown key `restart-on` in service | did you mean `restart_on`?\n"},
      {"yes is text", group("services: { kiosk: { running: yes } }\n"),
       "E0201 groups/kiosks.yaml:3:31: `running` is text, not true or false | write true\n"},
      {"mode", group("files: { /etc/a: { mode: rw } }\n"),
       "E0202 groups/kiosks.yaml:3:26: `rw` is not a mode of three or four octal digits such as \"0644\"\n"},
      {"variable", group("files: { /etc/a: { content: \"x ${{ vars.ulr }}\" } }\n"),
       "E0301 groups/kiosks.yaml:3:32: `vars.ulr` is not set for device `kiosk-1` | did you mean `url`?\n"},
      {"cycle of variables",
       group("vars: { a: \"${{ vars.b }}\", b: \"x${{ vars.a }}\" }\nfiles: { /etc/a: { content: \"${{ vars.a }}\" } "
             "}\n"),
       "E0303 groups/kiosks.yaml:3:34: a variable needs itself: vars.a → vars.b → vars.a\n"},
      {"needs", group("files: { /etc/a: { content: a, needs: [package:crul] } }\npackages: { curl: {} }\n"), ""},
      {"profile", group("use: [linx]\n"),
       "E0404 groups/kiosks.yaml:3:7: no profile is named `linx` | did you mean `linux`?\n"},
      {"nothing behind it", group("packages:\n  nginx:\n"),
       "E0201 groups/kiosks.yaml:4:3: nothing follows `nginx:` | write {} for all defaults, or null to release it\n"},
      {"missing file", group("files: { /etc/a: { source: files/a } }\n"),
       "E0604 groups/kiosks.yaml:3:28: the repository has no file `files/a`\n"},
      {"two paths", group("files: { /etc/a: { content: a } }\nlinks: { /etc/a: { target: b } }\n"),
       "E0403 groups/kiosks.yaml:4:10: device `kiosk-1` has both `file:/etc/a` and `link:/etc/a` | release one with "
       "null, or take it away\n"},
      {"a cycle",
       group("files: { /etc/a: { content: a, needs: [\"file:/etc/b\"] }, /etc/b: { content: b, needs: "
             "[\"file:/etc/a\"] } }\n"),
       "E0305 groups/kiosks.yaml:3:88: resources wait for each other: file:/etc/a → file:/etc/b → file:/etc/a | take "
       "one of these references away\n"},
      {"absent with more", group("files: { /etc/a: { ensure: absent, mode: 0644 } }\n"),
       "E0202 groups/kiosks.yaml:3:10: `mode` says nothing about what is to be absent\n"},
      {"root absent", group("users: { root: { ensure: absent } }\n"),
       "E0202 groups/kiosks.yaml:3:10: `user:root` cannot be absent: no device lives without it\n"},
      {"fact", group("when: [{ facts: { all: [os.di=debian] }, files: {} }]\n"),
       "E0306 groups/kiosks.yaml:3:25: unknown fact `os.di` | did you mean `os.id`?\n"},
      {"secret", group("files: { /etc/a: { content: \"${{ secret.a }}\" } }\n"),
       "E0205 groups/kiosks.yaml:3:30: `secret` is not supported by this version | until it is, what must stay secret "
       "does not belong into git\n"},
      {"label", group("files: { /etc/a: { content: \"${{ device.labels.hw }}\" } }\n"),
       "E0301 groups/kiosks.yaml:3:30: device `kiosk-2` has no label `hw` | give it that label, or use a variable with "
       "a default\n"},
      {"no fleet",
       {{"groups/a.yaml", "kind: group\nname: a\n"}},
       "E0501 fleet.yaml: the repository has no fleet.yaml | `flyball init` writes one\n"},
      {"nothing at all", {}, "E0501 fleet.yaml: the repository has no fleet.yaml | `flyball init` writes one\n"},
      {"an empty fleet",
       {{"fleet.yaml", "kind: fleet\nid: a-1\nname: a\n"}},
       "E0502 fleet.yaml: the fleet is empty: no devices and no groups | is this the right branch?\n"},
      {"later", with({{"rollouts/default.yaml", "kind: rollout\n"}}),
       "E0205 rollouts/default.yaml: rollouts/ is not supported by this version | remove the file until it is\n"},
  };
  for (const auto& c : cases) {
    if (std::string_view(c.name) == "needs") {
      EXPECT_EQ(errors_of(c.files),
                "E0304 groups/kiosks.yaml:3:40: `file:/etc/a` names `package:crul`, which device `kiosk-1` does not "
                "have | did you mean `package:curl`?\n");
      continue;
    }
    EXPECT_EQ(errors_of(c.files), c.want) << c.name;
  }
}

TEST(Compile, TwoProfilesThatDisagreeAreToldUnlessTheGroupDecides) {
  auto files = with({{"profiles/other.yaml", "kind: profile\nname: other\nfiles: { /etc/ntp: { mode: \"0600\" } }\n"},
                     {"groups/kiosks.yaml", "kind: group\nname: kiosks\nuse: [linux, other]\n"}});
  EXPECT_EQ(errors_of(files),
            "E0401 profiles/other.yaml:3:28: two profiles of group `kiosks` disagree on `mode` of `file:/etc/ntp` | "
            "set it in group `kiosks`\n");
  files["groups/kiosks.yaml"] += "files: { /etc/ntp: { mode: \"0640\" } }\n";
  EXPECT_EQ(errors_of(files), "");
}

TEST(Explain, SaysWhereAValueWasSetAndWhatItOverrode) {
  const auto snapshot = snapshot_of(base);
  const auto origin = explain(snapshot, DeviceId("kiosk-2"), ResourceId("file", "/etc/kiosk"));
  ASSERT_TRUE(origin);
  const auto content = std::ranges::find(origin->fields, "content", &FieldOrigin::field);
  ASSERT_NE(content, origin->fields.end());
  EXPECT_EQ(content->set.layer, "group kiosks");
  EXPECT_EQ(content->set.at.str(), "groups/kiosks.yaml:5:26");
  ASSERT_EQ(content->uses.size(), 1U);
  EXPECT_EQ(content->uses[0].variable, "vars.url");
  EXPECT_EQ(content->uses[0].set.layer, "device kiosk-2");
  ASSERT_EQ(content->uses[0].over.size(), 2U);
  EXPECT_EQ(content->uses[0].over[0].layer, "group kiosks/berlin");
  EXPECT_EQ(content->uses[0].over[1].layer, "fleet");
}

}  // namespace
}  // namespace flyball::compile
