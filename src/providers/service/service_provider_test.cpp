#include "providers/service/service_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;
using Calls = std::vector<std::string>;

struct Given {
  std::string_view name;
  std::string unit_file;  ///< Of test.service; empty: there is none.
  std::function<void(os::sim::SimHost&)> before;
  std::string fields;
  Calls calls;
  std::string trouble;
};

void start(os::sim::SimHost& sim) { (void)sim.systemd().start("test"); }
void mask(os::sim::SimHost& sim) { (void)sim.systemd().set_masked("test", true); }

const std::string daemon = "[Service]\nExecStart=/bin/d\n[Install]\nWantedBy=multi-user.target\n";
const std::string path = "/usr/lib/systemd/system/test.service";

TEST(ServiceProvider, DoesWhatIsMissingInAnOrderThatWorksAndSaysWhyItCannot) {
  const Given all[] = {
      {"starts and enables",
       daemon,
       {},
       R"({"running":true,"enabled":true})",
       {"enable test.service", "start test.service"},
       ""},
      {"is content", daemon, start, R"({"running":true})", {}, ""},
      {"stops", daemon, start, R"({"running":false})", {"stop test.service"}, ""},
      {"stops before it masks",
       daemon,
       start,
       R"({"running":false,"masked":true})",
       {"stop test.service", "mask test.service"},
       ""},
      {"unmasks before it starts",
       daemon,
       mask,
       R"({"masked":false,"running":true})",
       {"unmask test.service", "start test.service"},
       ""},
      {"does not unmask unasked", daemon, mask, R"({"running":true})", {}, "is masked: say `masked: false`"},
      {"nothing there is nothing running", "", {}, R"({"running":false,"enabled":false})", {}, ""},
      {"nothing there cannot start",
       "",
       {},
       R"({"running":true})",
       {},
       "systemd knows no unit test.service: is its package among `needs`?"},
      {"static cannot be enabled",
       "[Service]\nExecStart=/bin/d\n",
       {},
       R"({"enabled":true})",
       {},
       "is static, it has no [Install] section"},
      {"static is not enabled", "[Service]\nExecStart=/bin/d\n", {}, R"({"enabled":false})", {}, ""},
      {"a failing one is told with its result",
       "[Service]\nExecStart=/bin/false\n",
       {},
       R"({"running":true})",
       {"start test.service"},
       "result exit-code"},
      {"one that has failed is cleared first",
       "[Service]\nExecStart=/bin/false\n",
       start,
       R"({"running":true})",
       {"reset-failed test.service", "start test.service"},
       "cannot start test.service"},
      {"a oneshot cannot be kept running",
       "[Service]\nType=oneshot\nExecStart=/bin/d\n",
       {},
       R"({"running":true})",
       {"start test.service"},
       "a oneshot needs RemainAfterExit=yes"},
      {"a oneshot that remains can",
       "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/d\n",
       {},
       R"({"running":true})",
       {"start test.service"},
       ""},
  };
  for (const auto& given : all) {
    SCOPED_TRACE(given.name);
    Bench bench;
    if (!given.unit_file.empty()) ASSERT_TRUE(bench.sim.edit(path, given.unit_file, "image"));
    if (given.before) bench.sim.as("image", given.before);
    EXPECT_THAT(trouble(bench.apply({"service", "test"}, given.fields)), HasSubstr(given.trouble));
    EXPECT_EQ(bench.calls, given.calls);
    if (given.trouble.empty()) EXPECT_TRUE(bench.differences({"service", "test"}, given.fields)->empty());
  }
}

TEST(ServiceProvider, TriggersOnlyWhatRunsOrShallRunAndReadsNewUnitFilesFirst) {
  struct Case {
    std::string_view name;
    bool running;
    bool edited;
    std::string fields;
    Provider::Trigger trigger;
    Calls calls;
  };
  const Case all[] = {
      {"restart", true, false, R"({"running":true})", Provider::Trigger::restart, {"restart test.service"}},
      {"reload", true, false, R"({"running":true})", Provider::Trigger::reload, {"reload test.service"}},
      {"new unit file",
       true,
       true,
       R"({"running":true})",
       Provider::Trigger::restart,
       {"daemon-reload", "restart test.service"}},
      {"runs though git does not say",
       true,
       false,
       R"({"enabled":false})",
       Provider::Trigger::restart,
       {"restart test.service"}},
      {"neither runs nor shall", false, false, R"({"enabled":false})", Provider::Trigger::restart, {}},
      {"stopped but shall run",
       false,
       false,
       R"({"running":true})",
       Provider::Trigger::restart,
       {"restart test.service"}},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench;
    const ResourceId id("service", "test");
    ASSERT_TRUE(bench.sim.edit(path, daemon, "image"));
    if (c.running) bench.sim.as("image", start);
    if (c.edited) ASSERT_TRUE(bench.sim.edit(path, daemon + "# new\n", "image"));
    bench.calls.clear();
    EXPECT_EQ(trouble(bench.of(id).trigger(bench.subject(id, c.fields), c.trigger)), "");
    EXPECT_EQ(bench.calls, c.calls);
  }
}

TEST(ServiceProvider, TellsRunningFromTryingAgain) {
  struct Case {
    std::string active;
    std::string sub;
    bool running;
    bool start_queued = false;
  };
  const Case all[] = {{"active", "running", true},           {"active", "exited", true},
                      {"reloading", "reload", true},         {"activating", "start", true},
                      {"activating", "auto-restart", false}, {"deactivating", "stop-sigterm", false},
                      {"failed", "failed", false},           {"inactive", "dead", false},
                      {"inactive", "dead", true, true},      {"deactivating", "stop-sigterm", true, true}};
  for (const auto& c : all) {
    const os::Unit unit{.active_state = c.active, .sub_state = c.sub, .start_queued = c.start_queued};
    EXPECT_EQ(service_of(unit).running, c.running) << c.active << ' ' << c.sub << ' ' << c.start_queued;
  }
}

TEST(ServiceProvider, WithoutABaselineWhatGitStartedIsStoppedAgain) {
  Bench bench;
  const ResourceId id("service", "test");
  const std::string fields = R"({"running":true,"enabled":true})";
  ASSERT_TRUE(bench.enter(id, fields));
  EXPECT_FALSE(bench.baseline.spec);
  ASSERT_TRUE(bench.sim.edit(path, daemon, "image"));
  ASSERT_TRUE(bench.apply(id, fields));
  EXPECT_EQ(bench.leave(id, fields, {"enabled", "running"}).value(), "");
  EXPECT_EQ(bench.calls, (Calls{"stop test.service", "disable test.service"}));
}

}  // namespace
}  // namespace flyball::providers
