#include "store/store.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <sqlite3.h>

// What every store must do. Run by SQLite in memory and on disk.
namespace flyball::store {
namespace {

namespace fs = std::filesystem;

const WallTime now = *parse_rfc3339("2026-11-23T09:00:00Z");
const RepositoryId acme("acme-5f0c1e9a");

class StoreSuite : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flyball-store-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    open();
    ASSERT_TRUE(store_->commit({.writes = {Setting{"repository", acme.str()}}}));
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void open() {
    auto opened = open_sqlite(path());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  std::string path() const { return GetParam() ? (folder_ / "flyball.db").string() : ":memory:"; }

  static Event event(const std::string& kind) {
    return {.time = now, .kind = kind, .actor = "server", .subject = "device d1", .cause = "test", .body = "{}"};
  }

  fs::path folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreSuite, WhatWasCommittedIsReadBack) {
  const StoredRelease release{.release = {.sequence = {1},
                                          .revision = Revision("aaaa"),
                                          .subject = "first",
                                          .author = "Ana",
                                          .root = sha256("r"),
                                          .statement = sha256("s"),
                                          .state = ReleaseState::held,
                                          .held = {"max_delete: 7 %"},
                                          .time = now},
                              .statement = "statement",
                              .signature = Bytes("\0\1", 2)};
  const DeviceRecord device{.id = DeviceId("d1"),
                            .key = sha256("k"),
                            .public_key = Bytes("\0k", 2),
                            .enrolled = now,
                            .refused = true,
                            .wake = 3,
                            .assigned = {1},
                            .manifest = sha256("m"),
                            .generation = {2}};
  const StatusRecord status{.id = DeviceId("d1"),
                            .received = now,
                            .state = State::drifted,
                            .sequence = {1},
                            .manifest = sha256("m"),
                            .boot = "b",
                            .number = 4,
                            .body = "{}"};
  const FactsRecord facts{.id = DeviceId("d1"), .received = now, .digest = sha256("f"), .body = "{}"};
  const EnrolmentToken token{
      .id = sha256("t"), .public_key = "pk", .device = DeviceId("d1"), .created = now, .expires = now, .used = now};
  const ApiToken api{.id = "1",
                     .hash = sha256("secret"),
                     .person = "ana",
                     .roles = {"admin", "operate"},
                     .created = now,
                     .expires = now};
  ASSERT_TRUE(store_->commit({.writes = {release, device, status, facts, token, api}, .events = {event("release")}}));
  EXPECT_EQ(*store_->release({1}), release);
  EXPECT_EQ(*store_->release_of(Revision("aaaa")), release);
  EXPECT_EQ(store_->releases({}, 10)->size(), 1U);
  EXPECT_EQ(*store_->last_sequence(), Sequence{1});
  ASSERT_TRUE(store_->commit({.writes = {Setting{"sequence_floor", "500"}}}));
  EXPECT_EQ(*store_->last_sequence(), Sequence{500});
  EXPECT_EQ(*store_->device(DeviceId("d1")), device);
  EXPECT_EQ(store_->devices()->at(0), device);
  EXPECT_EQ(*store_->status(DeviceId("d1")), status);
  EXPECT_EQ(*store_->facts(DeviceId("d1")), facts);
  EXPECT_EQ(*store_->enrolment_token(sha256("t")), token);
  EXPECT_EQ(*store_->api_token(sha256("secret")), api);
  EXPECT_EQ(*store_->device(DeviceId("d2")), std::nullopt);
  ASSERT_TRUE(store_->commit({.writes = {RemoveApiToken{"1"}}}));
  EXPECT_TRUE(store_->api_tokens()->empty());
}

TEST_P(StoreSuite, AnOlderStatusNeverReplacesANewerOne) {
  const auto put = [&](const char* boot, std::uint64_t number) {
    ASSERT_TRUE(store_->commit({.writes = {StatusRecord{.id = DeviceId("d1"), .boot = boot, .number = number}}}));
  };
  put("one", 5);
  put("one", 4);
  EXPECT_EQ((*store_->status(DeviceId("d1")))->number, 5U);
  put("two", 1);
  EXPECT_EQ((*store_->status(DeviceId("d1")))->boot, "two");
}

// S17
TEST_P(StoreSuite, ADeviceEventThatComesTwiceIsStoredOnce) {
  const DeviceEventRecord one{.device = DeviceId("d1"),
                              .key = sha256("k"),
                              .number = 1,
                              .received = now,
                              .time = now,
                              .kind = "change",
                              .resource = "file:/etc/motd",
                              .reason = "corrective",
                              .sequence = {7},
                              .body = "{}"};
  auto two = one;
  two.number = 2;
  two.reason = "intended";
  ASSERT_TRUE(store_->commit({.writes = {one, two, one}}));
  ASSERT_TRUE(store_->commit({.writes = {one}}));
  EXPECT_EQ(store_->device_events({})->size(), 2U);
  EXPECT_EQ(*store_->last_event_number(DeviceId("d1"), sha256("k")), 2U);
  EXPECT_EQ(*store_->last_event_number(DeviceId("d1"), sha256("another key")), 0U);
  EXPECT_EQ(store_->device_events({.reason = "corrective"})->at(0).number, 1U);
  EXPECT_EQ(store_->device_events({.device = DeviceId("d2")})->size(), 0U);
  EXPECT_EQ(store_->device_events({.sequence = Sequence{7}, .since = now, .limit = 1})->at(0).number, 2U);
  EXPECT_EQ(store_->device_events({.before = store_->device_events({})->at(0).id})->at(0).number, 1U);
}

// S18
TEST_P(StoreSuite, TheAuditLogIsAChainFromItsFirstEvent) {
  EXPECT_EQ(verify_events(*store_, acme)->events, 0U);
  ASSERT_TRUE(store_->commit({.events = {event("start"), event("release")}}));
  ASSERT_TRUE(store_->commit({.events = {event("assignment")}}));
  const auto verified = verify_events(*store_, acme);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->events, 3U);
  EXPECT_EQ(verified->head, store_->events({.newest = true, .limit = 1})->at(0).hash);
  EXPECT_EQ(store_->events({.kind = "release"})->at(0).n, 2U);
  EXPECT_EQ(store_->events({.after = 2})->size(), 1U);
  EXPECT_FALSE(verify_events(*store_, RepositoryId("other-00000000")));
}

TEST_P(StoreSuite, ATransactionThatFailsLeavesNothing) {
  auto fresh = *open_sqlite(":memory:");
  // Without a repository the log cannot begin, so the whole transaction must go.
  EXPECT_FALSE(fresh->commit({.writes = {DeviceRecord{.id = DeviceId("d1")}}, .events = {event("device")}}));
  EXPECT_TRUE(fresh->devices()->empty());
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, testing::Bool(),
                         [](const auto& info) { return info.param ? "OnDisk" : "InMemory"; });

class StoreOnDisk : public StoreSuite {
 protected:
  void alter(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
};

// S18
TEST_P(StoreOnDisk, AnyChangeToTheLogBreaksTheChain) {
  ASSERT_TRUE(store_->commit({.events = {event("a"), event("b"), event("c")}}));
  for (const char* change :
       {"UPDATE events SET actor = 'nobody' WHERE n = 2", "UPDATE events SET body = x'7b' WHERE n = 1",
        "DELETE FROM events WHERE n = 2", "UPDATE events SET time = time + 1000000 WHERE n = 3"}) {
    store_.reset();
    fs::copy_file(path(), folder_ / "kept.db", fs::copy_options::overwrite_existing);
    alter(change);
    open();
    EXPECT_FALSE(verify_events(*store_, acme)) << change;
    store_.reset();
    fs::rename(folder_ / "kept.db", path());
    open();
    EXPECT_TRUE(verify_events(*store_, acme)) << change;
  }
}

TEST_P(StoreOnDisk, IsThereAgainAfterItWasClosedAndCanBeCopiedWhileOpen) {
  ASSERT_TRUE(store_->commit({.writes = {DeviceRecord{.id = DeviceId("d1"), .wake = 9}}, .events = {event("device")}}));
  const auto copy = (folder_ / "copy.db").string();
  const auto copied = backup_sqlite(path(), copy);
  ASSERT_TRUE(copied) << copied.error().message;
  store_.reset();
  open();
  EXPECT_EQ((*store_->device(DeviceId("d1")))->wake, 9U);
  auto restored = open_sqlite(copy);
  ASSERT_TRUE(restored);
  EXPECT_EQ(verify_events(**restored, acme)->events, 1U);
  EXPECT_FALSE(backup_sqlite(path(), copy)) << "a copy must not overwrite";
}

TEST_P(StoreOnDisk, OfANewerVersionIsRefusedAndLeftAlone) {
  store_.reset();
  alter("PRAGMA user_version=999");
  EXPECT_EQ(open_sqlite(path()).error().code, Errc::unsupported);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreOnDisk, testing::Values(true));

}  // namespace
}  // namespace flyball::store
