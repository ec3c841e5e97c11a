#include "compile/compare.hpp"

#include "compile/fleet_maker.hpp"

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

using What = FleetChange::What;

Json fields(std::initializer_list<Json::Object::value_type> list) { return Json::Object(list); }

std::string lines_of(const FleetPlan& plan) {
  std::string out;
  for (const auto& change : plan.changes) {
    out += text(name(change.what), ' ', change.id, " on");
    for (const auto& device : change.devices) out += text(' ', device);
    out += '\n';
  }
  return out;
}

TEST(Compare, SaysForEachResourceWhatWillHappenToIt) {
  const auto present = wants(fields({{"version", "1"}}));
  const auto other = wants(fields({{"version", "2"}}));
  using Maybe = std::optional<SpecBlob>;
  struct {
    std::string_view name;
    Maybe before;
    Maybe after;
    std::string_view want;
  } const cases[] = {
      {"nothing to something", std::nullopt, present, "add package:p on d\n"},
      {"something else", present, other, "change package:p on d\n"},
      {"gone from git", present, std::nullopt, "restore package:p on d\n"},
      {"null in git", present, lets_go(), "release package:p on d\n"},
      {"newly absent", present, wants_absent(), "delete package:p on d\n"},
      {"absent of what was never managed", std::nullopt, wants_absent(), "delete package:p on d\n"},
      {"absent, then gone", wants_absent(), std::nullopt, "restore package:p on d\n"},
      {"absent, then wanted", wants_absent(), present, "change package:p on d\n"},
      {"released, then managed", lets_go(), present, "add package:p on d\n"},
      {"a tombstone over nothing", std::nullopt, lets_go(), ""},
      {"a tombstone cleared away", lets_go(), std::nullopt, ""},
      {"the same", present, present, ""},
  };
  for (const auto& c : cases) {
    FleetMaker before;
    FleetMaker after;
    before.device("d", c.before ? std::vector<Wanted>{{"package:p", *c.before}} : std::vector<Wanted>{});
    after.device("d", c.after ? std::vector<Wanted>{{"package:p", *c.after}} : std::vector<Wanted>{});
    const auto old_fleet = before.fleet();
    EXPECT_EQ(lines_of(compare(&old_fleet, after.fleet())), c.want) << c.name;
  }
}

TEST(Compare, OneChangeOnManyDevicesIsOne) {
  FleetMaker before;
  FleetMaker after;
  for (const auto* name : {"a", "b", "c"}) {
    // Each content names its device, so all digests differ; what changes is the same line.
    const auto file = [&](FleetMaker& maker, std::string_view url) {
      return wants(fields({{"content", maker.content(text("NAME=", name, "\nURL=", url, "\n"))}}));
    };
    before.device(name, {{"file:/etc/env", file(before, "v1")}}, text("groups/", name));
    after.device(name, {{"file:/etc/env", file(after, "v2")}}, text("groups/", name));
  }
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  ASSERT_EQ(lines_of(plan), "change file:/etc/env on a b c\n");
  EXPECT_EQ(plan.changes[0].fields, (std::vector<FieldChange>{{.field = "content", .diff = "-URL=v1\n+URL=v2\n"}}));
  EXPECT_EQ(plan.changes[0].groups.size(), 3U);
  EXPECT_EQ(plan.affected.size(), 3U);
  EXPECT_EQ(plan.devices, 3U);
}

TEST(Compare, DeletionsComeFirst) {
  FleetMaker before;
  FleetMaker after;
  before.device("d", {{"file:/gone", wants(fields({{"mode", "0644"}}))},
                      {"package:changed", wants(fields({{"version", "1"}}))},
                      {"package:dropped", wants_nothing_special()},
                      {"package:released", wants_nothing_special()},
                      {"package:same", wants_nothing_special()}});
  after.device("d", {{"file:/added", wants(fields({{"mode", "0644"}}))},
                     {"package:changed", wants(fields({{"version", "2"}}))},
                     {"package:dropped", wants_absent()},
                     {"package:released", lets_go()},
                     {"package:same", wants_nothing_special()}});
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  EXPECT_EQ(lines_of(plan),
            "delete package:dropped on d\nrestore file:/gone on d\nrelease package:released on d\n"
            "change package:changed on d\nadd file:/added on d\n");
  EXPECT_EQ(plan.unchanged, std::vector{*ResourceId::parse("package:same")});
  EXPECT_EQ(plan.leaving, 3U);
  EXPECT_EQ(plan.managed, 5U);
}

TEST(Compare, WhatIsSensitiveIsMasked) {
  FleetMaker before;
  FleetMaker after;
  before.device("d", {{"file:/key", wants(fields({{"content", before.content("old\n")}, {"sensitive", true}}))},
                      {"user:u", wants(fields({{"password_hash", "$6$old"}}))}});
  after.device("d", {{"file:/key", wants(fields({{"content", after.content("new\n")}}))},
                     {"user:u", wants(fields({{"password_hash", "$6$new"}}))}});
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].fields[0],
            (FieldChange{.field = "content", .before = "(sensitive)", .after = "(sensitive, changed)"}));
  EXPECT_EQ(plan.changes[1].fields[0],
            (FieldChange{.field = "password_hash", .before = "(sensitive)", .after = "(sensitive, changed)"}));
}

TEST(Compare, BinaryContentIsSaidSo) {
  FleetMaker before;
  FleetMaker after;
  before.device("d", {{"file:/b", wants(fields({{"content", before.content(std::string("\0\1", 2))}}))}});
  after.device("d", {{"file:/b", wants(fields({{"content", after.content(std::string("\0\2", 2))}}))}});
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  EXPECT_EQ(plan.changes[0].fields[0],
            (FieldChange{.field = "content", .before = "binary, 2 bytes", .after = "other binary, 2 bytes"}));
}

TEST(Compare, NamesWhatRestartsBecauseOfAChange) {
  const auto on_file = Relations{.restart_on = {*ResourceId::parse("file:/f")}};
  const std::vector<Wanted> alike = {{"service:runs", wants(fields({{"running", true}}), on_file)},
                                     {"service:stopped", wants(fields({{"running", false}}), on_file)},
                                     {"service:unrelated", wants(fields({{"running", true}}))},
                                     {"command:again", wants(fields({{"apply", "true"}}), on_file)}};
  FleetMaker before;
  FleetMaker after;
  before.device("d", alike + std::vector<Wanted>{{"file:/f", wants(fields({{"mode", "0644"}}))}});
  after.device("d", alike + std::vector<Wanted>{{"file:/f", wants(fields({{"mode", "0600"}}))},
                                                {"service:new", wants(fields({{"running", true}}), on_file)}});
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].restarts,
            (std::vector{*ResourceId::parse("command:again"), *ResourceId::parse("service:runs")}));
}

TEST(Compare, VariantsAreComparedWithThoseOfTheSameCondition) {
  const When debian{.all = {*FactTest::parse("os.id=debian")}};
  const auto two = [&](std::string_view on_debian, std::string_view elsewhere) {
    return SpecBlob{.variants = {{.when = debian, .fields = fields({{"value", on_debian}})},
                                 {.fields = fields({{"value", elsewhere}})}}};
  };
  FleetMaker before;
  FleetMaker after;
  before.device("d", {{"sysctl:a", two("1", "0")}, {"sysctl:b", wants(fields({{"value", "0"}}))}});
  after.device("d", {{"sysctl:a", two("2", "0")}, {"sysctl:b", two("1", "0")}});
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].fields,
            (std::vector<FieldChange>{{.field = "value (when os.id=debian)", .before = "1", .after = "2"}}));
  EXPECT_EQ(plan.changes[1].fields, (std::vector<FieldChange>{{.field = "when os.id=debian", .after = "managed"},
                                                              {.field = "value (when os.id=debian)", .after = "1"}}));
}

TEST(Compare, AFactInATextIsShownAsItWasWritten) {
  FleetMaker after;
  const Json parts = Json::Object{{"parts", Json::Array{"os ", fields({{"fact", "os.id"}}), "\n"}}};
  after.device("d", {{"file:/f", wants(fields({{"content", parts}}))}});
  const auto plan = compare(nullptr, after.fleet());
  EXPECT_EQ(plan.changes[0].fields[0].diff, "+os ${{ facts.os.id }}\n");
}

TEST(Compare, AReleasedFieldAndRelationsAreShown) {
  FleetMaker before;
  FleetMaker after;
  before.device("d", {{"file:/f", wants(fields({{"mode", "0644"}, {"owner", "root"}}))}});
  after.device("d", {{"file:/f", wants(fields({{"owner", "root"}}), {.needs = {*ResourceId::parse("package:p")},
                                                                     .released = {"mode"},
                                                                     .manage = Manage::observe})}});
  const auto old_fleet = before.fleet();
  EXPECT_EQ(compare(&old_fleet, after.fleet()).changes[0].fields,
            (std::vector<FieldChange>{{.field = "mode", .before = "0644", .after = "(released)"},
                                      {.field = "needs", .after = Json(Json::Array{"package:p"})},
                                      {.field = "manage", .after = "observe"}}));
}

TEST(Compare, DevicesThatComeAndGoAreNamed) {
  FleetMaker before;
  FleetMaker after;
  before.device("gone", packages(1)).device("stays", packages(1));
  after.device("stays", packages(1)).device("new", packages(1));
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  EXPECT_EQ(plan.gone, std::vector{DeviceId("gone")});
  EXPECT_EQ(plan.added, std::vector{DeviceId("new")});
  EXPECT_EQ(lines_of(plan), "add package:p0 on new\n");
  EXPECT_EQ(plan.leaving, 1U);
}

TEST(Compare, ManyDevicesOfOneKindAreComparedOnce) {
  FleetMaker before;
  FleetMaker after;
  for (int i = 0; i < 2'000; ++i) {
    before.device(text("d", i), packages(5));
    after.device(text("d", i), packages(4));
  }
  const auto old_fleet = before.fleet();
  const auto plan = compare(&old_fleet, after.fleet());
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].devices.size(), 2'000U);
  EXPECT_EQ(plan.leaving, 2'000U);
}

}  // namespace
}  // namespace flyball::compile
