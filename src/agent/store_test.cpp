#include "agent/content_diff.hpp"
#include "agent/device_store.hpp"
#include "agent/event_queue.hpp"
#include "agent/ledger_store.hpp"
#include "agent/retry.hpp"
#include "os/sim/files.hpp"
#include "os/sim/random.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Disk {
  os::sim::Disk disk;
  os::sim::Fuse fuse;
  os::sim::SimFiles files{disk, fuse};
  StateFiles state{files, "/var/lib/flyball-agent", {}};
  Disk() {
    disk.on_step([this](std::string_view operation, std::string_view path) { fuse.step(operation, path); });
    EXPECT_TRUE(state.prepare());
  }
};

plan::LedgerEntry entry(int number, int version) {
  const ResourceId id("file", text("/etc/f", number));
  const Spec spec = File{.owner = text("owner ", version)};
  return {.id = id, .spec = spec, .managed = {"owner"}, .baseline_id = id, .notes = Json(version)};
}

TEST(LedgerStore, ReadsBackWhatWasSavedHoweverItCameAbout) {
  std::mt19937 random(7);
  Disk disk;
  LedgerStore store(disk.state);
  auto ledger = store.load().value();
  for (int round = 0; round < 200; ++round) {
    std::set<plan::Place> touched;
    for (unsigned i = 0; i < random() % 40; ++i) {
      const auto made = entry(static_cast<int>(random() % 300), round);
      touched.insert(plan::place_of(made.id));
      if (random() % 3 == 0) {
        ledger.erase(plan::place_of(made.id));
      } else {
        ledger.insert_or_assign(plan::place_of(made.id), made);
      }
    }
    ASSERT_TRUE(store.save(ledger, touched));
    ASSERT_EQ(LedgerStore(disk.state).load(), ledger) << "round " << round;
  }
}

// S7: at whatever write the power goes, the ledger is the one before or the one after.
TEST(LedgerStore, IsWhollyOldOrWhollyNewAfterAPowerCut) {
  for (std::uint64_t place = 1;; ++place) {
    Disk disk;
    LedgerStore store(disk.state);
    auto ledger = store.load().value();
    std::set<plan::Place> touched;
    for (int i = 0; i < 400; ++i) {
      const auto made = entry(i, 0);
      touched.insert(plan::place_of(made.id));
      ledger.emplace(plan::place_of(made.id), made);
    }
    ASSERT_TRUE(store.save(ledger, touched));  // Large enough for a base.
    const auto before = ledger;
    const auto changed = entry(7, 1);
    ledger.insert_or_assign(plan::place_of(changed.id), changed);
    ledger.erase(plan::place_of(entry(8, 0).id));
    disk.fuse.mend();
    disk.fuse.set_plan(os::sim::fault_at(place, {.kind = os::sim::Fault::Kind::power_cut}));
    bool cut = false;
    try {
      ASSERT_TRUE(store.save(ledger, {plan::place_of(changed.id), plan::place_of(entry(8, 0).id)}));
    } catch (const os::sim::PowerCut&) {
      cut = true;
      os::sim::DrawnChoices choices(place);
      disk.disk.lose_power(choices);
    }
    disk.fuse.set_plan(nullptr);
    disk.fuse.mend();
    const auto found = LedgerStore(disk.state).load();
    ASSERT_TRUE(found == before || found == ledger) << "place " << place;
    if (!cut) return;
  }
}

DeviceEvent event(int number) { return {.kind = "change", .message = text("event ", number)}; }

// S17: no number is used twice, and what was dropped is counted.
TEST(EventQueue, GoesOnCountingAfterARestartAndForgetsWhatIsAcknowledged) {
  Disk disk;
  for (std::uint64_t round = 0; round < 10; ++round) {
    EventQueue queue(disk.state);
    ASSERT_TRUE(queue.load());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.add({event(i)}));
    const auto oldest = queue.oldest(1000);
    EXPECT_EQ(oldest.back().number, (round + 1) * 100);
    queue.acknowledge((round + 1) * 100);
    EXPECT_THAT(queue.oldest(1000), IsEmpty());
  }
}

TEST(EventQueue, IsBoundedAndTellsHowManyItDropped) {
  Disk disk;
  EventQueue queue(disk.state);
  ASSERT_TRUE(queue.load());
  const auto bound = EventQueue::segment * EventQueue::max_segments;
  std::vector<DeviceEvent> many(bound + 1000, event(1));
  ASSERT_TRUE(queue.add(std::move(many)));
  EXPECT_LE(queue.size(), bound);
  EXPECT_EQ(queue.size() + queue.dropped(), bound + 1000);
  EXPECT_EQ(queue.oldest(1)[0].number, queue.dropped() + 1) << "the gap shows";
  EventQueue again(disk.state);
  ASSERT_TRUE(again.load());
  EXPECT_EQ(again.size() + again.dropped(), bound + 1000);
}

TEST(EventQueue, GivesANumberOnlyToWhatIsDurable) {
  Disk disk;
  EventQueue queue(disk.state);
  ASSERT_TRUE(queue.load());
  ASSERT_TRUE(queue.add({event(1)}));
  disk.fuse.set_plan([](const os::sim::Call& call) -> std::optional<os::sim::Fault> {
    if (call.operation != "write_new") return std::nullopt;
    return os::sim::Fault{.kind = os::sim::Fault::Kind::error};
  });
  EXPECT_FALSE(queue.add({event(2)}));
  disk.fuse.set_plan(nullptr);
  ASSERT_TRUE(queue.add({event(3)}));
  const auto all = queue.oldest(10);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].number, 2U);
  EXPECT_EQ(all[1].message, "event 3");
}

TEST(ContentStore, TakesDamagedContentForMissing) {
  Disk disk;
  ContentStore store(disk.state);
  ASSERT_TRUE(store.load());
  ASSERT_TRUE(store.keep("hello"));
  ASSERT_TRUE(store.flush());
  const auto digest = sha256("hello");
  EXPECT_EQ(store.read(digest), "hello");
  ASSERT_TRUE(disk.disk.overwrite(disk.state.path("contents/") + hex(digest.bytes()), "hell0"));
  EXPECT_EQ(store.read(digest).error().code, Errc::not_found);
  EXPECT_FALSE(store.has(digest));
  ASSERT_TRUE(store.keep("hello"));
  EXPECT_EQ(store.read(digest), "hello");
}

TEST(DeviceStore, KeepsWhatItWasGivenAndNamesTheFileThatIsDamaged) {
  Disk disk;
  DeviceStore store(disk.files, "/var/lib/flyball-agent", {});
  ASSERT_TRUE(store.load());
  EXPECT_EQ(store.identity().value(), std::nullopt);
  const Identity identity{DeviceId("d"), "https://s", "key", "certificate", "ca"};
  ASSERT_TRUE(store.save(identity));
  EXPECT_EQ(store.identity().value(), identity);
  const OpenPlan plan{.manifest = sha256("m"), .sequence = {7}, .steps = {ResourceId("file", "/a")}};
  ASSERT_TRUE(store.open(plan));
  EXPECT_EQ(store.open_plan().value()->steps, plan.steps);
  store.close_plan();
  EXPECT_FALSE(store.open_plan().value());
  ASSERT_TRUE(disk.disk.overwrite("/var/lib/flyball-agent/identity.json", "{"));
  EXPECT_EQ(store.identity().error().code, Errc::corrupt);
  EXPECT_THAT(store.identity().error().message, HasSubstr("/var/lib/flyball-agent/identity.json"));
}

TEST(Retry, SpanDoublesUpToTheCapBeforeTheJitter) {
  EXPECT_EQ(retry_span(0), Duration(std::chrono::seconds(2)));
  EXPECT_EQ(retry_span(3), Duration(std::chrono::seconds(16)));
  EXPECT_EQ(retry_span(9), longest_wait);
  EXPECT_EQ(retry_span(1000), longest_wait);
  os::sim::SimRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const auto next = next_run(50, {}, random);
    EXPECT_LT(next.since, longest_wait);
  }
}

TEST(ContentDiff, ShowsTheLinesThatDifferWithTwoAround) {
  EXPECT_EQ(unified_diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\n"), " b\n c\n-d\n+D\n e\n f\n");
  EXPECT_EQ(unified_diff("", "new\n"), "+new\n");
  EXPECT_EQ(unified_diff("same", "same"), "");
  EXPECT_EQ(unified_diff(std::string("\0binary", 7), "text"), "");
}

TEST(ContentDiff, IsBoundedHoweverMuchDiffers) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += text("old ", i, "\n");
    after += text("new ", i, "\n");
  }
  const auto diff = unified_diff(before, after);
  EXPECT_LE(std::ranges::count(diff, '\n'), 61);
  EXPECT_LT(unified_diff("short\n", std::string(50'000, 'x')).size(), 1000U);
}

TEST(ContentDiff, HidesSecrets) {
  std::vector<FieldChange> fields = {{.field = "content", .before = "a", .after = "b", .diff = "-a\n+b\n"},
                                     {.field = "mode", .before = "0600", .after = "0644"}};
  hide_secrets(fields, File{.sensitive = true});
  EXPECT_EQ(fields[0].after, Json("(hidden)"));
  EXPECT_FALSE(fields[0].diff);
  EXPECT_EQ(fields[1].after, Json("0644"));
}

}  // namespace
}  // namespace flyball::agent
