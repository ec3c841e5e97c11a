#include "plan/order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::plan {
namespace {

using testing::ElementsAre;

ResourceId id(std::string_view written) { return *ResourceId::parse(written); }

DesiredResource wanted(std::string_view name, std::string_view fields = "{}", std::vector<ResourceId> needs = {}) {
  const auto resource = id(name);
  return {.id = resource,
          .spec = decode(resource.kind(), *Json::parse(fields)).value(),
          .relations = {.needs = std::move(needs)}};
}

DesiredState state_of(std::vector<DesiredResource> resources) {
  std::ranges::sort(resources, {}, &DesiredResource::id);
  return {.resources = std::move(resources)};
}

std::vector<std::string> ordered(std::vector<DesiredResource> resources) {
  std::vector<std::string> out;
  for (const auto& resource : order_of(dependencies_of(state_of(std::move(resources))))) out.push_back(resource.str());
  return out;
}

TEST(Order, IsByRankThenByIdWhenNothingDependsOnAnything) {
  EXPECT_THAT(
      ordered({wanted("service:a"), wanted("command:c", R"({"apply":"true"})"), wanted("file:/b"), wanted("file:/a"),
               wanted("directory:/d"), wanted("package:p"), wanted("user:u"), wanted("user_group:g")}),
      ElementsAre("user_group:g", "user:u", "package:p", "directory:/d", "file:/a", "file:/b", "command:c",
                  "service:a"));
}

TEST(Order, PutsWhatIsNeededFirstWhateverItsRank) {
  EXPECT_THAT(ordered({wanted("package:chromium", "{}", {id("file:/etc/kiosk/kiosk.env")}),
                       wanted("file:/etc/kiosk/kiosk.env", R"({"owner":"kiosk"})"), wanted("directory:/etc/kiosk"),
                       wanted("user:kiosk", R"({"groups":["video"]})"),
                       wanted("service:kiosk", R"({"running":true})", {id("package:chromium")})}),
              ElementsAre("user:kiosk", "directory:/etc/kiosk", "file:/etc/kiosk/kiosk.env", "package:chromium",
                          "service:kiosk"));
}

TEST(Order, EmptiesADirectoryThatIsToGoBeforeItGoes) {
  EXPECT_THAT(
      ordered({wanted("directory:/d", R"({"ensure":"absent"})"), wanted("file:/d/f", R"({"ensure":"absent"})")}),
      ElementsAre("file:/d/f", "directory:/d"));
}

TEST(Order, ADirectoryWaitsForTheNearestManagedOneAboveIt) {
  const auto depends = dependencies_of(state_of({wanted("directory:/a"), wanted("file:/a/b/c/d")}));
  EXPECT_THAT(depends.at(id("file:/a/b/c/d")).blocking, ElementsAre(id("directory:/a")));
}

TEST(Order, GivesWayWhenNatureClosesACircle) {
  EXPECT_THAT(ordered({wanted("user_group:g", R"({"members":["u"]})"), wanted("user:u", R"({"group":"g"})")}),
              ElementsAre("user_group:g", "user:u"));
}

TEST(Order, OfWhatLeavesIsTheReverseByTheNeedsThatWereKept) {
  const auto entry = [](std::string_view name, std::vector<ResourceId> needs) {
    const auto resource = id(name);
    return LedgerEntry{
        .id = resource, .spec = decode(resource.kind(), Json(Json::Object{})).value(), .needs = std::move(needs)};
  };
  const auto directory = entry("directory:/d", {});
  const auto file = entry("file:/d/f", {});
  const auto package = entry("package:p", {id("file:/d/f")});
  const auto user = entry("user:u", {});
  std::vector<std::string> out;
  for (const auto& gone : leaving_order({&directory, &file, &package, &user})) out.push_back(gone.id.str());
  EXPECT_THAT(out, ElementsAre("package:p", "file:/d/f", "directory:/d", "user:u"));
}

}  // namespace
}  // namespace flyball::plan
