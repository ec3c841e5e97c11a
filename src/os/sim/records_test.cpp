// The records on a simulated disk are those of the originals: the readers of real devices agree with the model.

#include "os/real/account_files.hpp"
#include "os/real/dpkg_status.hpp"
#include "os/sim/host.hpp"

#include <gtest/gtest.h>

namespace flyball::os::sim {
namespace {

Bytes content(const SimHost& host, const Path& path) {
  const auto bytes = host.disk().read(path, 1U << 20U);
  return bytes && *bytes ? **bytes : Bytes{};
}

TEST(SimPackages, TheReaderOfRealRecordsSeesWhatTheModelSays) {
  Mirror offered;
  offered.packages = {{.name = "libweb", .version = "2.0", .files = {{"/usr/lib/libweb.so", "lib"}}},
                      {.name = "web",
                       .version = "1:1.0-1",
                       .depends = {"libweb"},
                       .files = {{"/usr/bin/web", "one"}},
                       .conffiles = {{"/etc/web.conf", "port 80\n"}}}};
  const auto mirror = std::make_shared<const Mirror>(std::move(offered));
  std::size_t unfinished = 0;
  bool cut = true;
  for (std::uint64_t place = 1; cut; ++place) {
    SimHost host({.seed = place, .mirror = mirror});
    host.set_faults(fault_at(place, {Fault::Kind::power_cut}));
    cut = false;
    try {
      (void)host.host().packages.perform({.name = "web"});
      (void)host.host().packages.set_hold("web", true);
      (void)host.host().packages.perform({.name = "web", .present = false});
    } catch (const PowerCut&) {
      cut = true;
      host.boot();
    }
    host.set_faults({});
    const auto read =
        real::parse_dpkg_status(content(host, "/var/lib/dpkg/status"), content(host, "/var/lib/apt/extended_states"));
    ASSERT_TRUE(read) << read.error().message;
    for (const auto* name : {"web", "libweb", "none"}) {
      const auto it = read->packages.find(name);
      const auto there = it == read->packages.end() ? std::nullopt : std::optional(it->second);
      EXPECT_EQ(*host.host().packages.package(name), there) << name << " at place " << place;
    }
    EXPECT_EQ(*host.host().packages.needs_recovery(), read->unfinished) << place;
    unfinished += read->unfinished ? 1U : 0U;
  }
  EXPECT_GT(unfinished, 10U);
}

TEST(SimUsers, TheReaderOfRealAccountFilesSeesWhatTheModelSays) {
  SimHost host({});
  auto& users = host.host().users;
  ASSERT_TRUE(users.create_group("ops", std::nullopt, true));
  ASSERT_TRUE(users.create_account("kiosk", {.comment = "The kiosk", .password_hash = "$6$salt$hash"}));
  ASSERT_TRUE(users.add_member("ops", "kiosk"));
  ASSERT_TRUE(users.add_member("ops", "alice"));
  for (const auto& account : real::parse_accounts(content(host, "/etc/passwd"), content(host, "/etc/shadow")))
    EXPECT_EQ(users.account(account.name), account) << account.name;
  for (const auto& group : real::parse_groups(content(host, "/etc/group")))
    EXPECT_EQ(users.group(group.name), group) << group.name;
}

}  // namespace
}  // namespace flyball::os::sim
