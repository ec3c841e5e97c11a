#include "agent/agent.hpp"

#include "agent/small_fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::agent {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::vector<Wish> motd(const std::string& text) {
  return {{.id = "file:/etc/motd", .fields = R"({"mode":"0644"})", .content = text}};
}

std::vector<const DeviceEvent*> changes(const SmallServer& server) {
  std::vector<const DeviceEvent*> out;
  for (const auto& [number, event] : server.events()) {
    if (event.change) out.push_back(&event);
  }
  return out;
}

TEST(Agent, MakesAReleaseSoAndSaysReadyOnlyThen) {
  SmallFleet fleet;
  fleet.enrol();
  const auto sequence = fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled() && fleet.server.status()->sequence == sequence; });
  EXPECT_EQ(fleet.content("/etc/motd"), "hello\n");
  EXPECT_EQ(fleet.server.status()->generation, Generation{1});
  ASSERT_THAT(changes(fleet.server), SizeIs(1));
  EXPECT_EQ(changes(fleet.server)[0]->change->reason, Reason::intended);
  EXPECT_THAT(changes(fleet.server)[0]->change->cause, HasSubstr("release"));
}

TEST(Agent, TakesANewReleaseWithinTheHeldRequest) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("one\n"));
  fleet.run_until([&] { return fleet.settled(); });
  const auto before = fleet.device.clocks().now();
  const auto sequence = fleet.server.release(motd("two\n"));
  fleet.run_until([&] { return fleet.settled() && fleet.server.status()->sequence == sequence; });
  EXPECT_LT(fleet.device.clocks().now() - before, Duration(std::chrono::seconds(1)));
  EXPECT_EQ(fleet.content("/etc/motd"), "two\n");
  EXPECT_EQ(fleet.server.requests("/agent/v1/blobs/"), 3U + 3U) << "only manifest, spec and content are new";
}

TEST(Agent, PutsDriftBackAtOnceAndNamesWhoDidIt) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  const auto before = fleet.device.clocks().now();
  ASSERT_TRUE(fleet.device.edit("/etc/motd", "mine\n", "/usr/bin/vim of alice"));
  fleet.run_until([&] { return fleet.content("/etc/motd") == "hello\n"; });
  EXPECT_LT(fleet.device.clocks().now() - before, Duration(std::chrono::milliseconds(50)));
  fleet.run_until([&] { return fleet.settled(); });
  const auto all = changes(fleet.server);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1]->change->reason, Reason::corrective);
  EXPECT_EQ(all[1]->change->cause, "/usr/bin/vim of alice");
  EXPECT_THAT(all[1]->change->fields[0].diff.value_or(""), HasSubstr("-mine\n+hello\n"));
}

// S14: fail static.
TEST(Agent, KeepsEnforcingWithoutTheServerAndTellsLater) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  fleet.server.down = true;
  fleet.start_agent();
  for (int day = 0; day < 3; ++day) {
    fleet.run(std::chrono::hours(24));
    ASSERT_TRUE(fleet.device.edit("/etc/motd", "mine\n", "bob"));
    fleet.run_until([&] { return fleet.content("/etc/motd") == "hello\n"; });
  }
  EXPECT_FALSE(fleet.agent().status().connected);
  EXPECT_GT(fleet.agent().status().queued_events, 3U);
  fleet.server.down = false;
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_THAT(changes(fleet.server), SizeIs(4));
}

// S9: only what is in the ledger is put back.
TEST(Agent, PutsBackWhatLeavesGit) {
  SmallFleet fleet;
  fleet.enrol();
  ASSERT_TRUE(fleet.device.edit("/etc/motd", "as it was\n", "installer"));
  auto wishes = motd("hello\n");
  wishes.push_back({.id = "directory:/etc/kiosk"});
  wishes.push_back({.id = "file:/etc/kiosk/new", .content = "x"});
  fleet.server.release(wishes);
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_EQ(fleet.content("/etc/kiosk/new"), "x");
  const auto sequence = fleet.server.release({});
  fleet.run_until([&] { return fleet.settled() && fleet.server.status()->sequence == sequence; });
  EXPECT_EQ(fleet.content("/etc/motd"), "as it was\n");
  EXPECT_FALSE(fleet.device.disk().stat("/etc/kiosk").value());
}

TEST(Agent, OneBrokenResourceFailsAloneAndItsDependantsWait) {
  SmallFleet fleet;
  fleet.enrol();
  auto wishes = motd("hello\n");
  wishes.push_back({.id = "command:broken", .fields = R"({"apply":"no-such-program","check":"false"})"});
  wishes.push_back(
      {.id = "file:/etc/needy", .content = "x", .relations = {.needs = {*ResourceId::parse("command:broken")}}});
  fleet.server.release(wishes);
  fleet.run_until([&] { return fleet.server.status() && fleet.server.status()->not_ready.size() == 2; });
  EXPECT_EQ(fleet.content("/etc/motd"), "hello\n");
  EXPECT_EQ(fleet.content("/etc/needy"), std::nullopt);
  const auto& status = *fleet.server.status();
  EXPECT_EQ(status.condition.state, State::failed);
  EXPECT_EQ(status.not_ready[0].condition.state, State::failed);
  EXPECT_EQ(status.not_ready[1].condition.reason, "DependencyFailed");
  fleet.run(std::chrono::hours(2));
  EXPECT_LT(fleet.agent().status().reconciles, 100U) << "it backs off";
}

TEST(Agent, TriesAgainAtItsTimeWhatCouldNotBeHadHoweverOftenItLooks) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("one\n"));
  fleet.run_until([&] { return fleet.settled(); });
  int failures = 0;
  fleet.device.set_faults([&](const os::sim::Call& call) -> std::optional<os::sim::Fault> {
    if (call.operation != "sync" || call.subject != "/etc/.motd.flyball-new" || ++failures > 3) return std::nullopt;
    return os::sim::Fault{.kind = os::sim::Fault::Kind::error};
  });
  fleet.server.release(motd("two\n"));
  for (int i = 0; i < 60 && fleet.content("/etc/motd") != "two\n"; ++i) {
    fleet.agent().sync();
    fleet.run(std::chrono::seconds(1));
  }
  EXPECT_EQ(fleet.content("/etc/motd"), "two\n");
}

// S2: the floor never falls. S14: what runs goes on.
TEST(Agent, RefusesBadEnvelopesSaysWhyAndGoesOn) {
  SmallFleet fleet;
  fleet.enrol();
  std::optional<Bytes> old;
  fleet.server.on_envelope = [&](const Bytes& envelope) { return old = envelope, envelope; };
  fleet.server.release(motd("one\n"));
  fleet.run_until([&] { return fleet.settled(); });
  const auto first = *old;
  fleet.server.on_envelope = nullptr;
  fleet.server.release(motd("two\n"));
  fleet.run_until([&] { return fleet.settled() && fleet.content("/etc/motd") == "two\n"; });

  fleet.server.on_envelope = [&](const Bytes&) { return first; };
  fleet.server.release(motd("three\n"));
  fleet.run_until([&] { return fleet.server.status()->refused == "replay"; });
  fleet.server.on_envelope = [&](const Bytes&) { return Bytes("{"); };
  fleet.server.release(motd("four\n"));
  fleet.run_until([&] { return fleet.server.status()->refused == "malformed"; });
  const auto asked = fleet.server.requests("/agent/v1/desired");
  fleet.run(std::chrono::hours(1));
  EXPECT_LT(fleet.server.requests("/agent/v1/desired") - asked, 60U) << "a refusal does not spin";
  EXPECT_EQ(fleet.content("/etc/motd"), "two\n");

  fleet.server.on_envelope = nullptr;
  fleet.run_until([&] { return fleet.content("/etc/motd") == "four\n" && fleet.server.status()->refused.empty(); });
}

TEST(Agent, IsIndifferentToAnswersThatComeTwice) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.duplicate_answers = true;
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_EQ(fleet.content("/etc/motd"), "hello\n");
}

TEST(Agent, FetchesAgainWhenABlobIsNotWhatItsDigestSays) {
  SmallFleet fleet;
  fleet.enrol();
  int damaged = 0;
  fleet.server.garble = [&](os::net::Response& response) {
    if (response.body == "hello\n" && damaged++ < 3) response.body = "hellO\n";
  };
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_EQ(damaged, 4);
  EXPECT_EQ(fleet.content("/etc/motd"), "hello\n");
}

TEST(Agent, HoldStopsCorrectionEndsByItselfAndOutlivesABoot) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  ASSERT_FALSE(fleet.agent().hold(std::chrono::hours(25), "too long", "root"));
  ASSERT_TRUE(fleet.agent().hold(std::chrono::hours(2), "measuring", "root"));
  fleet.run(std::chrono::hours(1));
  EXPECT_EQ(fleet.server.status()->condition.state, State::held);
  ASSERT_TRUE(fleet.device.edit("/etc/motd", "mine\n", "bob"));
  fleet.stop_agent();
  fleet.device.reboot();
  fleet.run(std::chrono::minutes(50));
  EXPECT_EQ(fleet.content("/etc/motd"), "mine\n");
  fleet.run_until([&] { return fleet.content("/etc/motd") == "hello\n"; }, std::chrono::minutes(20));
  fleet.run_until([&] { return fleet.settled(); });
}

TEST(Agent, SyncIsAWakeAndNothingElse) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  const auto before = fleet.agent().status().reconciles;
  fleet.server.sync();
  fleet.run_until([&] { return fleet.agent().status().reconciles > before; }, std::chrono::seconds(1));
  const auto after = fleet.agent().status().reconciles;
  fleet.run(std::chrono::seconds(30));
  EXPECT_LE(fleet.agent().status().reconciles, after + 1);
}

TEST(Agent, RenewsItsCertificateAtTwoThirdsOfItsLife) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run(std::chrono::hours(24 * 19));
  EXPECT_EQ(fleet.server.reconnects(), 0);
  fleet.run(std::chrono::hours(24 * 2));
  EXPECT_EQ(fleet.server.reconnects(), 1);
}

TEST(Agent, CountsAFightAndWaitsEverLonger) {
  SmallFleet fleet;
  fleet.enrol();
  fleet.server.release(motd("hello\n"));
  fleet.run_until([&] { return fleet.settled(); });
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(fleet.device.edit("/etc/motd", text("mine ", i), "/usr/bin/other"));
    fleet.run(std::chrono::seconds(5));
  }
  EXPECT_LT(fleet.agent().status().corrections, 30U);
  fleet.run_until([&] { return fleet.server.status()->condition.state == State::contested; });
  EXPECT_THAT(fleet.server.status()->not_ready[0].condition.message, HasSubstr("/usr/bin/other"));
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_EQ(fleet.content("/etc/motd"), "hello\n");
}

// S10
TEST(Agent, WithholdsAMassDeletionUntilAReleaseSaysSo) {
  SmallFleet fleet;
  fleet.enrol();
  std::vector<Wish> wishes;
  for (int i = 0; i < 30; ++i) wishes.push_back({.id = text("file:/etc/f", i), .content = "x"});
  fleet.server.release(wishes);
  fleet.run_until([&] { return fleet.settled(); });
  fleet.server.release({});
  fleet.run_until([&] { return fleet.server.status()->condition.state == State::held; });
  EXPECT_EQ(fleet.content("/etc/f7"), "x");
  fleet.server.release({}, {trust::RiskClass::deletion});
  fleet.run_until([&] { return fleet.settled(); });
  EXPECT_EQ(fleet.content("/etc/f7"), std::nullopt);
}

}  // namespace
}  // namespace flyball::agent
