#include "os/real/dpkg_status.hpp"

#include <gtest/gtest.h>

namespace flyball::os::real {
namespace {

constexpr std::string_view dpkg_record =
    "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\n";

std::string record(std::string_view name, std::string_view status, std::string_view more = "") {
  return text(dpkg_record, "\nPackage: ", name, "\nStatus: ", status, "\nPriority: optional\nArchitecture: amd64\n",
              more, "Version: 1.0-1\nDescription: about\n Status: not this one\n");
}

TEST(DpkgStatus, TheStateOfAPackageIsReadFromItsRecord) {
  const PackageState there{.version = "1.0-1", .installed = true};
  auto held = there;
  held.held = true;
  const PackageState broken{.version = "1.0-1", .broken = true};
  const struct {
    std::string_view status;
    std::optional<PackageState> want;
    bool unfinished;
  } cases[] = {
      {"install ok installed", there, false},          {"hold ok installed", held, false},
      {"deinstall ok installed", there, false},        {"deinstall ok config-files", std::nullopt, false},
      {"purge ok not-installed", std::nullopt, false}, {"install ok unpacked", broken, true},
      {"install ok half-installed", broken, true},     {"install reinstreq half-installed", broken, true},
      {"install ok half-configured", broken, true},    {"install ok triggers-pending", broken, true},
      {"install ok triggers-awaited", broken, true},   {"install reinstreq installed", broken, true},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_dpkg_status(record("tool", c.status), "");
    ASSERT_TRUE(parsed) << c.status;
    const auto found = parsed->packages.find("tool");
    EXPECT_EQ(found == parsed->packages.end() ? std::nullopt : std::optional(found->second), c.want) << c.status;
    EXPECT_EQ(parsed->unfinished, c.unfinished) << c.status;
  }
}

TEST(DpkgStatus, OtherArchitecturesAreNamedAndAutomaticOnesMarked) {
  const auto status = text(dpkg_record,
                           "\nPackage: libx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n"
                           "\nPackage: libx\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n"
                           "\nPackage: doc\nStatus: install ok installed\nArchitecture: all\nVersion: 3");
  const auto parsed = parse_dpkg_status(status,
                                        "Package: libx\nArchitecture: i386\nAuto-Installed: 1\n\n"
                                        "Package: doc\nArchitecture: amd64\nAuto-Installed: 1\n\n"
                                        "Package: libx\nArchitecture: amd64\nAuto-Installed: 0\n\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->packages.size(), 4U);
  EXPECT_EQ(parsed->packages.at("libx"), (PackageState{.version = "1", .installed = true}));
  EXPECT_EQ(parsed->packages.at("libx:i386"), (PackageState{.version = "2", .installed = true, .automatic = true}));
  EXPECT_EQ(parsed->packages.at("doc"), (PackageState{.version = "3", .installed = true, .automatic = true}));
}

TEST(DpkgStatus, WhatDpkgWouldNotHaveWrittenIsCorrupt) {
  for (const auto& status : {std::string(), std::string("\n\n"), text(dpkg_record, "\nPackage: x\nVersion: 1\n"),
                             text(dpkg_record, "\nStatus: install ok installed\nVersion: 1\n"),
                             text(dpkg_record, "\nPackage: x\nStatus: install ok\n")}) {
    const auto parsed = parse_dpkg_status(status, "");
    ASSERT_FALSE(parsed) << status;
    EXPECT_EQ(parsed.error().code, Errc::corrupt) << status;
  }
}

TEST(DpkgStatus, CutOrMixedUpTextIsReadWithoutHarm) {
  const auto whole = record("tool", "install ok installed", "Conffiles:\n /etc/tool 00\n");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    (void)parse_dpkg_status(std::string_view(whole).substr(0, length), std::string_view(whole).substr(length));
  }
}

}  // namespace
}  // namespace flyball::os::real
