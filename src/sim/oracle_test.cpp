#include "sim/oracle.hpp"

#include "sim/leavings.hpp"
#include "sim/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::sim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const char* const lobby = R"(kind: group
name: lobby
files: { /etc/issue: { content: "hello\n", mode: "0640" } }
links: { /etc/current: { target: /srv/v1 } }
packages: { web: {} }
services: { cron: { running: true, enabled: true } }
users: { kiosk: { shell: /bin/bash } }
sysctl: { vm.swappiness: { value: "10" } }
commands: { mark: { check: "test -e /srv/mark-1", apply: "touch /srv/mark-1" } }
)";

/// A device at rest, and an oracle that has seen nothing wrong so far. Nobody is told of what is done to it now.
class Oracle : public testing::Test {
 protected:
  void SetUp() override {
    auto& mirror = world_.mirror();
    mirror.packages = {{.name = "web", .version = "1.0", .files = {{"/usr/bin/web", "web"}}}};
    device().host().as("image", [](os::sim::SimHost& host) { return host.packages().refresh_lists(); });
    world_.server().push({{"fleet.yaml", "kind: fleet\nid: oracle-1\nname: oracle\n"},
                          {"devices/d1.yaml", "kind: devices\ngroup: lobby\ndevices:\n  d1: {}\n"},
                          {"groups/lobby.yaml", lobby}},
                         "begin");
    const auto enrolled = world_.enrol();
    ASSERT_TRUE(enrolled) << enrolled.error().message;
    ASSERT_TRUE(world_.run_until([this] { return world_.converged(); }, std::chrono::hours(1)));
    ASSERT_THAT(found(), IsEmpty());
    device().host().watches().lose(1, 1);
  }
  DeviceNode& device() { return *world_.devices().front(); }
  std::vector<std::string> found() { return differences(*world_.newest(), device()); }
  template <class Use>
  void somebody(Use&& use) {
    device().host().as("somebody", [&](os::sim::SimHost& host) { EXPECT_TRUE(use(host)); });
  }

  World world_{{.seed = 1, .devices = {"d1"}}};
};

// S20: an agent that says Ready while one of these holds is found out.
TEST_F(Oracle, S20_SeesWhatTheAgentCouldNotKnow) {
  const struct {
    std::string want;
    std::function<Result<>(os::sim::SimHost&)> act;
  } cases[] = {
      {"d1: file:/etc/issue has other content", [](auto& h) { return h.disk().overwrite("/etc/issue", "x"); }},
      {"d1: file:/etc/issue has mode 0644",
       [](auto& h) -> Result<> {
         TRY(h.disk().overwrite("/etc/issue", "hello\n"));
         return h.disk().set_access("/etc/issue", {.mode = 0644});
       }},
      {"d1: file:/etc/issue is no regular file", [](auto& h) { return h.disk().remove("/etc/issue"); }},
      {"d1: link:/etc/current is no link", [](auto& h) { return h.disk().remove("/etc/current"); }},
      {"d1: package:web is not installed",
       [](auto& h) { return h.packages().perform({.name = "web", .present = false}); }},
      {"d1: service:cron is inactive", [](auto& h) { return h.systemd().stop("cron"); }},
      {"d1: user:kiosk has the shell /bin/sh",
       [](auto& h) { return h.users().change_account("kiosk", {.shell = "/bin/sh"}); }},
      {"d1: sysctl:vm.swappiness has another value",
       [](auto& h) { return h.disk().write_kernel("/proc/sys/vm/swappiness", "7"); }},
      {"d1: command:mark its check fails", [](auto& h) { return h.disk().remove("/srv/mark-1"); }},
  };
  for (const auto& c : cases) {
    somebody(c.act);
    EXPECT_THAT(found(), Contains(c.want));
  }
  world_.run_for(std::chrono::minutes(30));
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Oracle, SeesWhatIsLeftBehind) {
  EXPECT_THAT(leftovers(device()), IsEmpty());
  somebody([](auto& h) { return h.disk().overwrite("/etc/.issue.flyball-new", "half"); });
  EXPECT_THAT(leftovers(device()), ElementsAre("d1: /etc/.issue.flyball-new was left behind"));
}

TEST_F(Oracle, SeesWhatWasNotPutBack) {
  EXPECT_THAT(not_put_back(*world_.newest(), device()), IsEmpty());
  somebody([](auto& h) { return h.disk().overwrite("/etc/motd", "release 3\n"); });
  somebody([](auto& h) { return h.users().create_group("ops", std::nullopt, false); });
  EXPECT_THAT(not_put_back(*world_.newest(), device()), ElementsAre("d1: file:/etc/motd left and was not put back",
                                                                    "d1: user_group:ops left and was not put back"));
}

// S9: the agent changes nothing that is not its business.
TEST_F(Oracle, S9_SeesAWriteElsewhere) {
  device().confine(may_touch);
  auto& files = device().host().host().files;
  EXPECT_TRUE(os::replace_file(files, "/etc/motd", "fine", {.mode = 0644}));
  EXPECT_THAT(device().violations(), IsEmpty());
  EXPECT_TRUE(files.write_new("/etc/foreign", "not ours", {.mode = 0644}));
  EXPECT_THAT(device().violations(), ElementsAre("S9: d1: the agent wrote to /etc/foreign"));
}

}  // namespace
}  // namespace flyball::sim
