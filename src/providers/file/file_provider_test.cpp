#include "providers/file/file_provider.hpp"

#include "base/digest.hpp"
#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

std::string with_content(std::string_view bytes, std::string_view more = "") {
  return text(R"({"content":")", sha256(bytes), '"', more, '}');
}

class FileProviderTest : public testing::Test {
 protected:
  FileProviderTest() { (void)bench.contents.keep("new\n"); }
  void put(const os::Path& path, std::string_view bytes, const os::Access& access = {.mode = 0644}) {
    bench.sim.as("admin", [&](os::sim::SimHost& sim) {
      (void)sim.disk().remove(path);
      ASSERT_TRUE(sim.disk().make_directories(os::parent_of(path)));
      ASSERT_TRUE(sim.disk().put(path, bytes, access));
    });
  }
  os::FileMeta meta(const os::Path& path) { return **bench.sim.disk().stat(path); }
  Bench bench;
};

TEST_F(FileProviderTest, SaysWhatStandsInTheWay) {
  struct Case {
    std::string_view name;
    std::string path;
    std::string fields;
    std::string trouble;
  };
  put("/etc/full/file", "x");
  const Case all[] = {
      {"no directory", "/etc/missing/a.conf", with_content("new\n"),
       "the directory /etc/missing is not there: declare it under `directories`"},
      {"a directory with something in it", "/etc/full", with_content("new\n"),
       "a directory is in the way and not empty, it holds file"},
      {"no such owner", "/etc/a.conf", with_content("new\n", R"(,"owner":"bob")"), "there is no user `bob`"},
      {"no such group", "/etc/a.conf", with_content("new\n", R"(,"group":"bob")"), "there is no group `bob`"},
      {"content that never came", "/etc/a.conf", with_content("elsewhere"), "cannot read its content"},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(trouble(bench.apply({"file", c.path}, c.fields)), HasSubstr(c.trouble));
    EXPECT_FALSE(bench.sim.disk().stat(os::temporary_beside(c.path)).value().has_value());
  }
}

TEST_F(FileProviderTest, KeepsOwnerAndModeThatGitDoesNotSet) {
  put("/etc/a.conf", "old\n", {.mode = 0604, .uid = 1000, .gid = 4});
  ASSERT_TRUE(bench.apply({"file", "/etc/a.conf"}, with_content("new\n")));
  EXPECT_EQ(bench.read("/etc/a.conf"), "new\n");
  EXPECT_EQ(access_of(meta("/etc/a.conf")), (os::Access{.mode = 0604, .uid = 1000, .gid = 4}));
  ASSERT_TRUE(bench.apply({"file", "/etc/b.conf"}, with_content("new\n")));
  EXPECT_EQ(access_of(meta("/etc/b.conf")), (os::Access{.mode = 0644, .uid = 0, .gid = 0}));
}

TEST_F(FileProviderTest, AChangeOfTheModeAloneWritesNoContent) {
  put("/etc/a.conf", "old\n");
  ASSERT_TRUE(bench.apply({"file", "/etc/a.conf"}, R"({"mode":"0600"})"));
  EXPECT_THAT(bench.calls, Each(Not(HasSubstr("write"))));
  EXPECT_EQ(meta("/etc/a.conf").mode, 0600U);
}

TEST_F(FileProviderTest, OwnersCompareByNameAndByNumber) {
  struct Case {
    std::uint32_t uid;
    std::string owner;
    bool same;
  };
  const Case all[] = {{1000, "alice", true}, {1000, "1000", true}, {1000, "root", false}, {1000, "0", false},
                      {0, "root", true},     {4242, "4242", true}, {4242, "alice", false}};
  for (const auto& c : all) {
    put("/etc/a.conf", "x", {.mode = 0644, .uid = c.uid});
    const auto differences = bench.differences({"file", "/etc/a.conf"}, text(R"({"owner":")", c.owner, R"("})"));
    EXPECT_EQ(differences.value().empty(), c.same) << c.uid << " and " << c.owner;
  }
}

TEST(HangOnAccounts, NamesMayComeToMeanAnotherNumberAndRootMayNot) {
  EXPECT_TRUE(hang_on_accounts("alice", std::nullopt));
  EXPECT_TRUE(hang_on_accounts("root", "video"));
  EXPECT_FALSE(hang_on_accounts("root", "0"));
  EXPECT_FALSE(hang_on_accounts(std::nullopt, std::nullopt));
}

TEST_F(FileProviderTest, WhatIsTooLargeToKeepIsSaidAndStaysOnLeaving) {
  put("/etc/big", std::string(Provider::max_kept_bytes + 1, 'x'));
  const ResourceId id("file", "/etc/big");
  ASSERT_TRUE(bench.enter(id, with_content("new\n")));
  EXPECT_EQ(bench.baseline.not_kept, "content of 16 MiB is past the bound of 16 MiB");
  ASSERT_TRUE(bench.apply(id, with_content("new\n")));
  EXPECT_THAT(bench.leave(id, with_content("new\n"), {"content"}).value(), HasSubstr("too large to keep"));
  EXPECT_EQ(bench.read("/etc/big"), "new\n");
}

TEST_F(FileProviderTest, OnlyTheNamedFieldsReturn) {
  put("/etc/a.conf", "old\n", {.mode = 0604});
  const ResourceId id("file", "/etc/a.conf");
  const auto fields = with_content("new\n", R"(,"mode":"0600")");
  ASSERT_TRUE(bench.enter(id, fields));
  ASSERT_TRUE(bench.apply(id, fields));
  ASSERT_TRUE(bench.leave(id, fields, {"content"}));
  EXPECT_EQ(bench.read("/etc/a.conf"), "old\n");
  EXPECT_EQ(meta("/etc/a.conf").mode, 0600U);
}

TEST_F(FileProviderTest, WhatOthersPutInItsPlaceStays) {
  const ResourceId id("file", "/etc/a.conf");
  ASSERT_TRUE(bench.enter(id, with_content("new\n")));
  ASSERT_TRUE(bench.apply(id, with_content("new\n")));
  ASSERT_TRUE(bench.sim.remove("/etc/a.conf", "admin"));
  put("/etc/a.conf/theirs", "x");
  EXPECT_THAT(bench.leave(id, with_content("new\n"), {"content"}).value(), HasSubstr("is a directory now"));
  EXPECT_EQ(bench.read("/etc/a.conf/theirs"), "x");
}

TEST_F(FileProviderTest, AFileThatBecameALinkLeavesAsTheFileItWas) {
  put("/etc/a.conf", "old\n", {.mode = 0600});
  const ResourceId file("file", "/etc/a.conf");
  const ResourceId link("link", "/etc/a.conf");
  ASSERT_TRUE(bench.enter(file, with_content("new\n")));
  ASSERT_TRUE(bench.apply(file, with_content("new\n")));
  ASSERT_TRUE(bench.apply(link, R"({"target":"/dev/null"})"));
  EXPECT_EQ(bench.leave(link, R"({"target":"/dev/null"})", {"target"}).value(), "");
  EXPECT_EQ(bench.read("/etc/a.conf"), "old\n");
  EXPECT_EQ(meta("/etc/a.conf").mode, 0600U);
}

TEST_F(FileProviderTest, AConfigurationFileWhosePackageCameLaterReturnsAsThePackagesOwn) {
  const ResourceId id("file", "/etc/app.conf");
  ASSERT_TRUE(bench.enter(id, with_content("new\n")));
  ASSERT_TRUE(bench.apply(id, with_content("new\n")));
  put("/etc/app.conf.dpkg-dist", "packaged\n");
  put("/var/lib/dpkg/info/app.list", "/.\n/etc\n/etc/app.conf\n");
  EXPECT_EQ(bench.leave(id, with_content("new\n"), {"content"}).value(), "");
  EXPECT_EQ(bench.read("/etc/app.conf"), "packaged\n");
}

}  // namespace
}  // namespace flyball::providers
