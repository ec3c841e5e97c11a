#include "os/grouped_files.hpp"

#include "os/files_suite.hpp"
#include "os/sim/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::os {
namespace {

// Whoever looks sees no difference between a group and the port below.
class DeviceInAGroup {
 public:
  DeviceInAGroup() {
    (void)disk_.make_directory("/base", {.mode = 0755});
    grouped_.begin();
  }
  Files& files() { return grouped_; }
  Path base() { return "/base"; }
  Access own(std::uint32_t mode) { return {.mode = mode}; }
  bool follows_own() { return true; }
  std::optional<std::uint32_t> other() { return 1000; }

 private:
  sim::Disk disk_;
  sim::Fuse fuse_;
  sim::SimFiles below_{disk_, fuse_};
  GroupedFiles grouped_{below_};
};

struct World {
  World() {
    fuse.on_call([this](const sim::Call& call) { calls.push_back(text(call.operation, ' ', call.subject)); });
  }
  sim::Disk disk;
  sim::Fuse fuse;
  sim::SimFiles below{disk, fuse};
  GroupedFiles grouped{below};
  std::vector<std::string> calls;
};

// S6: the order that makes each file wholly old or wholly new stays.
TEST(GroupedFiles, AreDurableBeforeAnyIsPutInPlaceAndTheirDirectoryAfterAllAre) {
  World world;
  ASSERT_TRUE(world.below.make_directory("/etc", {.mode = 0755}));
  world.grouped.begin();
  ASSERT_TRUE(replace_file(world.grouped, "/etc/a", "new", {.mode = 0644}));
  ASSERT_TRUE(replace_file(world.grouped, "/etc/b", "new", {.mode = 0644}));
  EXPECT_FALSE(world.disk.stat("/etc/a").value()) << "nothing is in place before the group ends";
  world.calls.clear();
  ASSERT_TRUE(world.grouped.commit());
  std::erase_if(world.calls, [](const std::string& call) { return call.starts_with("stat"); });
  EXPECT_THAT(world.calls, testing::ElementsAre("sync /etc/.a.flyball-new", "sync /etc/.b.flyball-new", "rename /etc/a",
                                                "rename /etc/b", "sync /etc"));
  EXPECT_EQ(world.disk.read("/etc/a", 100).value(), "new");
}

TEST(GroupedFiles, PutInPlaceWhatSomebodyLooksAt) {
  World world;
  ASSERT_TRUE(world.below.make_directory("/etc", {.mode = 0755}));
  world.grouped.begin();
  ASSERT_TRUE(replace_file(world.grouped, "/etc/a", "new", {.mode = 0644}));
  EXPECT_EQ(world.grouped.read("/etc/a", 100).value(), "new");
  EXPECT_EQ(world.grouped.list("/etc").value()->size(), 1U);
  ASSERT_TRUE(world.grouped.remove("/etc/a"));
  ASSERT_TRUE(world.grouped.remove("/etc"));
  ASSERT_TRUE(world.grouped.sync("/"));
  EXPECT_TRUE(world.grouped.commit()) << "a directory that went need not be made durable";
}

TEST(GroupedFiles, SayThatAGroupFailedAndLeaveNoTemporaryNames) {
  World world;
  ASSERT_TRUE(world.below.make_directory("/etc", {.mode = 0755}));
  ASSERT_TRUE(world.below.write_new("/etc/a", "old", {.mode = 0644}));
  world.grouped.begin();
  ASSERT_TRUE(replace_file(world.grouped, "/etc/a", "new", {.mode = 0644}));
  world.fuse.set_plan([](const sim::Call& call) -> std::optional<sim::Fault> {
    if (call.operation != "sync") return std::nullopt;
    return sim::Fault{.kind = sim::Fault::Kind::error};
  });
  EXPECT_FALSE(world.grouped.commit());
  EXPECT_EQ(world.disk.read("/etc/a", 100).value(), "old");
  EXPECT_EQ(world.disk.list("/etc").value()->size(), 1U);
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(InAGroup, FilesSuite, testing::Types<DeviceInAGroup>);

}  // namespace flyball::os
