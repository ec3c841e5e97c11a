#include "os/sim/host.hpp"

#include "base/text.hpp"

#include <set>

#include <gtest/gtest.h>

namespace flyball::os::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 20U;
const Bytes kiosk_unit = "[Service]\nExecStart=/usr/bin/kiosk\n[Install]\nWantedBy=multi-user.target\n";

std::shared_ptr<const Mirror> mirror() {
  Mirror mirror;
  mirror.packages = {
      {.name = "libweb", .version = "2.0", .files = {{"/usr/lib/libweb.so", "lib"}}},
      {.name = "web",
       .version = "1.0",
       .depends = {"libweb"},
       .files = {{"/usr/bin/web", "one"}, {"/usr/lib/systemd/system/web.service", kiosk_unit}},
       .conffiles = {{"/etc/web/web.conf", "port 80\n"}},
       .units = {"web"}},
      {.name = "web",
       .version = "1.1",
       .depends = {"libweb"},
       .files = {{"/usr/bin/web", "two"}, {"/usr/lib/systemd/system/web.service", kiosk_unit}},
       .conffiles = {{"/etc/web/web.conf", "port 81\n"}},
       .units = {"web"}},
  };
  return std::make_shared<const Mirror>(std::move(mirror));
}

std::string active(SimHost& host, const std::string& unit) {
  const auto found = host.host().systemd.unit(unit);
  return found && *found ? (*found)->active_state : "not there";
}
std::string file_state(SimHost& host, const std::string& unit) {
  const auto found = host.host().systemd.unit(unit);
  return found && *found ? (*found)->unit_file_state : "not there";
}

TEST(SimSystemd, UnitsComeFromFilesAndRunUntilTheBoot) {
  SimHost host({});
  auto& systemd = host.host().systemd;
  EXPECT_EQ(active(host, "ssh"), "active");
  EXPECT_EQ(active(host, "kiosk.service"), "not there");
  ASSERT_TRUE(host.edit("/etc/systemd/system/kiosk.service", kiosk_unit, "vim"));
  EXPECT_EQ(active(host, "kiosk"), "inactive");
  EXPECT_EQ(file_state(host, "kiosk"), "disabled");
  EXPECT_TRUE(systemd.start("kiosk"));
  EXPECT_EQ(active(host, "kiosk"), "active");
  host.reboot();
  EXPECT_EQ(active(host, "kiosk"), "inactive");
  EXPECT_TRUE(systemd.set_enabled("kiosk", true));
  EXPECT_EQ(file_state(host, "kiosk"), "enabled");
  host.reboot();
  EXPECT_EQ(active(host, "kiosk"), "active");
  EXPECT_TRUE(systemd.set_enabled("kiosk", false));
  EXPECT_EQ(file_state(host, "kiosk"), "disabled");
}

TEST(SimSystemd, AUnitThatRunsKeepsWhatItWasLoadedFromUntilTheReload) {
  SimHost host({});
  ASSERT_TRUE(host.edit("/etc/systemd/system/kiosk.service", kiosk_unit, "vim"));
  ASSERT_TRUE(host.host().systemd.start("kiosk"));
  EXPECT_FALSE((*host.host().systemd.unit("kiosk"))->needs_daemon_reload);
  ASSERT_TRUE(host.edit("/etc/systemd/system/kiosk.service", kiosk_unit + "# more\n", "vim"));
  EXPECT_TRUE((*host.host().systemd.unit("kiosk"))->needs_daemon_reload);
  EXPECT_TRUE(host.host().systemd.daemon_reload());
  EXPECT_FALSE((*host.host().systemd.unit("kiosk"))->needs_daemon_reload);
}

TEST(SimSystemd, WhatCannotBeIsAnError) {
  SimHost host({});
  auto& systemd = host.host().systemd;
  EXPECT_EQ(systemd.start("none").error().code, Errc::not_found);
  EXPECT_EQ(systemd.start("broken").error().code, Errc::conflict);
  EXPECT_EQ(active(host, "broken"), "failed");
  EXPECT_EQ((*systemd.unit("broken"))->result, "exit-code");
  EXPECT_TRUE(systemd.reset_failed("broken"));
  EXPECT_EQ(active(host, "broken"), "inactive");
  EXPECT_EQ(systemd.set_enabled("dbus", true).error().code, Errc::invalid);
  EXPECT_TRUE(systemd.set_masked("cron", true));
  EXPECT_EQ(file_state(host, "cron"), "masked");
  EXPECT_TRUE(systemd.stop("cron"));
  EXPECT_EQ(systemd.start("cron").error().code, Errc::denied);
  EXPECT_TRUE(systemd.set_masked("cron", false));
  EXPECT_TRUE(systemd.start("cron"));
}

TEST(SimPackages, InstallBringsDependenciesFilesAndUnits) {
  SimHost host({.mirror = mirror()});
  auto& packages = host.host().packages;
  EXPECT_EQ(packages.package("web"), std::nullopt);
  EXPECT_EQ(packages.candidate("web"), "1.1");
  EXPECT_EQ(packages.simulate({.name = "web"})->installs, (std::vector<std::string>{"libweb", "web"}));
  ASSERT_TRUE(packages.perform({.name = "web", .version = "1.0"}));
  EXPECT_EQ(**packages.package("web"), (PackageState{.version = "1.0", .installed = true}));
  EXPECT_TRUE((*packages.package("libweb"))->automatic);
  EXPECT_EQ(host.disk().read("/usr/bin/web", plenty), "one");
  EXPECT_EQ(active(host, "web"), "active");
  EXPECT_EQ(packages.simulate({.name = "web"})->upgrades, std::vector<std::string>{"web"});
  EXPECT_EQ(packages.simulate({.name = "libweb", .present = false})->removes,
            (std::vector<std::string>{"web", "libweb"}));
  EXPECT_EQ(packages.perform({.name = "none"}).error().code, Errc::not_found);
}

TEST(SimPackages, TheDevicesOwnConfigurationFileStays) {
  SimHost host({.mirror = mirror()});
  auto& packages = host.host().packages;
  ASSERT_TRUE(packages.perform({.name = "web", .version = "1.0"}));
  ASSERT_TRUE(host.edit("/etc/web/web.conf", "port 8080\n", "vim"));
  ASSERT_TRUE(packages.perform({.name = "web"}));
  EXPECT_EQ(host.disk().read("/usr/bin/web", plenty), "two");
  EXPECT_EQ(host.disk().read("/etc/web/web.conf", plenty), "port 8080\n");
  EXPECT_EQ(host.disk().read("/etc/web/web.conf.dpkg-dist", plenty), "port 81\n");
  ASSERT_TRUE(packages.perform({.name = "web", .present = false}));
  EXPECT_EQ(packages.package("web"), std::nullopt);
  EXPECT_EQ(host.disk().read("/usr/bin/web", plenty), std::nullopt);
  EXPECT_EQ(host.disk().read("/etc/web/web.conf", plenty), "port 8080\n");
}

TEST(SimPackages, AHeldPackageAndALockedDatabaseRefuse) {
  SimHost host({.mirror = mirror()});
  auto& packages = host.host().packages;
  ASSERT_TRUE(packages.perform({.name = "web", .version = "1.0"}));
  ASSERT_TRUE(packages.set_hold("web", true));
  EXPECT_TRUE((*packages.package("web"))->held);
  EXPECT_EQ(packages.perform({.name = "web", .version = "1.1"}).error().code, Errc::conflict);
  ASSERT_TRUE(packages.set_hold("web", false));
  host.packages().lock(true);
  EXPECT_EQ(packages.perform({.name = "web"}).error().code, Errc::unavailable);
  host.packages().lock(false);
  EXPECT_TRUE(packages.perform({.name = "web"}));
}

/// What is on one disk and not, or otherwise, on the other. Temporary files of dpkg do not count: its next run clears
/// them.
std::vector<Path> differences(const Disk& a, const Disk& b) {
  const auto say = [](const Disk& disk, std::map<Path, std::string>& all) {
    for (const auto& path : disk.all_paths()) {
      if (path.ends_with(".new")) continue;
      const auto meta = *disk.stat(path);
      const auto bytes = meta->type == FileMeta::Type::regular ? *disk.read(path, plenty) : std::nullopt;
      all[path] = text(meta->mode, ' ', meta->uid, ' ', meta->gid, ' ', bytes.value_or("nothing"));
    }
  };
  std::map<Path, std::string> in_a;
  std::map<Path, std::string> in_b;
  say(a, in_a);
  say(b, in_b);
  std::vector<Path> differ;
  for (const auto& [path, what] : in_a)
    if (!in_b.contains(path) || in_b[path] != what) differ.push_back(path);
  for (const auto& [path, what] : in_b)
    if (!in_a.contains(path)) differ.push_back(path);
  return differ;
}

// S8: recovery ends where an uninterrupted run ends, however often the power went in it.
TEST(SimPackages, S8_AnInterruptedRunIsFinishedWhateverThePowerCutLeft) {
  for (const auto profile : {DiskProfile::ext4_ordered, DiskProfile::weak_posix}) {
    SimHost undisturbed({.profile = profile, .mirror = mirror()});
    ASSERT_TRUE(undisturbed.host().packages.perform({.name = "web"}));
    bool cut = true;
    std::set<Digest> left;
    for (std::uint64_t place = 1; cut; ++place) {
      SimHost host({.seed = place, .profile = profile, .mirror = mirror()});
      const auto go = [&](std::uint64_t at) {
        host.set_faults(fault_at(at, {Fault::Kind::power_cut}));
        try {
          auto& packages = host.host().packages;
          if (*packages.needs_recovery()) EXPECT_TRUE(packages.recover());
          EXPECT_TRUE(packages.perform({.name = "web"}));
          return true;
        } catch (const PowerCut&) {
          left.insert(host.disk().digest());
          host.boot();
          return false;
        }
      };
      cut = !go(place);
      if (cut) (void)go(1 + place % 30);  // And once more in recovery.
      host.set_faults({});
      EXPECT_TRUE(go(0));
      (void)host.systemd().set_enabled("web", true);  // systemd does not sync its links.
      EXPECT_EQ(differences(host.disk(), undisturbed.disk()), std::vector<Path>{}) << "place " << place;
    }
    EXPECT_GT(left.size(), 10U);
  }
}

TEST(SimPackages, ARunOutlivesACrashOfTheAgent) {
  SimHost host({.mirror = mirror()});
  host.set_faults([](const Call& call) {
    return call.step && call.subject.ends_with("web.service.new") ? std::optional(Fault{Fault::Kind::crash})
                                                                  : std::nullopt;
  });
  EXPECT_THROW((void)host.host().packages.perform({.name = "web"}), Crash);
  EXPECT_TRUE(host.ended());
  host.restart();
  EXPECT_TRUE((*host.host().packages.package("web"))->installed);
}

TEST(SimUsers, AccountsAreMadeChangedAndRemoved) {
  SimHost host({});
  auto& users = host.host().users;
  ASSERT_TRUE(users.create_account("kiosk", {.shell = "/bin/bash"}));
  EXPECT_EQ(**users.account("kiosk"), (Account{.name = "kiosk",
                                               .uid = 1001,
                                               .gid = 1001,
                                               .comment = "",
                                               .home = "/home/kiosk",
                                               .shell = "/bin/bash",
                                               .password_hash = "!"}));
  EXPECT_EQ((*host.disk().stat("/home/kiosk"))->uid, 1001U);
  ASSERT_TRUE(users.create_group("ops", 2000, false));
  ASSERT_TRUE(users.add_member("ops", "kiosk"));
  EXPECT_EQ(users.groups_with("kiosk"), std::vector<std::string>{"ops"});
  ASSERT_TRUE(users.change_account("kiosk", {.uid = 1500, .group = "ops", .password_hash = "$6$x"}));
  EXPECT_EQ((*users.account_by_id(1500))->gid, 2000U);
  EXPECT_EQ((*users.account("kiosk"))->password_hash, "$6$x");
  EXPECT_EQ(users.remove_group("ops").error().code, Errc::conflict);
  host.users().set_running("kiosk", true);
  EXPECT_EQ(users.remove_account("kiosk").error().code, Errc::unavailable);
  host.users().set_running("kiosk", false);
  ASSERT_TRUE(users.remove_account("kiosk"));
  EXPECT_EQ(users.account("kiosk"), std::nullopt);
  EXPECT_EQ((*users.group("ops"))->members, std::vector<std::string>{});
  EXPECT_TRUE(*host.disk().stat("/home/kiosk"));
}

TEST(SimUsers, APowerCutLeavesFilesThatCanBeReadAndThePlanCanBeFinished) {
  bool cut = true;
  for (std::uint64_t place = 1; cut; ++place) {
    SimHost host({.seed = place, .profile = DiskProfile::weak_posix});
    host.set_faults(fault_at(place, {Fault::Kind::power_cut}));
    cut = false;
    try {
      (void)host.host().users.create_account("kiosk", {.password_hash = "x"});
    } catch (const PowerCut&) {
      cut = true;
      host.boot();
    }
    host.set_faults({});
    auto& users = host.host().users;
    const auto found = users.account("kiosk");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(*users.account("alice"));
    EXPECT_TRUE(*found ? users.change_account("kiosk", {.password_hash = "x"})
                       : users.create_account("kiosk", {.password_hash = "x"}));
    EXPECT_EQ((*users.account("kiosk"))->password_hash, "x");
  }
}

TEST(SimProcesses, AScriptDoesWhatAShellWould) {
  const struct {
    std::string script;
    int code;
    Bytes output;
  } cases[] = {
      {"true", 0, ""},
      {"false", 1, ""},
      {"exit 3", 3, ""},
      {"test -e /etc/motd && echo yes", 0, "yes\n"},
      {"test -e /etc/none && echo yes", 1, ""},
      {"test -e /etc/none || echo no", 0, "no\n"},
      {"[ -d /etc ]; exit 4; echo never", 4, ""},
      {"echo 'a  b' > /tmp/x && cat /tmp/x", 0, "a  b\n"},
      {"printf \"one\\n\" > /tmp/y && echo two >> /tmp/y && cat /tmp/y", 0, "one\ntwo\n"},
      {"touch /tmp/z && test -f /tmp/z && rm -f /tmp/z /tmp/z && test -e /tmp/z", 1, ""},
      {"grep -q Welcome /etc/motd", 0, ""},
      {"mkdir -p /srv/a/b && test -d /srv/a/b", 0, ""},
      {"frobnicate", 127, ""},
  };
  for (const auto& c : cases) {
    SimHost host({});
    const auto exit = host.host().processes.run({.argv = {"/bin/sh", "-c", c.script}}, {});
    ASSERT_TRUE(exit) << c.script;
    EXPECT_EQ(exit->code, c.code) << c.script;
    EXPECT_EQ(exit->output, c.output) << c.script;
  }
  SimHost host({});
  EXPECT_EQ(host.host().processes.run({.argv = {"frobnicate"}}, {}).error().code, Errc::not_found);
}

TEST(SimWatches, WhatChangesFiresOnceAndNamesWhoDidIt) {
  SimHost host({.mirror = mirror()});
  auto& watches = host.host().watches;
  const std::vector all{Watch::path("/etc/motd"), Watch::path("/lib/new"), Watch::children("/srv"),
                        Watch::unit("cron"),      Watch::packages(),       Watch::accounts()};
  ASSERT_TRUE(watches.watch(all));
  const auto fired = [&] { return watches.take(); };
  using Fired = std::vector<Dirty>;
  ASSERT_TRUE(host.edit("/etc/motd", "a", "vim of alice"));
  ASSERT_TRUE(host.edit("/etc/motd", "b", "vim of alice"));
  ASSERT_TRUE(host.edit("/etc/issue", "b", "vim of alice"));
  EXPECT_EQ(fired(), (Fired{{Watch::path("/etc/motd"), "vim of alice"}}));
  EXPECT_EQ(fired(), Fired{});
  ASSERT_TRUE(host.edit("/usr/lib/new", "through a link", "cp"));
  EXPECT_EQ(fired(), (Fired{{Watch::path("/lib/new"), "cp"}}));
  ASSERT_TRUE(host.edit("/srv/x", "", "touch"));
  EXPECT_EQ(fired(), (Fired{{Watch::children("/srv"), "touch"}}));
  (void)host.as("systemctl of root", [](SimHost& h) { return h.systemd().stop("cron"); });
  EXPECT_EQ(fired(), (Fired{{Watch::unit("cron"), "systemctl of root"}}));
  (void)host.as("apt", [](SimHost& h) { return h.packages().perform({.name = "libweb"}); });
  EXPECT_EQ(fired(), (Fired{{Watch::packages(), "apt"}}));
  ASSERT_TRUE(host.host().users.create_group("ops", std::nullopt, false));
  EXPECT_EQ(fired(), (Fired{{Watch::accounts(), ""}}));
}

TEST(SimWatches, EventsCanBeLostAndOverflow) {
  SimHost host({});
  ASSERT_TRUE(host.host().watches.watch({Watch::path("/etc/motd"), Watch::unit("cron")}));
  host.watches().overflow();
  EXPECT_EQ(host.host().watches.take().size(), 2U);
  host.watches().lose(1, 7);
  ASSERT_TRUE(host.edit("/etc/motd", "a", "vim"));
  EXPECT_FALSE(host.watches().fired());
  host.watches().lose(0, 7);
  ASSERT_TRUE(host.edit("/etc/motd", "b", "vim"));
  EXPECT_TRUE(host.watches().fired());
}

TEST(SimHost, ABootHasANewIdAndNothingVolatile) {
  SimHost host({.profile = DiskProfile::weak_posix});
  auto ports = host.host();
  const auto first = ports.clocks.boot_id();
  host.clocks().pass(std::chrono::seconds(100));
  ASSERT_TRUE(ports.files.write_kernel("/proc/sys/vm/swappiness", "10"));
  ASSERT_TRUE(replace_file(ports.files, "/etc/sysctl.d/60-x.conf", "net.ipv4.ip_forward = 1\n", {.mode = 0644}));
  host.cut_power();
  EXPECT_EQ(ports.files.read("/etc/motd", plenty).error().code, Errc::cancelled);
  host.boot();
  EXPECT_NE(ports.clocks.boot_id(), first);
  EXPECT_EQ(ports.clocks.steady().since, Duration::zero());
  EXPECT_EQ(ports.files.read("/proc/sys/vm/swappiness", plenty), "60\n");
  EXPECT_EQ(ports.files.read("/proc/sys/net/ipv4/ip_forward", plenty), "1\n");
}

TEST(SimHost, TheSameSeedIsTheSameDevice) {
  const auto story = [](std::uint64_t seed) {
    SimHost host({.seed = seed, .profile = DiskProfile::weak_posix, .mirror = mirror()});
    host.set_faults(drawn_faults(seed, {.power_cut = 0.01, .crash = 0.01, .read_error = 0.02, .write_error = 0.02}));
    std::string log;
    for (int i = 0; i < 40; ++i) {
      try {
        auto ports = host.host();
        (void)replace_file(ports.files, text("/etc/f", i % 5), text(i), {});
        (void)ports.packages.recover();
        (void)ports.packages.perform({.name = i % 2 == 0 ? "web" : "libweb", .present = i % 3 != 0});
      } catch (const PowerCut& cut) {
        log += cut.at;
        host.boot();
      } catch (const Crash& crash) {
        log += crash.at;
        host.restart();
      }
      log += host.disk().digest().str() + host.host().clocks.boot_id() + text(host.host().random.next());
    }
    return log;
  };
  EXPECT_EQ(story(5), story(5));
  EXPECT_NE(story(5), story(6));
}

TEST(SimRandom, StreamsOfOtherPurposesDoNotDisturbEachOther) {
  EXPECT_NE(split_seed(1, "a", "b"), split_seed(1, "a", "c"));
  EXPECT_NE(split_seed(1, "ab", "c"), split_seed(1, "a", "bc"));
  SimRandom random(3);
  std::size_t hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(0.25) ? 1U : 0U;
  EXPECT_NEAR(static_cast<double>(hits), 2500, 200);
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(3), 3U);
}

}  // namespace
}  // namespace flyball::os::sim
