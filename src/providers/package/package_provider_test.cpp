#include "providers/package/package_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using os::sim::AvailablePackage;
using testing::HasSubstr;
using Calls = std::vector<std::string>;

std::shared_ptr<os::sim::Mirror> mirror() {
  return std::make_shared<os::sim::Mirror>(
      os::sim::Mirror{.packages = {{.name = "lib", .version = "1"},
                                   {.name = "extra", .version = "1", .depends = {"lib"}},
                                   {.name = "app", .version = "1.0", .depends = {"lib", "extra"}},
                                   {.name = "plugin", .version = "1", .depends = {"app"}},
                                   {.name = "tool", .version = "1.0"},
                                   {.name = "tool", .version = "2.0"}}});
}

os::sim::SimHostOptions with(std::vector<std::string> preinstalled) {
  return {.mirror = mirror(), .preinstalled = std::move(preinstalled)};
}

bool installed(Bench& bench, const std::string& name) {
  return bench.sim.as("look", [&](os::sim::SimHost& sim) { return sim.packages().package(name)->has_value(); });
}
void install(Bench& bench, const std::string& name, std::optional<std::string> version = std::nullopt) {
  bench.sim.as("apt", [&](os::sim::SimHost& sim) {
    ASSERT_TRUE(sim.packages().perform({.name = name, .version = std::move(version)}));
  });
}

TEST(PackageProvider, InstallsTheVersionThatGitWantsAndSaysWhyItCannot) {
  struct Case {
    std::string_view name;
    std::string id;
    std::string fields;
    Calls calls;
    std::string trouble;
  };
  const Case all[] = {
      {"the newest", "tool", "{}", {"install tool"}, ""},
      {"exactly", "tool", R"({"version":"1.0"})", {"install tool"}, ""},
      {"at least", "tool", R"({"version":">=1.5"})", {"install tool"}, ""},
      {"latest", "tool", R"({"version":"latest"})", {"install tool"}, ""},
      {"and holds it", "tool", R"({"hold":true})", {"install tool", "hold tool"}, ""},
      {"too new: after new lists",
       "tool",
       R"({"version":">=3"})",
       {"update"},
       "the newest tool to be had is 2.0, git wants >=3"},
      {"a version nobody has", "tool", R"({"version":"9"})", {"update"}, "no source of packages has tool in version 9"},
      {"a package nobody has", "nope", "{}", {"update"}, "no source of packages has nope"},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench(with({}));
    const ResourceId id("package", c.id);
    EXPECT_THAT(trouble(bench.apply(id, c.fields)), HasSubstr(c.trouble));
    EXPECT_EQ(bench.calls, c.calls);
    if (c.trouble.empty()) EXPECT_TRUE(bench.differences(id, c.fields)->empty());
  }
}

TEST(PackageProvider, RemovesNothingThatGitDidNotName) {
  Bench bench(with({"plugin"}));
  EXPECT_THAT(trouble(bench.apply({"package", "lib"}, R"({"ensure":"absent"})")),
              HasSubstr("removing lib would also remove"));
  EXPECT_EQ(bench.calls, Calls{});
  EXPECT_THAT(trouble(bench.apply({"package", "plugin"}, R"({"ensure":"absent"})")), "");
  EXPECT_EQ(bench.calls, Calls{"remove plugin"});
}

TEST(PackageProvider, NeverRemovesTheAgent) {
  auto options = with({});
  options.mirror =
      std::make_shared<os::sim::Mirror>(os::sim::Mirror{.packages = {{.name = "flyball-agent", .version = "1"}}});
  options.preinstalled = {"flyball-agent"};
  Bench bench(std::move(options));
  EXPECT_THAT(trouble(bench.apply({"package", "flyball-agent"}, R"({"ensure":"absent"})")), HasSubstr("never removed"));
  EXPECT_TRUE(installed(bench, "flyball-agent"));
}

TEST(PackageProvider, LeavesAHoldOfOthersAlone) {
  Bench bench(with({}));
  install(bench, "tool", "1.0");
  bench.sim.as("admin", [](os::sim::SimHost& sim) { (void)sim.packages().set_hold("tool", true); });
  EXPECT_THAT(trouble(bench.apply({"package", "tool"}, R"({"version":"latest"})")),
              HasSubstr("is held at 1.0 by someone else"));
  EXPECT_EQ(trouble(bench.apply({"package", "tool"}, R"({"version":"latest","hold":true})")), "");
  EXPECT_EQ(bench.calls, (Calls{"unhold tool", "install tool", "hold tool"}));
}

TEST(PackageProvider, FinishesWhatAnInterruptedRunBeganFirst) {
  Bench bench(with({}));
  const ResourceId id("package", "app");
  const std::uint64_t in_the_middle = 40;
  bench.sim.set_faults(os::sim::fault_at(in_the_middle, {}));
  EXPECT_THROW((void)bench.apply(id, "{}"), os::sim::PowerCut);
  bench.sim.boot();
  std::vector<std::string> calls;
  bench.sim.set_faults([&](const os::sim::Call& call) -> std::optional<os::sim::Fault> {
    if (call.changes && !call.step) calls.emplace_back(call.operation);
    return std::nullopt;
  });
  ASSERT_TRUE(*bench.sim.packages().needs_recovery()) << "the cut fell outside dpkg's work";
  EXPECT_EQ(trouble(bench.apply(id, "{}")), "");
  EXPECT_EQ(calls.at(0), "recover");
  EXPECT_TRUE(bench.differences(id, "{}")->empty());
}

TEST(PackageProvider, LeavingTakesAlongWhatCameWithItAndNothingElseNeeds) {
  struct Case {
    std::string_view name;
    std::vector<std::string> before;  ///< Installed by others first.
    std::vector<std::string> after;   ///< Installed by others meanwhile.
    std::set<ResourceId> managed;
    std::vector<std::string> stay;
    std::string said;
  };
  const Case all[] = {
      {"all of it", {}, {}, {}, {}, ""},
      {"what was there before stays", {"lib"}, {}, {}, {"lib"}, ""},
      {"what someone asked for since stays", {}, {"extra"}, {}, {"lib", "extra"}, ""},
      {"what git wants for itself stays", {}, {}, {{"package", "lib"}}, {"lib"}, ""},
      {"what others need now stays",
       {},
       {"plugin"},
       {},
       {"lib", "extra", "app", "plugin"},
       "app stays, since others need it now: plugin"},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench(with({}));
    const ResourceId id("package", "app");
    bench.managed = c.managed;
    for (const auto& name : c.before) install(bench, name);
    ASSERT_TRUE(bench.enter(id, "{}"));
    ASSERT_TRUE(bench.apply(id, "{}"));
    for (const auto& name : c.after) install(bench, name);
    EXPECT_EQ(bench.leave(id, "{}", {}).value(), c.said);
    for (const std::string name : {"lib", "extra", "app", "plugin"})
      EXPECT_EQ(installed(bench, name), std::ranges::find(c.stay, name) != c.stay.end()) << name;
  }
}

TEST(PackageProvider, NothingIsDowngradedOnLeavingAndThatIsSaid) {
  Bench bench(with({}));
  const ResourceId id("package", "tool");
  install(bench, "tool", "1.0");
  ASSERT_TRUE(bench.enter(id, R"({"version":"latest"})"));
  ASSERT_TRUE(bench.apply(id, R"({"version":"latest"})"));
  EXPECT_EQ(bench.leave(id, R"({"version":"latest"})", {"version"}).value(),
            "tool stays at 2.0 (it was 1.0): nothing is downgraded");
  EXPECT_EQ(bench.calls, Calls{});
}

TEST(PackageProvider, ALockHeldByAnotherIsWaitedFor) {
  Bench bench(with({}));
  bench.sim.packages().lock(true);
  const auto applied = bench.apply({"package", "tool"}, "{}");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace flyball::providers
