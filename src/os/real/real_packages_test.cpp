#include "os/real/real_packages.hpp"

#include "os/real/fake_processes.hpp"
#include "os/real/real_files.hpp"
#include "os/real/temporary_folder.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace flyball::os::real {
namespace {

using Words = std::vector<std::string>;

/// dpkg's records in a folder, and programs that are only noted.
class RealPackagesTest : public testing::Test {
 protected:
  void records(std::string_view tool_status) {
    folder.put("/var/lib/dpkg/status",
               text("Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\n\n",
                    "Package: tool\nStatus: ", tool_status, "\nArchitecture: amd64\nVersion: 1.0-1\n"));
  }
  TemporaryFolder folder;
  RealFiles files = std::move(*RealFiles::open(folder.path()));
  FakeProcesses processes;
  RealPackages packages{files, processes, nullptr};
};

TEST_F(RealPackagesTest, ReadingStartsNoProcessAndSeesWhatChanged) {
  records("install ok installed");
  EXPECT_EQ(packages.package("tool"), (PackageState{.version = "1.0-1", .installed = true}));
  EXPECT_EQ(packages.package("ghost"), std::nullopt);
  EXPECT_EQ(packages.needs_recovery(), false);
  records("hold ok half-configured");
  EXPECT_EQ(packages.package("tool"), (PackageState{.version = "1.0-1", .broken = true, .held = true}));
  EXPECT_EQ(packages.needs_recovery(), true);
  folder.put("/var/lib/apt/extended_states", "Package: tool\nArchitecture: amd64\nAuto-Installed: 1\n");
  EXPECT_TRUE((*packages.package("tool"))->automatic);
  EXPECT_TRUE(processes.commands.empty());
}

TEST_F(RealPackagesTest, AJournalLeftByDpkgAsksForRecovery) {
  records("install ok installed");
  folder.put("/var/lib/dpkg/updates/tmp.i", "");
  EXPECT_EQ(packages.needs_recovery(), false);
  folder.put("/var/lib/dpkg/updates/0001", "");
  EXPECT_EQ(packages.needs_recovery(), true);
}

TEST_F(RealPackagesTest, WithoutRecordsNothingIsTakenForAbsent) {
  EXPECT_EQ(packages.package("tool").error().code, Errc::unsupported);
  folder.put("/var/lib/dpkg/status", "");
  EXPECT_EQ(packages.package("tool").error().code, Errc::corrupt);
}

TEST_F(RealPackagesTest, AptIsAskedSoThatItNeverAsks) {
  const Words options = {"-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
                         "-o", "DPkg::Lock::Timeout=60"};
  const auto with = [&](Words begin, const Words& end) {
    begin.insert(begin.end(), options.begin(), options.end());
    begin.insert(begin.end(), end.begin(), end.end());
    return begin;
  };
  EXPECT_TRUE(packages.perform({.name = "tool"}));
  EXPECT_TRUE(packages.perform({.name = "tool", .version = "0.9~rc1"}));
  EXPECT_TRUE(packages.perform({.name = "tool", .present = false}));
  EXPECT_TRUE(packages.simulate({.name = "tool", .version = "0.9"}));
  ASSERT_EQ(processes.commands.size(), 4U);
  EXPECT_EQ(processes.commands[0].argv, with({"apt-get", "-q", "-y"}, {"--no-remove", "install", "tool"}));
  EXPECT_EQ(processes.commands[1].argv,
            with({"apt-get", "-q", "-y"}, {"--allow-downgrades", "--no-remove", "install", "tool=0.9~rc1"}));
  EXPECT_EQ(processes.commands[2].argv, with({"apt-get", "-q", "-y"}, {"remove", "tool"}));
  EXPECT_EQ(processes.commands[3].argv,
            with({"apt-get", "-q", "-y", "-s"}, {"--allow-downgrades", "install", "tool=0.9"}));
  EXPECT_EQ(processes.commands[0].environment.at("DEBIAN_FRONTEND"), "noninteractive");
  EXPECT_EQ(processes.commands[0].environment.at("LC_ALL"), "C.UTF-8");
}

TEST_F(RealPackagesTest, NamesAndVersionsThatAreNoneNeverReachApt) {
  for (const auto* name :
       {"", "-tool", "tool ", "tool*", "../tool", "tool=1", "tool-", "tool+", "tool/stable", "^task"}) {
    EXPECT_EQ(packages.perform({.name = name}).error().code, Errc::invalid) << name;
    EXPECT_EQ(packages.set_hold(name, true).error().code, Errc::invalid) << name;
  }
  EXPECT_EQ(packages.perform({.name = "tool", .version = "1 --purge"}).error().code, Errc::invalid);
  EXPECT_TRUE(processes.commands.empty());
}

TEST_F(RealPackagesTest, WhatAptSaysIsTold) {
  processes.answers = {Exit{.code = 100, .errors = "E: Unable to locate package ghost\n"}};
  EXPECT_EQ(packages.simulate({.name = "ghost"}).error(),
            (Error{Errc::not_found, "apt cannot install ghost: Unable to locate package ghost"}));
  processes.answers = {Exit{.timed_out = true}};
  EXPECT_EQ(packages.perform({.name = "tool"}).error().code, Errc::timeout);
}

TEST_F(RealPackagesTest, RecoveryFinishesAndMendsWithoutRemoving) {
  EXPECT_TRUE(packages.recover());
  ASSERT_EQ(processes.commands.size(), 2U);
  EXPECT_EQ(processes.commands[0].argv,
            (Words{"dpkg", "--configure", "--pending", "--force-confdef", "--force-confold"}));
  EXPECT_EQ(processes.commands[1].argv.front(), "apt-get");
  EXPECT_NE(std::ranges::find(processes.commands[1].argv, "--no-remove"), processes.commands[1].argv.end());
}

TEST(RealPackages, ThisMachinesOwnRecordsAreReadWhereThereAreAny) {
  auto files = std::move(*RealFiles::open("/"));
  FakeProcesses processes;
  RealPackages packages(files, processes, nullptr);
  const auto dpkg = packages.package("dpkg");
  if (*files.stat("/var/lib/dpkg/status")) {
    ASSERT_TRUE(dpkg && *dpkg);
    EXPECT_TRUE((*dpkg)->installed);
  } else {
    EXPECT_EQ(dpkg.error().code, Errc::unsupported);
  }
}

}  // namespace
}  // namespace flyball::os::real
