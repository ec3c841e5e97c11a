#include "os/real/real_host.hpp"
#include "os/real/real_systemd.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

// These change the device they run on: they install packages, make users, start services. They are DISABLED_ so that
// nobody runs them by accident, and end at once outside a container. On a device of the lab, as root:
//
//   os_test --gtest_also_run_disabled_tests --gtest_filter='DISABLED_RealDevice.*'

namespace flyball::os::real {
namespace {

class DISABLED_RealDevice : public testing::Test {
 protected:
  void SetUp() override {
    const auto container = host.files.read("/run/systemd/container", 100);
    ASSERT_TRUE(::geteuid() == 0 && container && *container) << "only as root on a disposable device";
  }

  template <class T>
  static void expect_ok(const Result<T>& result) {
    EXPECT_TRUE(result) << result.error().message;
  }
  void shell(const std::string& script) {
    const auto exit = host.processes.run({.argv = {"sh", "-c", script}}, {});
    ASSERT_TRUE(exit && exit->ok()) << script << ": " << describe(*exit, {});
  }
  void put(const Path& path, std::string_view bytes) {
    expect_ok(replace_file(host.files, path, bytes, Access{.mode = 0644}));
  }
  PackageState package(const std::string& name) {
    const auto state = host.packages.package(name);
    EXPECT_TRUE(state) << state.error().message;
    return state && *state ? **state : PackageState{};
  }
  Unit unit(const std::string& name) {
    const auto state = host.systemd.unit(name);
    EXPECT_TRUE(state && *state) << name << (state ? "" : ": " + state.error().message);
    return state && *state ? **state : Unit{};
  }
  /// What fires within ten seconds, once anything does.
  static std::vector<Dirty> wait_for_dirty(RealWatches& watches) {
    pollfd fd{watches.descriptor(), POLLIN, 0};
    for (int tries = 0; tries < 100; ++tries) {
      (void)::poll(&fd, 1, 100);
      if (auto dirty = watches.take(); !dirty.empty()) return dirty;
    }
    return {};
  }

  std::unique_ptr<RealHost> first = std::move(*RealHost::open({}));
  Host host = first->host();
};

TEST_F(DISABLED_RealDevice, AServiceIsStartedStoppedEnabledAndMasked) {
  put("/etc/systemd/system/probe.service",
      "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
  expect_ok(host.systemd.daemon_reload());
  EXPECT_EQ(unit("probe").active_state, "inactive");
  EXPECT_EQ(unit("probe").unit_file_state, "disabled");
  EXPECT_EQ(unit("probe").path, "/etc/systemd/system/probe.service");
  expect_ok(host.systemd.start("probe"));
  EXPECT_EQ(unit("probe").active_state, "active");
  EXPECT_EQ(unit("probe.service").sub_state, "running");
  expect_ok(host.systemd.restart("probe"));
  expect_ok(host.systemd.reload_or_restart("probe"));
  expect_ok(host.systemd.set_enabled("probe", true));
  EXPECT_EQ(unit("probe").unit_file_state, "enabled");
  expect_ok(host.systemd.set_enabled("probe", false));
  EXPECT_EQ(unit("probe").unit_file_state, "disabled");
  // While it runs: a unit that rests is read from its file whenever it is asked for.
  put("/etc/systemd/system/probe.service", "[Service]\nExecStart=/bin/sleep 1000\n");
  EXPECT_TRUE(unit("probe").needs_daemon_reload);
  expect_ok(host.systemd.daemon_reload());
  EXPECT_FALSE(unit("probe").needs_daemon_reload);
  expect_ok(host.systemd.stop("probe"));
  expect_ok(host.systemd.stop("probe"));
  EXPECT_EQ(unit("probe").active_state, "inactive");
  // A unit file in /etc cannot be masked, since the mask would lie in its place.
  EXPECT_FALSE(host.systemd.set_masked("probe", true));
  EXPECT_EQ(unit("probe").unit_file_state, "static");
  EXPECT_EQ(host.systemd.set_enabled("probe", true).error().code, Errc::invalid);
  expect_ok(host.systemd.set_masked("ghost", true));
  EXPECT_EQ(unit("ghost").unit_file_state, "masked");
  EXPECT_EQ(host.systemd.start("ghost").error().code, Errc::conflict);
  expect_ok(host.systemd.set_masked("ghost", false));
  EXPECT_EQ(host.systemd.unit("ghost"), std::nullopt);
  EXPECT_EQ(host.systemd.start("ghost").error().code, Errc::not_found);
}

TEST_F(DISABLED_RealDevice, AUnitThatFailsSaysWhy) {
  put("/etc/systemd/system/failing.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
  put("/etc/systemd/system/slow.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n");
  expect_ok(host.systemd.daemon_reload());
  const auto failed = host.systemd.start("failing");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(),
            (Error{Errc::conflict, "cannot start failing.service: the unit is failed, result exit-code"}));
  EXPECT_EQ(unit("failing").active_state, "failed");
  EXPECT_EQ(unit("failing").result, "exit-code");
  expect_ok(host.systemd.reset_failed("failing"));
  EXPECT_EQ(unit("failing").active_state, "inactive");
  const auto hasty = std::move(*RealHost::open({.job_timeout = std::chrono::milliseconds(300)}));
  const auto late = hasty->host().systemd.start("slow");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), (Error{Errc::timeout, "to start slow.service: took longer than 300 ms"}));
  expect_ok(host.systemd.stop("slow"));
}

TEST_F(DISABLED_RealDevice, UnitsFireWhenTheyMove) {
  put("/etc/systemd/system/probe.service",
      "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
  expect_ok(host.systemd.daemon_reload());
  const auto watch = Watch::unit("probe");
  for (const auto* change : {"systemctl start probe", "systemctl kill -s KILL probe", "systemctl enable probe"}) {
    // Anew each time, so that it hears nothing of the change before.
    const auto device = std::move(*RealHost::open({}));
    const auto impossible = device->watches().watch({watch});
    ASSERT_TRUE(impossible);
    EXPECT_TRUE(impossible->empty());
    (void)device->watches().take();
    shell(change);
    EXPECT_EQ(wait_for_dirty(device->watches()), std::vector<Dirty>{{.watch = watch}}) << change;
  }
  shell("systemctl disable probe");
}

TEST_F(DISABLED_RealDevice, APackageComesIsUpgradedHeldAndGoes) {
  const std::string name = "flyball-lab-hello";
  EXPECT_EQ(host.packages.package(name), std::nullopt);
  EXPECT_EQ(host.packages.candidate(name), "2.0");
  EXPECT_EQ(host.packages.candidate("ghost"), std::nullopt);
  EXPECT_EQ(host.packages.has_version(name, "1.0"), true);
  EXPECT_EQ(host.packages.has_version(name, "9"), false);
  EXPECT_EQ(host.packages.simulate({.name = name, .version = "1.0"}),
            (Transaction{.installs = {name, "flyball-lab-words"}}));
  EXPECT_EQ(host.packages.package(name), std::nullopt);
  expect_ok(host.packages.perform({.name = name, .version = "1.0"}));
  EXPECT_EQ(package(name), (PackageState{.version = "1.0", .installed = true}));
  EXPECT_EQ(package("flyball-lab-words"), (PackageState{.version = "1.0", .installed = true, .automatic = true}));
  EXPECT_EQ(unit(name).active_state, "active");

  put("/etc/flyball-lab-hello.conf", "greeting = ours\n");
  expect_ok(host.packages.set_hold(name, true));
  EXPECT_TRUE(package(name).held);
  EXPECT_EQ(host.packages.perform({.name = name, .version = "2.0"}).error().code, Errc::conflict);
  expect_ok(host.packages.set_hold(name, false));
  expect_ok(host.packages.perform({.name = name, .version = "2.0"}));
  EXPECT_EQ(package(name).version, "2.0");
  EXPECT_EQ(host.files.read("/etc/flyball-lab-hello.conf", 100), "greeting = ours\n");
  expect_ok(host.packages.perform({.name = name, .version = "1.0"}));
  EXPECT_EQ(package(name).version, "1.0");
  expect_ok(host.packages.perform({.name = name}));
  EXPECT_EQ(package(name).version, "2.0");

  EXPECT_EQ(host.packages.simulate({.name = "flyball-lab-rival"}),
            (Transaction{.installs = {"flyball-lab-rival"}, .removes = {name, "flyball-lab-words"}}));
  const auto refused = host.packages.perform({.name = "flyball-lab-rival"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{Errc::conflict,
                                    "apt cannot install flyball-lab-rival: "
                                    "Packages need to be removed but remove is disabled."}));
  EXPECT_EQ(host.packages.simulate({.name = "flyball-lab-words", .present = false}),
            (Transaction{.removes = {name, "flyball-lab-words"}}));
  expect_ok(host.packages.perform({.name = name, .present = false}));
  expect_ok(host.packages.perform({.name = "flyball-lab-words", .present = false}));
  EXPECT_EQ(host.packages.package(name), std::nullopt);
  EXPECT_EQ(host.packages.perform({.name = "ghost"}).error().code, Errc::not_found);
  EXPECT_EQ(host.packages.perform({.name = name, .version = "9"}).error().code, Errc::not_found);
}

TEST_F(DISABLED_RealDevice, WhatWasLeftHalfConfiguredIsRecovered) {
  put("/etc/flyball-lab-stubborn.fail", "");
  const auto failed = host.packages.perform({.name = "flyball-lab-stubborn"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(host.packages.needs_recovery(), true);
  EXPECT_TRUE(package("flyball-lab-stubborn").broken);
  EXPECT_FALSE(host.packages.recover());
  expect_ok(host.files.remove("/etc/flyball-lab-stubborn.fail"));
  expect_ok(host.packages.recover());
  EXPECT_EQ(host.packages.needs_recovery(), false);
  EXPECT_TRUE(package("flyball-lab-stubborn").installed);
  expect_ok(host.packages.perform({.name = "flyball-lab-stubborn", .present = false}));
}

TEST_F(DISABLED_RealDevice, TheEndOfWhoeverBeganDoesNotEndDpkgAndTheNextWaitsForIt) {
  expect_ok(host.files.remove("/run/flyball-lab-slow.go"));
  expect_ok(host.files.remove("/run/flyball-lab-slow.waits"));
  const pid_t child = ::fork();
  if (child == 0) {
    (void)host.packages.perform({.name = "flyball-lab-slow"});
    ::_exit(0);
  }
  shell("for i in $(seq 300); do [ -e /run/flyball-lab-slow.waits ] && exit; sleep 0.1; done; exit 1");
  ::kill(child, SIGKILL);
  shell("pkill -KILL systemd-run || true");
  EXPECT_EQ(host.packages.needs_recovery(), true);
  EXPECT_EQ(unit("flyball-apt").active_state, "active");
  RealSystemd systemd;
  EXPECT_EQ(systemd.wait_ended("flyball-apt", std::chrono::milliseconds(300)).error().code, Errc::timeout);
  put("/run/flyball-lab-slow.go", "");
  expect_ok(host.packages.recover());
  EXPECT_EQ(host.packages.needs_recovery(), false);
  EXPECT_TRUE(package("flyball-lab-slow").installed);
  expect_ok(host.packages.perform({.name = "flyball-lab-slow", .present = false}));
}

TEST_F(DISABLED_RealDevice, AccountsAndGroupsAreMadeChangedAndRemoved) {
  ASSERT_TRUE(host.watches.watch({Watch::accounts()}));
  (void)host.watches.take();
  expect_ok(host.users.create_group("probes", 4000, false));
  EXPECT_EQ(wait_for_dirty(first->watches()), std::vector<Dirty>{{.watch = Watch::accounts()}});
  expect_ok(host.users.create_account("probe", {.uid = 4001,
                                                .group = "probes",
                                                .comment = "A probe",
                                                .home = "/srv/probe",
                                                .shell = "/bin/sh",
                                                .password_hash = "$y$j9T$aaaa"}));
  EXPECT_EQ(host.users.account("probe"), (Account{.name = "probe",
                                                  .uid = 4001,
                                                  .gid = 4000,
                                                  .comment = "A probe",
                                                  .home = "/srv/probe",
                                                  .shell = "/bin/sh",
                                                  .password_hash = "$y$j9T$aaaa"}));
  EXPECT_EQ((*host.files.stat("/srv/probe"))->uid, 4001U);
  expect_ok(host.users.change_account("probe", {.comment = "Still one", .shell = "/bin/bash", .password_hash = "!"}));
  EXPECT_EQ((*host.users.account("probe"))->comment, "Still one");
  EXPECT_EQ((*host.users.account("probe"))->password_hash, "!");
  EXPECT_EQ(host.users.create_account("probe", {}).error().code, Errc::conflict);
  EXPECT_EQ(host.users.create_account("other", {.uid = 4001}).error().code, Errc::conflict);
  EXPECT_EQ(host.users.create_account("other", {.group = "ghosts"}).error().code, Errc::not_found);
  expect_ok(host.users.add_member("audio", "probe"));
  EXPECT_EQ(host.users.groups_with("probe"), std::vector<std::string>{"audio"});
  expect_ok(host.users.remove_member("audio", "probe"));
  EXPECT_EQ(host.users.add_member("audio", "ghost").error().code, Errc::not_found);
  EXPECT_EQ(host.users.remove_group("probes").error().code, Errc::conflict);
  expect_ok(host.users.create_group("crew", std::nullopt, true));
  expect_ok(host.users.change_group("crew", 4005));
  EXPECT_EQ((*host.users.group("crew"))->gid, 4005U);
  expect_ok(host.users.remove_group("crew"));

  shell("setpriv --reuid 4001 --regid 4000 --clear-groups sleep 1000 >/dev/null 2>&1 & sleep 0.2");
  EXPECT_EQ(host.users.remove_account("probe").error().code, Errc::unavailable);
  shell("pkill -KILL -u 4001; while pgrep -u 4001 >/dev/null; do sleep 0.1; done");
  expect_ok(host.users.remove_account("probe"));
  EXPECT_EQ(host.users.account("probe"), std::nullopt);
  EXPECT_TRUE((*host.files.stat("/srv/probe")).has_value());
  expect_ok(host.users.remove_group("probes"));
}

TEST_F(DISABLED_RealDevice, AKernelSettingOfTheNetworkIsWritten) {
  const Path path = "/proc/sys/net/ipv4/ip_forward";
  const auto before = host.files.read(path, 100);
  expect_ok(host.files.write_kernel(path, "1"));
  EXPECT_EQ(host.files.read(path, 100), "1\n");
  expect_ok(host.files.write_kernel(path, **before));
  EXPECT_FALSE(host.files.write_kernel(path, "not a number"));
  EXPECT_EQ(host.files.write_kernel("/proc/sys/net/ipv4/ghost", "1").error().code, Errc::not_found);
}

}  // namespace
}  // namespace flyball::os::real
