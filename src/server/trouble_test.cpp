#include "os/sim/host.hpp"
#include "server/server.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"

#include <gtest/gtest.h>

// What the server says and keeps when its disk is full, git is away, or a release waits while other things happen.
namespace flyball::server {
namespace {

using os::net::Request;
using os::net::Response;

// A store whose disk can be full.
class FullStore final : public store::Store {
 public:
  explicit FullStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  bool full = false;

  Result<> commit(const store::Transaction& transaction) override {
    if (full) return fail(Errc::unavailable, "no space left on device");
    return inner_->commit(transaction);
  }
  Result<std::optional<std::string>> setting(const std::string& key) override { return inner_->setting(key); }
  Result<std::optional<store::StoredRelease>> release(Sequence sequence) override { return inner_->release(sequence); }
  Result<std::vector<store::StoredRelease>> releases(Sequence before, std::size_t limit) override {
    return inner_->releases(before, limit);
  }
  Result<std::optional<store::StoredRelease>> release_of(const Revision& r) override { return inner_->release_of(r); }
  Result<Sequence> last_sequence() override { return inner_->last_sequence(); }
  Result<std::vector<store::DeviceRecord>> devices() override { return inner_->devices(); }
  Result<std::optional<store::DeviceRecord>> device(const DeviceId& id) override { return inner_->device(id); }
  Result<std::vector<store::StatusRecord>> statuses() override { return inner_->statuses(); }
  Result<std::optional<store::StatusRecord>> status(const DeviceId& id) override { return inner_->status(id); }
  Result<std::optional<store::FactsRecord>> facts(const DeviceId& id) override { return inner_->facts(id); }
  Result<std::uint64_t> last_event_number(const DeviceId& id, const Digest& key) override {
    return inner_->last_event_number(id, key);
  }
  Result<std::vector<store::DeviceEventRecord>> device_events(const store::DeviceEventQuery& query) override {
    return inner_->device_events(query);
  }
  Result<std::optional<store::EnrolmentToken>> enrolment_token(const Digest& id) override {
    return inner_->enrolment_token(id);
  }
  Result<std::vector<store::ApiToken>> api_tokens() override { return inner_->api_tokens(); }
  Result<std::optional<store::ApiToken>> api_token(const Digest& hash) override { return inner_->api_token(hash); }
  Result<std::vector<Event>> events(const store::EventQuery& query) override { return inner_->events(query); }

 private:
  std::unique_ptr<store::Store> inner_;
};

// A fleet of one device with so many files that guards have something to count.
std::map<std::string, std::string> fleet_of(std::size_t files) {
  std::string group = "kind: group\nname: lobby\nfiles:\n";
  for (std::size_t i = 0; i < files; ++i) group += text("  /etc/f", i, ": { content: x }\n");
  return {{"fleet.yaml", "kind: fleet\nid: acme-5f0c1e9a\nname: acme\n"},
          {"devices/all.yaml", "kind: devices\ngroup: lobby\ndevices:\n  d1: {}\n"},
          {"groups/lobby.yaml", group}};
}

class TroubleTest : public testing::Test {
 protected:
  TroubleTest() : host_({.name = "server", .seed = 7}), lookout_(source_), store_(*store::open_sqlite(":memory:")) {
    open();
  }

  void open() {
    server_.reset();
    const auto ports = host_.host();
    server_ = *Server::open(
        {},
        {.store = store_, .lookout = lookout_, .files = ports.files, .clocks = ports.clocks, .random = ports.random});
    if (const auto token = server_->first_admin_token(); token && *token) admin_ = **token;
    settle();
  }
  void settle() {
    for (int i = 0; i < 20 && server_->run_due() <= host_.clocks().steady(); ++i) {
    }
  }
  void pass(Duration span) {
    host_.clocks().pass(span);
    settle();
  }
  Revision push(std::size_t files) {
    const auto revision = source_.commit(fleet_of(files), "change");
    server_->wake();
    settle();
    return revision;
  }
  Response person(const std::string& method, const std::string& target, const std::string& body = "") {
    Request request{.method = method, .target = target, .body = body};
    request.headers.emplace("Authorization", text("Bearer ", admin_));
    EXPECT_TRUE(os::net::split_target(request));
    std::optional<Response> out;
    server_->handle_people({}, std::move(request), [&](Response r) { out = std::move(r); });
    settle();
    EXPECT_TRUE(out) << target << " was not answered";
    return out.value_or(Response{.status = 0});
  }
  Response approve(std::uint64_t sequence) {
    return person("POST", text("/api/v1/releases/", sequence, "/statements"), R"({"kind":"approve","reason":"so"})");
  }
  Json overview() { return *Json::parse(person("GET", "/api/v1/overview").body); }
  std::int64_t sequence() { return maybe_integer(*overview().find("release"), "sequence").value_or(0); }
  std::int64_t held() { return maybe_integer(*overview().find("held"), "sequence").value_or(0); }
  std::string state_of_release(std::uint64_t sequence) {
    return maybe_string(*Json::parse(person("GET", text("/api/v1/releases/", sequence)).body), "state").value_or("");
  }
  std::optional<PushVerdict> judged(const Revision& revision) {
    std::optional<PushVerdict> out;
    server_->when_judged(revision, [&](PushVerdict verdict) { out = std::move(verdict); });
    settle();
    return out;
  }

  source::MemorySource source_;
  os::sim::SimHost host_;
  DirectLookout lookout_;
  FullStore store_;
  std::unique_ptr<Server> server_;
  std::string admin_;
};

TEST_F(TroubleTest, AHeldReleaseKeepsItsNumberOverARestart) {
  push(100);
  push(50);
  ASSERT_EQ(held(), 2);
  open();
  EXPECT_EQ(sequence(), 1);
  EXPECT_EQ(held(), 2);
  EXPECT_EQ(approve(2).status, 200);
  EXPECT_EQ(sequence(), 3);
}

TEST_F(TroubleTest, OnlyTheHeadCanBeApproved) {
  push(100);
  push(50);
  ASSERT_EQ(held(), 2);
  push(101);
  EXPECT_EQ(held(), 0);
  EXPECT_EQ(sequence(), 3);
  EXPECT_EQ(approve(2).status, 409);
  EXPECT_EQ(state_of_release(2), "replaced");
  push(40);
  push(30);
  EXPECT_EQ(held(), 5);
  EXPECT_EQ(approve(4).status, 409);
}

TEST_F(TroubleTest, WhatIsHeldStaysHeldWhenTheStatementIsRenewed) {
  push(100);
  push(50);
  ASSERT_EQ(held(), 2);
  host_.clocks().jump_wall(std::chrono::hours(24 * 61));
  settle();
  EXPECT_EQ(sequence(), 3);
  EXPECT_EQ(held(), 2);
  open();
  EXPECT_EQ(sequence(), 3);
  EXPECT_EQ(held(), 2);
  EXPECT_EQ(approve(2).status, 200);
}

// S5
TEST_F(TroubleTest, AReleaseThatCannotBeStoredIsNotInForceAndComesWhenThereIsRoom) {
  push(100);
  store_.full = true;
  const auto revision = push(101);
  const auto verdict = judged(revision);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->outcome, PushVerdict::Outcome::frozen);
  EXPECT_EQ(sequence(), 1);
  const auto refused = person("POST", "/api/v1/tokens", R"({"person":"ana"})");
  EXPECT_EQ(refused.status, 503) << refused.body;
  store_.full = false;
  pass(std::chrono::minutes(1));
  EXPECT_EQ(sequence(), 2);
  EXPECT_TRUE(overview().find("trouble")->is_null());
}

TEST_F(TroubleTest, TheVeryFirstReleaseThatCannotBeStoredComesWhenThereIsRoomAndOverARestart) {
  store_.full = true;
  push(10);
  EXPECT_TRUE(overview().find("release")->is_null());
  store_.full = false;
  pass(std::chrono::minutes(1));
  EXPECT_EQ(sequence(), 1);
  open();
  EXPECT_EQ(sequence(), 1);
}

TEST_F(TroubleTest, AnApprovalThatCannotBeStoredCanBeGivenAgain) {
  push(100);
  push(50);
  ASSERT_EQ(held(), 2);
  store_.full = true;
  EXPECT_EQ(approve(2).status, 503);
  EXPECT_EQ(sequence(), 1);
  store_.full = false;
  pass(std::chrono::minutes(1));
  EXPECT_EQ(held(), 2);
  EXPECT_EQ(approve(2).status, 200);
  EXPECT_EQ(sequence(), 3);
}

TEST_F(TroubleTest, WhoPushedIsToldAlsoWhenTheRepositoryCannotBeRead) {
  push(10);
  const auto revision = source_.commit(fleet_of(11), "change");
  source_.set_reachable(false);
  const auto verdict = judged(revision);
  ASSERT_TRUE(verdict) << "the push would hang";
  EXPECT_EQ(verdict->outcome, PushVerdict::Outcome::frozen);
}

TEST_F(TroubleTest, WhoeverAsksForNoncesWithoutEndDoesNotKeepDevicesFromEnrolling) {
  push(10);
  for (int i = 0; i < 10'500; ++i) {
    Request request{.target = std::string(wire::path::trust)};
    ASSERT_TRUE(os::net::split_target(request));
    int status = 0;
    server_->handle_agent({}, std::move(request), [&](const Response& r) { status = r.status; });
    ASSERT_EQ(status, 200) << i;
  }
}

}  // namespace
}  // namespace flyball::server
