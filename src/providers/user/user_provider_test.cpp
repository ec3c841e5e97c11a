#include "providers/user/user_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;

const ResourceId kiosk("user", "kiosk");
const ResourceId alice("user", "alice");

TEST(UserProvider, SaysWhyItCannot) {
  struct Case {
    std::string_view name;
    ResourceId id;
    std::string fields;
    std::string trouble;
  };
  const Case all[] = {
      {"no such group", kiosk, R"({"groups":["video"]})", "there is no group `video`: declare it under `user_groups`"},
      {"no such primary group", kiosk, R"({"group":"staff"})", "there is no group `staff`"},
      {"another uid", alice, R"({"uid":2000})", "it has uid 1000, git wants 2000: its files would belong to nobody"},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench;
    EXPECT_THAT(trouble(bench.apply(c.id, c.fields)), HasSubstr(c.trouble));
    EXPECT_EQ(bench.calls, std::vector<std::string>{});
  }
}

TEST(UserProvider, AUidThatFlyballGaveIsPutBack) {
  Bench bench;
  ASSERT_TRUE(bench.apply(kiosk, R"({"uid":2000})"));
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.users().change_account("kiosk", {.uid = 2001}); });
  EXPECT_EQ(trouble(bench.apply(kiosk, R"({"uid":2000})")), "");
  EXPECT_TRUE(bench.differences(kiosk, R"({"uid":2000})")->empty());
}

TEST(UserProvider, ARemovalWaitsWhileProcessesRun) {
  Bench bench;
  bench.sim.users().set_running("alice", true);
  const auto removed = bench.apply(alice, R"({"ensure":"absent"})");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Errc::unavailable);
  bench.sim.users().set_running("alice", false);
  EXPECT_EQ(trouble(bench.apply(alice, R"({"ensure":"absent"})")), "");
  EXPECT_TRUE(bench.sim.disk().stat("/home/alice").value().has_value()) << "homes stay";
}

TEST(UserProvider, GroupsAddAndTheOthersStay) {
  Bench bench;
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.users().add_member("sudo", "alice"); });
  const std::string fields = R"({"groups":["adm","alice"]})";
  ASSERT_TRUE(bench.enter(alice, fields));
  ASSERT_TRUE(bench.apply(alice, fields));
  EXPECT_EQ(bench.sim.users().groups_with("alice").value(), (std::vector<std::string>{"adm", "sudo"}))
      << "the primary group counts as joined";
  ASSERT_TRUE(bench.leave(alice, fields, {"groups"}));
  EXPECT_EQ(bench.sim.users().groups_with("alice").value(), std::vector<std::string>{"sudo"});
}

TEST(UserProvider, FieldsThatLeaveAreUndoneThoughTheUserStays) {
  Bench bench;
  const std::string fields = R"({"groups":["adm"],"ssh_keys":["ssh-ed25519 AAAA a"]})";
  ASSERT_TRUE(bench.enter(alice, fields));
  ASSERT_TRUE(bench.apply(alice, fields));
  EXPECT_EQ(bench.leave(alice, R"({"shell":"/bin/bash"})", {"groups", "ssh_keys"}).value(), "");
  EXPECT_EQ(bench.sim.users().groups_with("alice").value(), std::vector<std::string>{});
  EXPECT_FALSE(bench.sim.disk().stat("/home/alice/.ssh").value().has_value());
  EXPECT_TRUE(std::get<User>(*bench.baseline.spec).ssh_keys.has_value()) << "none is a value to return to";
}

TEST(UserProvider, KeysAreForTheirUserAloneAndWrongAccessCountsAsNone) {
  Bench bench;
  const std::string fields = R"({"ssh_keys":["ssh-ed25519 AAAA a"]})";
  const os::Path path = "/home/alice/.ssh/authorized_keys";
  ASSERT_TRUE(bench.apply(alice, fields));
  EXPECT_EQ(access_of(**bench.sim.disk().stat(path)), (os::Access{.mode = 0600, .uid = 1000, .gid = 1000}));
  EXPECT_EQ(access_of(**bench.sim.disk().stat("/home/alice/.ssh")),
            (os::Access{.mode = 0700, .uid = 1000, .gid = 1000}));
  for (const auto& wrong : {os::Access{.mode = 0666, .uid = 1000, .gid = 1000}, os::Access{.mode = 0600}}) {
    ASSERT_TRUE(bench.sim.disk().set_access(path, wrong));
    EXPECT_FALSE(bench.differences(alice, fields)->empty());
    ASSERT_TRUE(bench.apply(alice, fields));
    EXPECT_TRUE(bench.differences(alice, fields)->empty());
  }
}

TEST(UserProvider, ALinkOfTheUserCannotRedirectItsKeys) {
  Bench bench;
  bench.sim.as("alice", [](os::sim::SimHost& sim) {
    ASSERT_TRUE(sim.disk().make_link("/home/alice/.ssh", "/etc", {.mode = 0777, .uid = 1000, .gid = 1000}));
  });
  EXPECT_NE(trouble(bench.apply(alice, R"({"ssh_keys":["ssh-ed25519 AAAA a"]})")), "");
  EXPECT_FALSE(bench.sim.disk().stat("/etc/authorized_keys").value().has_value());
}

TEST(UserProvider, AHomeThatGitNamesIsMadeAgain) {
  Bench bench;
  const std::string fields = R"({"home":"/home/kiosk"})";
  ASSERT_TRUE(bench.apply(kiosk, fields));
  ASSERT_TRUE(bench.sim.remove("/home/kiosk", "admin"));
  EXPECT_FALSE(bench.differences(kiosk, fields)->empty());
  ASSERT_TRUE(bench.apply(kiosk, fields));
  EXPECT_EQ((*bench.sim.disk().stat("/home/kiosk"))->mode, 0700U);
}

TEST(UserProvider, TheWayInGoesThoughTheHomeStays) {
  Bench bench;
  const std::string fields = R"({"home":"/home/kiosk","ssh_keys":["ssh-ed25519 AAAA a"]})";
  ASSERT_TRUE(bench.enter(kiosk, fields));
  ASSERT_TRUE(bench.apply(kiosk, fields));
  EXPECT_EQ(bench.leave(kiosk, fields, {"home", "ssh_keys"}).value(), "");
  EXPECT_TRUE(bench.sim.disk().stat("/home/kiosk").value().has_value());
  EXPECT_FALSE(bench.sim.disk().stat("/home/kiosk/.ssh").value().has_value());
}

}  // namespace
}  // namespace flyball::providers
