#include "compile/compare.hpp"
#include "compile/fleet_maker.hpp"

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

// A fleet of that many devices, each with the same resources.
Fleet fleet_of(int devices, const std::vector<Wanted>& each, Guards guards = {}) {
  FleetMaker maker;
  maker.guards(guards);
  for (int i = 0; i < devices; ++i) maker.device(text("d", i), each);
  return maker.fleet();
}

std::string guards_of(const std::vector<Tripped>& tripped) {
  std::string out;
  for (const auto& t : tripped) out += text(out.empty() ? "" : " ", t.guard);
  return out;
}

SpecBlob elsewhere_none(Json fields) {
  return {.variants = {{.when = {.all = {*FactTest::parse("os.id=debian")}}, .fields = std::move(fields)}}};
}

TEST(Judge, TripsWhenMoreLeavesThanTheBudget) {
  struct {
    std::string_view name;
    Fleet before;
    Fleet after;
    std::string_view want;
  } const cases[] = {
      {"nothing changes", fleet_of(10, packages(10)), fleet_of(10, packages(10)), ""},
      {"twenty pairs may always leave", fleet_of(20, packages(3)), fleet_of(20, packages(2)), ""},
      {"one more trips, past 5 %", fleet_of(21, packages(3)), fleet_of(21, packages(2)), "max_delete"},
      {"5 % of many may leave", fleet_of(100, packages(20)), fleet_of(100, packages(19)), ""},
      {"a little more than 5 % may not", fleet_of(100, packages(19)), fleet_of(100, packages(18)), "max_delete"},
      {"released counts as leaving", fleet_of(21, packages(3)), fleet_of(21, packages(2) + packages(1, lets_go(), 2)),
       "max_delete"},
      {"so does newly absent", fleet_of(21, packages(3)), fleet_of(21, packages(2) + packages(1, wants_absent(), 2)),
       "max_delete"},
      {"absent of what was never managed does too", fleet_of(21, packages(2)),
       fleet_of(21, packages(2) + packages(1, wants_absent(), 2)), "max_delete"},
      {"absent on new devices does not", fleet_of(1, packages(2, wants_absent())),
       fleet_of(60, packages(2, wants_absent())), ""},
      {"absent that stays does not", fleet_of(100, packages(3, wants_absent())),
       fleet_of(100, packages(3, wants_absent())), ""},
      {"leaving on some devices only counts", fleet_of(21, packages(3)),
       fleet_of(21, packages(2) + packages(1, elsewhere_none(Json::Object{}), 2)), "max_delete"},
      {"a tombstone cleared away does not count", fleet_of(100, packages(2) + packages(1, lets_go(), 2)),
       fleet_of(100, packages(2)), ""},
      {"devices that go take their pairs along", fleet_of(30, packages(3)), fleet_of(20, packages(3)), "max_delete"},
      {"everything goes", fleet_of(30, packages(3)), Fleet{}, "max_delete emptied_kind"},
  };
  for (const auto& c : cases) EXPECT_EQ(guards_of(judge(c.before, c.after)), c.want) << c.name;
}

TEST(Judge, ThePercentageIsThatOfTheReleaseBefore) {
  const auto strict = fleet_of(100, packages(10), {.max_delete_percent = 5});
  const auto loose = fleet_of(100, packages(9), {.max_delete_percent = 50});
  EXPECT_EQ(guards_of(judge(strict, loose)), "max_delete");
  const auto loose_before = fleet_of(100, packages(10), {.max_delete_percent = 50});
  const auto strict_after = fleet_of(100, packages(9), {.max_delete_percent = 5});
  EXPECT_EQ(guards_of(judge(loose_before, strict_after)), "");
}

TEST(Judge, ReachIsCountedInDevicesThatWereThere) {
  const auto version = [](std::string_view v) { return packages(1, wants(Json::Object{{"version", v}})); };
  const Guards ten{.max_devices = 10};
  EXPECT_EQ(guards_of(judge(fleet_of(10, version("1"), ten), fleet_of(10, version("2")))), "");
  EXPECT_EQ(guards_of(judge(fleet_of(11, version("1"), ten), fleet_of(11, version("2")))), "max_devices");
  EXPECT_EQ(guards_of(judge(fleet_of(5, version("1"), ten), fleet_of(100, version("1")))), "")
      << "new devices are free";
}

TEST(Judge, AKindThatVanishesAndADeviceThatShrinksByHalfTripFromTwentyUp) {
  const auto with_user = [](int count) {
    auto out = packages(count);
    out.emplace_back("user:u", wants_nothing_special());
    return out;
  };
  struct {
    std::string_view name;
    Fleet before;
    Fleet after;
    std::string_view want;
  } const cases[] = {
      {"nineteen users of a fleet go", fleet_of(19, with_user(1)), fleet_of(19, packages(1)), ""},
      {"twenty go", fleet_of(20, with_user(1)), fleet_of(20, packages(1)), "emptied_kind"},
      {"a device of nineteen shrinks", fleet_of(1, packages(19)), fleet_of(1, packages(9)), ""},
      {"a device of twenty loses half", fleet_of(1, packages(20)), fleet_of(1, packages(10)), "shrinks_by_half"},
      {"a device of twenty loses less", fleet_of(1, packages(20)), fleet_of(1, packages(11)), ""},
      {"released counts as lost", fleet_of(1, packages(20)), fleet_of(1, packages(10) + packages(10, lets_go(), 10)),
       "shrinks_by_half"},
  };
  for (const auto& c : cases) EXPECT_EQ(guards_of(judge(c.before, c.after)), c.want) << c.name;
}

TEST(Judge, SaysWhatTrippedWithItsNumbers) {
  EXPECT_EQ(judge(fleet_of(30, packages(8)), fleet_of(30, packages(7)))[0],
            (Tripped{"max_delete", "12.5 % of the managed resources would leave (limit 5 %): 30 of 240"}));
  const auto tripped = judge(fleet_of(2, packages(20)), fleet_of(2, packages(8)));
  ASSERT_EQ(guards_of(tripped), "max_delete shrinks_by_half");
  EXPECT_EQ(tripped[1].message,
            "2 devices would lose half or more of what is managed, such as d0: from 20 resources to 8");
}

}  // namespace
}  // namespace flyball::compile
