#include "providers/command/command_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;
using Calls = std::vector<std::string>;

const ResourceId id("command", "do it");

TEST(CommandProvider, ACheckAnswersOrFailsAndTheTwoAreNotMixedUp) {
  struct Case {
    std::string_view name;
    Result<os::Exit> exit;
    std::optional<bool> done;
    std::string trouble;
  };
  const Case all[] = {{"yes", os::Exit{}, true, ""},
                      {"no", os::Exit{.code = 1}, false, ""},
                      {"no such program yet", os::Exit{.code = 127}, false, ""},
                      {"killed", os::Exit{.signal = 9}, std::nullopt, "`check` killed by signal 9"},
                      {"too slow", os::Exit{.timed_out = true}, std::nullopt, "`check` took longer than 20 s"}};
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench;
    bench.sim.processes().define("/bin/sh -c probe", *c.exit);
    const auto differences = bench.differences(id, R"({"check":"probe","apply":"true","timeout":"20s"})");
    EXPECT_THAT(trouble(differences), HasSubstr(c.trouble));
    if (c.done) EXPECT_EQ(differences.value().empty(), *c.done);
  }
}

TEST(CommandProvider, WithoutACheckItRunsOnceForEachNewText) {
  Bench bench;
  const std::string first = R"({"apply":"echo 1 >> /opt/log"})";
  const std::string second = R"({"apply":"echo 2 >> /opt/log"})";
  for (const auto& fields : {first, first, second, second, first}) ASSERT_TRUE(bench.apply(id, fields));
  EXPECT_EQ(bench.read("/opt/log"), "1\n2\n1\n");
  EXPECT_FALSE(bench.differences(id, R"({"apply":"echo 1 >> /opt/log","user":"alice"})")->empty());
}

TEST(CommandProvider, SaysHowItFailed) {
  struct Case {
    std::string fields;
    std::string trouble;
  };
  const Case all[] = {{R"({"apply":"exit 3"})", "`apply` ended with 3"},
                      {R"({"check":"false","apply":"true"})", "`apply` ended well, but `check` still says no"}};
  for (const auto& c : all) {
    Bench bench;
    EXPECT_THAT(trouble(bench.apply(id, c.fields)), HasSubstr(c.trouble));
    EXPECT_TRUE(bench.notes.is_null()) << "what failed is not noted as done";
  }
}

TEST(CommandProvider, LeavingRunsUndoOnlyForWhatItBroughtAbout) {
  struct Case {
    std::string_view name;
    std::string fields;
    bool there_before;
    Calls calls;
    std::string said;
  };
  const std::string undo = R"({"check":"test -f /opt/x","apply":"touch /opt/x","undo":"rm -f /opt/x"})";
  const Case all[] = {
      {"undone", undo, false, {"run /bin/sh -c test -f /opt/x", "run /bin/sh -c rm -f /opt/x"}, ""},
      {"there before", undo, true, {}, ""},
      {"nothing to undo it with", R"({"apply":"touch /opt/x"})", false, {}, "it has no `undo`: what it did stays"},
      {"without a check",
       R"({"apply":"touch /opt/x","undo":"rm -f /opt/x"})",
       false,
       {"run /bin/sh -c rm -f /opt/x"},
       ""},
  };
  for (const auto& c : all) {
    SCOPED_TRACE(c.name);
    Bench bench;
    if (c.there_before) ASSERT_TRUE(bench.sim.edit("/opt/x", "", "admin"));
    ASSERT_TRUE(bench.enter(id, c.fields));
    ASSERT_TRUE(bench.apply(id, c.fields));
    EXPECT_EQ(bench.leave(id, c.fields, {"done"}).value(), c.said);
    EXPECT_EQ(bench.calls, c.calls);
  }
}

TEST(CommandProvider, ATriggerRunsItAgain) {
  Bench bench;
  const std::string fields = R"({"apply":"echo again >> /opt/log"})";
  ASSERT_TRUE(bench.apply(id, fields));
  ASSERT_TRUE(bench.of(id).trigger(bench.subject(id, fields), Provider::Trigger::restart));
  EXPECT_EQ(bench.read("/opt/log"), "again\nagain\n");
}

}  // namespace
}  // namespace flyball::providers
