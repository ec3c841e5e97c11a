#include "providers/user_group/user_group_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;

const ResourceId operators("user_group", "operators");

TEST(UserGroupProvider, WaitsForMembersThatAreNotThereYet) {
  Bench bench;
  const std::string fields = R"({"members":["alice","kiosk"]})";
  const auto early = bench.apply(operators, fields);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::unavailable);
  EXPECT_EQ(early.error().message, "waits for its members: kiosk");
  EXPECT_EQ(bench.sim.users().group("operators").value()->members, std::vector<std::string>{"alice"});
  ASSERT_TRUE(bench.apply({"user", "kiosk"}, "{}"));
  EXPECT_EQ(trouble(bench.apply(operators, fields)), "");
}

TEST(UserGroupProvider, MembersAreExactly) {
  Bench bench;
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.users().add_member("adm", "daemon"); });
  ASSERT_TRUE(bench.apply({"user_group", "adm"}, R"({"members":["alice"]})"));
  EXPECT_EQ(bench.sim.users().group("adm").value()->members, std::vector<std::string>{"alice"});
}

TEST(UserGroupProvider, AnotherGidIsRefusedUnlessFlyballGaveIt) {
  Bench bench;
  EXPECT_THAT(trouble(bench.apply({"user_group", "adm"}, R"({"gid":400})")), HasSubstr("it has gid 4, git wants 400"));
  bench.notes = {};
  ASSERT_TRUE(bench.apply(operators, R"({"gid":400})"));
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.users().change_group("operators", 401); });
  EXPECT_EQ(trouble(bench.apply(operators, R"({"gid":400})")), "");
}

TEST(UserGroupProvider, OneThatIsSomebodysPrimaryGroupStaysAndThatIsSaid) {
  Bench bench;
  ASSERT_TRUE(bench.enter(operators, "{}"));
  ASSERT_TRUE(bench.apply(operators, "{}"));
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.users().create_account("bob", {.group = "operators"}); });
  EXPECT_THAT(bench.leave(operators, "{}", {}).value(),
              HasSubstr("the group operators stays, since others need it now"));
}

}  // namespace
}  // namespace flyball::providers
