#include "providers/directory/directory_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;
using Names = std::vector<std::string>;

class DirectoryProviderTest : public testing::Test {
 protected:
  void put(const os::Path& path, std::string_view bytes) {
    bench.sim.as("admin", [&](os::sim::SimHost& sim) {
      ASSERT_TRUE(sim.disk().make_directories(os::parent_of(path)));
      ASSERT_TRUE(sim.disk().put(path, bytes));
    });
  }
  Names names(const os::Path& path) { return bench.sim.disk().list(path).value().value_or(Names{"(nothing)"}); }
  Bench bench;
  const ResourceId id{"directory", "/etc/app"};
};

TEST_F(DirectoryProviderTest, PurgeKeepsWhatGitAndPackagesHaveThere) {
  for (const auto* name : {"in-git", "of-package", "foreign", "sub/deep", "other/deep"})
    put(text("/etc/app/", name), "x");
  put("/var/lib/dpkg/info/app.list", "/.\n/etc\n/etc/app\n/etc/app/of-package\n/etc/apple\n");
  bench.managed = {id, {"link", "/etc/app/in-git"}, {"file", "/etc/app/sub/deep/er"}, {"file", "/etc/app/otherwise"}};
  const auto differences = bench.differences(id, R"({"purge":true})");
  ASSERT_EQ(differences->size(), 1U);
  EXPECT_EQ(differences->at(0).before, Json(Json::Array{"foreign", "other"}));
  ASSERT_TRUE(bench.apply(id, R"({"purge":true})"));
  EXPECT_EQ(names("/etc/app"), (Names{"in-git", "of-package", "sub"}));
}

TEST_F(DirectoryProviderTest, WhatIsPurgedLiesInTheTrashUnderItsPath) {
  put("/etc/app/foreign/deep", "precious\n");
  ASSERT_TRUE(bench.apply(id, R"({"purge":true})"));
  const auto items = names(os::Path(Trash::root));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(bench.read(text(Trash::root, '/', items[0], "/etc/app/foreign/deep")), "precious\n");
}

TEST_F(DirectoryProviderTest, SaysWhatStandsInTheWay) {
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.disk().make_link("/etc/app", "/srv", {}); });
  EXPECT_THAT(trouble(bench.apply(id, "{}")), HasSubstr("a link to /srv is in the way"));
  EXPECT_THAT(trouble(bench.apply({"directory", "/etc/no/where"}, "{}")),
              HasSubstr("the directory /etc/no is not there"));
  put("/etc/full/theirs", "x");
  EXPECT_THAT(trouble(bench.apply({"directory", "/etc/full"}, R"({"ensure":"absent"})")),
              HasSubstr("it holds what is not in git: theirs"));
}

TEST_F(DirectoryProviderTest, OneThatFlyballMadeStaysWhileOthersHaveSomethingInIt) {
  ASSERT_TRUE(bench.enter(id, "{}"));
  ASSERT_TRUE(bench.apply(id, "{}"));
  put("/etc/app/theirs", "x");
  EXPECT_EQ(bench.leave(id, "{}", {}).value(), "/etc/app stays, since it holds what others put there: theirs");
  ASSERT_TRUE(bench.sim.remove("/etc/app/theirs", "admin"));
  EXPECT_EQ(bench.leave(id, "{}", {}).value(), "");
  EXPECT_EQ(names("/etc/app"), Names{"(nothing)"});
}

TEST_F(DirectoryProviderTest, TheTrashIsBoundedAndTheOldestGoFirst) {
  auto host = bench.sim.host();
  Trash trash(host.files, host.clocks, {.bytes = 10, .items = 2});
  for (const auto* name : {"a", "b", "c"}) {
    put(text("/srv/", name), "four");
    ASSERT_TRUE(trash.put(text("/srv/", name)));
    bench.sim.clocks().pass(std::chrono::seconds(2));
  }
  EXPECT_FALSE(trash.take_back("/srv/a").value()) << "the oldest made room";
  EXPECT_TRUE(trash.take_back("/srv/b").value());
  EXPECT_EQ(bench.read("/srv/b"), "four");
  put("/srv/large", "more than ten");
  EXPECT_THAT(trouble(trash.put("/srv/large")), HasSubstr("is larger than the trash may be"));
  EXPECT_EQ(bench.read("/srv/large"), "more than ten");
}

}  // namespace
}  // namespace flyball::providers
