#include "plan/make_plan.hpp"

#include "plan/model_device.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ResourceId id(std::string_view written) { return *ResourceId::parse(written); }
Spec spec(std::string_view name, std::string_view fields) {
  return decode(id(name).kind(), *Json::parse(fields)).value();
}
std::string content(std::string_view text) { return sha256(text).str(); }

DesiredResource wanted(std::string_view name, std::string_view fields = "{}", Relations relations = {}) {
  auto wish = spec(name, fields);
  const auto digest = digest_of(id(name), wish);
  return {.id = id(name),
          .blob = sha256(fields),
          .spec = std::move(wish),
          .digest = digest,
          .relations = std::move(relations)};
}

DesiredState state_of(std::vector<DesiredResource> resources, std::uint64_t sequence = 7) {
  std::ranges::sort(resources, {}, &DesiredResource::id);
  return {.sequence = Sequence{sequence}, .resources = std::move(resources)};
}

// `create file:/a (intended)`: what a plan does, in short.
std::vector<std::string> told(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& step : plan.steps) {
    std::string line = text(name(step.change.action), ' ', step.change.id, ' ', name(step.change.reason));
    if (step.withheld) line += text(" withheld ", step.withheld->reason);
    for (const auto& field : step.change.fields) line += text(' ', field.field);
    out.push_back(std::move(line));
  }
  return out;
}

TEST(MakePlan, SaysWhetherGitOrTheDeviceMoved) {
  ModelDevice device;
  device.put(id("file:/b"), spec("file:/b", R"({"mode":"0600"})"));
  const auto first = state_of({wanted("file:/a", R"({"mode":"0644"})"), wanted("file:/b", R"({"mode":"0640"})")});
  EXPECT_THAT(told(device.plan(first)),
              ElementsAre("create file:/a intended ensure mode", "update file:/b intended mode"));
  EXPECT_EQ(device.plan(first).steps[0].change.cause, "release 7");
  device.converge(first);

  device.put(id("file:/b"), spec("file:/b", R"({"mode":"0777"})"));
  EXPECT_THAT(told(device.plan(first)), ElementsAre("update file:/b corrective mode"));

  const auto second = state_of({wanted("file:/a", R"({"mode":"0600"})"), wanted("file:/b", R"({"mode":"0640"})")}, 8);
  EXPECT_THAT(told(device.plan(second)), ElementsAre("update file:/a intended mode", "update file:/b corrective mode"));
}

TEST(MakePlan, CallsAChangeByFactsIntendedAndNamesThem) {
  ModelDevice device;
  auto before = wanted("file:/a", R"({"mode":"0644"})");
  device.converge(state_of({before}));
  auto after = wanted("file:/a", R"({"mode":"0600"})");
  after.blob = before.blob;
  const auto plan = device.plan(state_of({after}));
  EXPECT_THAT(told(plan), ElementsAre("update file:/a intended mode"));
  EXPECT_EQ(plan.steps[0].change.cause, "facts");
}

TEST(MakePlan, AdoptsWhatIsAsWantedAndPutsItBackAllTheSame) {
  ModelDevice device;
  device.put(id("file:/a"), spec("file:/a", R"({"mode":"0644"})"));
  const auto things = device.things;
  const auto desired = state_of({wanted("file:/a", R"({"mode":"0644"})")});
  const auto plan = device.plan(desired);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(plan.adoptions, ElementsAre(id("file:/a")));
  device.converge(desired);
  device.put(id("file:/a"), spec("file:/a", R"({"mode":"0777"})"));
  device.converge(state_of({}));
  EXPECT_EQ(device.things, things);
  EXPECT_THAT(device.ledger, IsEmpty());
}

TEST(MakePlan, StopsLeavingServicesFirstAndTakesTheRestAwayLast) {
  ModelDevice device;
  device.put(id("service:old"), spec("service:old", R"({"running":false})"));
  device.converge(
      state_of({wanted("service:old", R"({"running":true})"), wanted("directory:/old"), wanted("file:/old/f")}));
  EXPECT_THAT(told(device.plan(state_of({wanted("file:/new")}))),
              ElementsAre("restore service:old intended running", "create file:/new intended ensure",
                          "remove file:/old/f intended ensure", "remove directory:/old intended ensure"));
}

TEST(MakePlan, PutsBackAFieldThatLeavesAndOnlyThat) {
  ModelDevice device;
  const auto before = text(R"({"mode":"0600","content":")", content("before"), R"("})");
  device.put(id("file:/a"), spec("file:/a", before));
  device.converge(state_of({wanted("file:/a", text(R"({"mode":"0644","content":")", content("git"), R"("})"))}));
  const auto desired = state_of({wanted("file:/a", R"({"mode":"0644"})")});
  EXPECT_THAT(told(device.plan(desired)), ElementsAre("update file:/a intended content"));
  device.converge(desired);
  EXPECT_THAT(differences(spec("file:/a", text(R"({"mode":"0644","content":")", content("before"), R"("})")),
                          device.look(id("file:/a"))),
              IsEmpty());
}

TEST(MakePlan, KeepsOfALaterFieldWhatWasThereWhenItWasFirstManaged) {
  ModelDevice device;
  device.put(id("file:/a"), spec("file:/a", R"({"mode":"0600","owner":"root"})"));
  device.converge(state_of({wanted("file:/a", R"({"mode":"0644"})")}));
  device.put(id("file:/a"), spec("file:/a", R"({"mode":"0644","owner":"alice"})"));
  device.converge(state_of({wanted("file:/a", R"({"mode":"0644","owner":"kiosk"})")}));
  device.converge(state_of({}));
  EXPECT_THAT(differences(spec("file:/a", R"({"mode":"0600","owner":"alice"})"), device.look(id("file:/a"))),
              IsEmpty());
}

TEST(MakePlan, ReleasesWithoutTouchingAndForgets) {
  ModelDevice device;
  device.converge(state_of({wanted("file:/a", R"({"mode":"0644"})")}));
  const auto things = device.things;
  DesiredResource released{.id = id("file:/a"), .outcome = DesiredResource::Outcome::released};
  EXPECT_THAT(told(device.plan(state_of({released}))), ElementsAre("release file:/a intended"));
  device.converge(state_of({released}));
  EXPECT_EQ(device.things, things);
  EXPECT_THAT(device.ledger, IsEmpty());
}

TEST(MakePlan, TurnsAFileIntoALinkAsOneUpdateAndPutsTheFileBackInTheEnd) {
  ModelDevice device;
  device.put(id("file:/a"), spec("file:/a", R"({"mode":"0600"})"));
  const auto things = device.things;
  device.converge(state_of({wanted("file:/a", R"({"mode":"0644"})")}));
  const auto linked = state_of({wanted("link:/a", R"({"target":"/b"})")});
  EXPECT_THAT(told(device.plan(linked)), ElementsAre("update link:/a intended ensure target"));
  device.converge(linked);
  EXPECT_EQ(device.ledger.size(), 1U);
  device.converge(state_of({}));
  EXPECT_EQ(device.things, things);
}

TEST(MakePlan, LeavesAloneWhatWaitsForAFactOrCannotBeRead) {
  ModelDevice device;
  device.converge(state_of({wanted("file:/a"), wanted("file:/b")}));
  DesiredResource waiting{.id = id("file:/a"), .outcome = DesiredResource::Outcome::waiting, .message = "os.id"};
  DesiredResource unusable{.id = id("file:/b"), .outcome = DesiredResource::Outcome::unusable, .message = "too old"};
  const auto plan = device.plan(state_of({waiting, unusable}));
  EXPECT_TRUE(plan.empty());
  EXPECT_EQ(plan.conditions.at(id("file:/a")).state, State::waiting);
  EXPECT_EQ(plan.conditions.at(id("file:/b")).state, State::failed);

  const auto desired = state_of({wanted("file:/a")});
  const auto unread = make_plan(desired, {{id("file:/a"), fail(Errc::unavailable, "input/output error")}}, {});
  EXPECT_TRUE(unread.empty());
  EXPECT_EQ(unread.conditions.at(id("file:/a")).reason, "ObserveFailed");
}

// S10
TEST(MakePlan, WithholdsLeavingsPastTheBudgetUnlessTheReleaseSaysSo) {
  struct {
    std::string_view name;
    std::size_t managed;
    std::size_t leave;
    bool approved;
    bool withheld;
  } const cases[] = {
      {"twenty of a small ledger", 25, 20, false, false},
      {"one more", 25, 21, false, true},
      {"a fifth of a large one", 200, 40, false, false},
      {"one more than that", 200, 41, false, true},
      {"all of it", 200, 200, false, true},
      {"all of it, approved", 200, 200, true, false},
  };
  for (const auto& c : cases) {
    ModelDevice device;
    std::vector<DesiredResource> all;
    for (std::size_t i = 0; i < c.managed; ++i) all.push_back(wanted(text("file:/f", i)));
    device.converge(state_of(all));
    all.resize(c.managed - c.leave);
    auto desired = state_of(all);
    desired.deletion_approved = c.approved;
    const auto plan = device.plan(desired);
    ASSERT_EQ(plan.steps.size(), c.leave) << c.name;
    for (const auto& step : plan.steps) EXPECT_EQ(step.withheld.has_value(), c.withheld) << c.name;
  }
}

TEST(MakePlan, RestartsOnceForEachChangeOfWhatItIsRestartedFor) {
  ModelDevice device;
  device.put(id("service:s"), spec("service:s", R"({"running":true})"));
  const auto with = [](std::string_view mode) {
    return state_of({wanted("file:/c", text(R"({"mode":")", mode, R"("})")),
                     wanted("service:s", R"({"running":true})", {.restart_on = {id("file:/c")}})});
  };
  device.converge(with("0644"));
  EXPECT_THAT(device.restarted, ElementsAre(id("service:s"))) << "it ran before the file was there";
  device.converge(with("0600"));
  EXPECT_EQ(device.restarted.size(), 2U);
  device.converge(with("0600"));
  EXPECT_EQ(device.restarted.size(), 2U);
}

TEST(MakePlan, RestartsAfterACrashBetweenTheFileAndItsService) {
  ModelDevice device;
  const auto with = [](std::string_view mode) {
    return state_of({wanted("file:/c", text(R"({"mode":")", mode, R"("})")),
                     wanted("service:s", R"({"running":true})", {.restart_on = {id("file:/c")}})});
  };
  device.converge(with("0644"));
  EXPECT_THAT(device.restarted, IsEmpty()) << "its start was with the file as it is";
  device.apply(device.plan(with("0600")), with("0600"), 1);
  EXPECT_THAT(told(device.plan(with("0600"))), ElementsAre("update service:s intended restart"));
}

TEST(MakePlan, RunsACommandWithoutCheckOncePerText) {
  ModelDevice device;
  const auto first = state_of({wanted("command:c", R"({"apply":"make"})")});
  EXPECT_THAT(told(device.plan(first)), ElementsAre("create command:c intended done"));
  device.converge(first);
  device.things.clear();  // Nobody can ask it whether it is done.
  EXPECT_THAT(told(device.plan(first)), IsEmpty());
  EXPECT_THAT(told(device.plan(state_of({wanted("command:c", R"({"apply":"make all"})")}))),
              ElementsAre("create command:c intended done"));
}

TEST(Withhold, KeepsWhatIsOnlyObservedOutOfTheLedger) {
  ModelDevice device;
  device.put(id("file:/same"), spec("file:/same", R"({"mode":"0644"})"));
  const Relations observe{.manage = Manage::observe};
  const auto desired = state_of({wanted("file:/same", R"({"mode":"0644"})", observe),
                                 wanted("file:/other", R"({"mode":"0644"})", observe), wanted("file:/third")});
  const auto plan = withhold(device.plan(desired), desired, Hold::no);
  EXPECT_THAT(told(plan), ElementsAre("create file:/other intended withheld Observe ensure mode",
                                      "create file:/third intended ensure"));
  EXPECT_THAT(plan.adoptions, IsEmpty());
}

TEST(Withhold, StopsEverythingDuringAHold) {
  ModelDevice device;
  device.converge(state_of({wanted("file:/gone")}));
  const auto desired = state_of({wanted("file:/a")});
  EXPECT_THAT(
      told(withhold(device.plan(desired), desired, Hold::yes)),
      ElementsAre("create file:/a intended withheld Hold ensure", "remove file:/gone intended withheld Hold ensure"));
}

TEST(Ledger, EntryComesBackAsItWasWritten) {
  const LedgerEntry entry{.id = id("link:/a"),
                          .spec = spec("link:/a", R"({"target":"/b"})"),
                          .needs = {id("package:p")},
                          .managed = {"target"},
                          .blob = sha256("blob"),
                          .intent = sha256("intent"),
                          .applied = sha256("applied"),
                          .changed = true,
                          .baseline_id = id("file:/a"),
                          .baseline = spec("file:/a", R"({"mode":"0600"})"),
                          .baseline_notes = Json("note"),
                          .not_kept = "too large",
                          .notes = Json(Json::Array{1}),
                          .restart = sha256("r")};
  EXPECT_EQ(LedgerEntry::from_json(entry.to_json()), entry);
  EXPECT_EQ(LedgerEntry::from_json(*Json::parse("{}")).error().code, Errc::invalid);
}

std::map<std::string, std::string> written(const std::map<Place, ModelDevice::Thing>& things) {
  std::map<std::string, std::string> out;
  for (const auto& [place, thing] : things) out[thing.id.str()] = encode_observed(thing.spec).canonical();
  return out;
}

// Draws fleets of one device from a seed.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }

  DesiredState desired(std::uint64_t sequence) {
    std::map<Place, DesiredResource> drawn;
    for (std::size_t i = 0, count = below(12); i < count; ++i) {
      auto resource = one();
      drawn.insert_or_assign(place_of(resource.id), std::move(resource));
    }
    std::vector<DesiredResource> all;
    for (auto& [place, resource] : drawn) all.push_back(std::move(resource));
    auto out = state_of(std::move(all), sequence);
    for (auto& resource : out.resources) relate(resource, out);
    return out;
  }

  void tamper(ModelDevice& device) {
    const auto resource = one();
    if (below(3) == 0) device.things.erase(place_of(resource.id));
    if (below(3) == 0 && resource.spec && !wants_absence(*resource.spec)) device.put(resource.id, *resource.spec);
  }

 private:
  DesiredResource one() {
    static constexpr std::string_view names[] = {"file:/d/a",    "file:/d/b",  "link:/d/a", "directory:/d", "file:/e",
                                                 "directory:/e", "link:/e",    "package:p", "user:u",       "service:s",
                                                 "service:p",    "sysctl:a.b", "command:c"};
    const auto name = names[below(std::size(names))];
    auto out = wanted(name, fields(id(name).kind()));
    if (below(12) == 0) out = {.id = out.id, .outcome = DesiredResource::Outcome::released};
    return out;
  }

  std::string fields(std::string_view kind) {
    if (kind == "service") return below(2) == 0 ? R"({"running":true})" : R"({"enabled":true,"running":true})";
    if (kind == "sysctl") return below(2) == 0 ? R"({"value":"1"})" : R"({"value":"2"})";
    if (kind == "command") return below(2) == 0 ? R"({"apply":"a"})" : R"({"apply":"b"})";
    if (below(6) == 0) return R"({"ensure":"absent"})";
    if (kind == "link") return below(2) == 0 ? R"({"target":"/x"})" : R"({"target":"/y"})";
    if (kind == "package") return below(2) == 0 ? "{}" : R"({"version":"1.0"})";
    if (kind == "user") return below(2) == 0 ? "{}" : R"({"shell":"/bin/sh"})";
    static constexpr std::string_view some[] = {"{}", R"({"mode":"0644"})", R"({"mode":"0600","owner":"u"})",
                                                R"({"owner":"u"})"};
    return std::string(some[below(std::size(some))]);
  }

  void relate(DesiredResource& resource, const DesiredState& all) {
    if (!resource.spec) return;
    for (const auto& other : all.resources) {
      if (other.id < resource.id && below(4) == 0) resource.relations.needs.push_back(other.id);
      if (resource.id.kind() == "service" && below(4) == 0 && other.id != resource.id)
        resource.relations.restart_on.push_back(other.id);
    }
  }

  std::mt19937 random_;
};

// S25, S9
TEST(MakePlan, PlansNothingTwiceAndEndsWithAnEmptyLedgerWhateverHappened) {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    Draw draw(seed);
    ModelDevice device;
    for (int i = 0; i < 4; ++i) draw.tamper(device);
    for (std::uint64_t release = 1; release <= 4; ++release) {
      const auto desired = draw.desired(release);
      device.apply(device.plan(desired), desired, draw.below(6));  // Interrupted anywhere.
      ASSERT_LE(device.converge(desired), 1) << "seed " << seed;
      ASSERT_TRUE(device.plan(desired).empty()) << "seed " << seed;
    }
    device.converge(state_of({}));
    ASSERT_THAT(device.ledger, IsEmpty()) << "seed " << seed;
  }
}

// S9
TEST(MakePlan, PutsBackExactlyWhatWasThereWhenNothingWasReleased) {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    Draw draw(seed);
    ModelDevice device;
    for (int i = 0; i < 6; ++i) draw.tamper(device);
    const auto untouched = device.things;
    for (std::uint64_t release = 1; release <= 4; ++release) {
      auto desired = draw.desired(release);
      std::erase_if(desired.resources, [](const DesiredResource& r) { return !r.spec; });
      device.apply(device.plan(desired), desired, draw.below(8));
      if (draw.below(2) == 0) device.converge(desired);
    }
    device.converge(state_of({}));
    ASSERT_EQ(written(device.things), written(untouched)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace flyball::plan
