#include "server/server.hpp"

#include "os/sim/host.hpp"
#include "server/router.hpp"
#include "trust/check.hpp"
#include "trust/token.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace flyball::server {
namespace {

using Files = std::map<std::string, std::string>;
using os::net::Request;
using os::net::Response;

const Files two_devices = {
    {"fleet.yaml", "kind: fleet\nid: acme-5f0c1e9a\nname: acme\n"},
    {"devices/all.yaml", "kind: devices\ngroup: lobby\ndevices:\n  d1: {}\n  d2: { vars: { who: two } }\n"},
    {"groups/lobby.yaml",
     "kind: group\nname: lobby\nvars: { who: one }\nfiles:\n  /etc/motd: { content: \"${{ vars.who }}\" }\n  "
     "/etc/same: { content: same }\n"}};

Files with(Files files, const std::string& path, const std::string& bytes) {
  files[path] = bytes;
  return files;
}

// So many files in the group that guards have something to count.
Files crowded(std::size_t files) {
  std::string group = "kind: group\nname: lobby\nfiles:\n";
  for (std::size_t i = 0; i < files; ++i) group += text("  /etc/f", i, ": { content: x }\n");
  return with(with(two_devices, "groups/lobby.yaml", group), "devices/all.yaml",
              "kind: devices\ngroup: lobby\ndevices:\n  d1: {}\n  d2: {}\n");
}

// A device with a key of its own, as far as the server sees it.
struct FakeDevice {
  std::string key = *os::net::make_key(os::net::KeyType::ed25519);
  os::net::Peer peer() const {
    return {.address = "192.0.2.1", .certificate = os::net::Peer::Certificate{.spki = *os::net::key_fingerprint(key)}};
  }
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() : host_({.name = "server", .seed = 7}), lookout_(source_) {}
  void SetUp() override {
    store_ = *store::open_sqlite(":memory:");
    open();
  }

  void open() {
    server_.reset();
    const auto ports = host_.host();
    auto opened = Server::open(
        {.hook_secrets = {"hush"}},
        {.store = *store_, .lookout = lookout_, .files = ports.files, .clocks = ports.clocks, .random = ports.random});
    ASSERT_TRUE(opened) << opened.error().message;
    server_ = std::move(*opened);
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
  Revision push(const Files& files, const std::string& subject = "change") {
    const auto revision = source_.commit(files, subject);
    server_->wake();
    settle();
    return revision;
  }

  std::optional<Response> agent(const FakeDevice* device, Request request) {
    std::optional<Response> out;
    EXPECT_TRUE(os::net::split_target(request));
    server_->handle_agent(device == nullptr ? os::net::Peer{} : device->peer(), std::move(request),
                          [&](Response r) { out = std::move(r); });
    settle();
    return out;
  }
  Response person(const std::string& method, const std::string& target, const Json& body = {},
                  const std::string& token = "") {
    Request request{.method = method, .target = target, .body = body.is_null() ? "" : body.canonical()};
    request.headers.emplace("Authorization", text("Bearer ", token.empty() ? admin_ : token));
    EXPECT_TRUE(os::net::split_target(request));
    std::optional<Response> out;
    server_->handle_people({}, std::move(request), [&](Response r) { out = std::move(r); });
    settle();
    EXPECT_TRUE(out) << target;
    return out.value_or(Response{.status = 0});
  }
  Json json(const Response& response) {
    auto parsed = Json::parse(response.body);
    EXPECT_TRUE(parsed) << response.body;
    return parsed ? *parsed : Json();
  }
  Json get(const std::string& path) {
    const auto response = person("GET", "/api/v1/" + path);
    EXPECT_EQ(response.status, 200) << response.body;
    return json(response);
  }
  std::int64_t sequence() { return maybe_integer(*get("overview").find("release"), "sequence").value_or(0); }

  Response enroll(const FakeDevice& device, const std::string& line, std::optional<std::string> name = {}) {
    const auto token = *trust::Token::parse(line);
    const auto answer = *wire::TrustAnswer::decode(agent(nullptr, {.target = std::string(wire::path::trust)})->body);
    const auto raw = *os::net::raw_ed25519(*os::net::public_key(device.key));
    const trust::EnrollClaim claim{.device = name ? DeviceId(*name) : token.device(),
                                   .key = *trust::PublicKey::from_ed25519(raw),
                                   .nonce = answer.nonce,
                                   .pin = token.pin()};
    const auto signed_claim = trust::sign_claim(claim, token);
    const wire::EnrollRequest request{
        .claim = signed_claim.bytes,
        .signatures = signed_claim.signatures,
        .certificate_request = *os::net::make_certificate_request(device.key, claim.device.str()),
        .agent_version = "1"};
    return *agent(nullptr, {.method = "POST", .target = std::string(wire::path::enroll), .body = request.encode()});
  }
  std::string token_for(const std::string& device) {
    Json body;
    body["device"] = device;
    const auto made = person("POST", "/api/v1/enrolments/tokens", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return maybe_string(json(made), "token").value_or("");
  }
  FakeDevice enrolled(const std::string& name) {
    FakeDevice device;
    const auto answer = enroll(device, token_for(name));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return device;
  }
  std::optional<Response> desired(const FakeDevice& device, const wire::DesiredQuery& query) {
    return agent(&device, {.target = os::net::make_target(wire::path::desired, query.query())});
  }

  source::MemorySource source_;
  os::sim::SimHost host_;
  DirectLookout lookout_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Server> server_;
  std::string admin_;
};

TEST_F(ServerTest, ACommitThatCompilesIsInForceAndOneThatDoesNotLeavesTheOneBefore) {
  push(two_devices, "first");
  EXPECT_EQ(sequence(), 1);
  const auto bad = push(with(two_devices, "groups/lobby.yaml", "kind: group\nname: lobby\nfiles: { etc: {} }\n"));
  EXPECT_EQ(sequence(), 1);
  const auto overview = get("overview");
  EXPECT_EQ(maybe_string(*overview.find("trouble"), "what"), "refused");
  EXPECT_EQ(maybe_string(*overview.find("trouble"), "revision"), bad.str());
  push(with(two_devices, "groups/lobby.yaml", "kind: group\nname: lobby\nfiles: { /etc/motd: { content: new } }\n"));
  EXPECT_EQ(sequence(), 2);
  EXPECT_TRUE(get("overview").find("trouble")->is_null());
}

// S5, S10
TEST_F(ServerTest, AnEmptyRepositoryIsRefusedAndADeletionPastTheGuardWaitsForARecordedApproval) {
  push(crowded(100));
  push({{"fleet.yaml", "kind: fleet\nid: acme-5f0c1e9a\nname: acme\n"}});
  EXPECT_EQ(sequence(), 1);
  const auto held = push(crowded(50));
  EXPECT_EQ(sequence(), 1);
  std::vector<PushVerdict> verdicts;
  server_->when_judged(held, [&](const PushVerdict& v) { verdicts.push_back(v); });
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].outcome, PushVerdict::Outcome::held);
  EXPECT_FALSE(verdicts[0].lines.empty());
  Json approval;
  approval["kind"] = "approve";
  EXPECT_EQ(person("POST", "/api/v1/releases/2/statements", approval).status, 400);  // Without a reason.
  approval["reason"] = "the lobby is closed";
  EXPECT_EQ(person("POST", "/api/v1/releases/9/statements", approval).status, 409);
  EXPECT_EQ(person("POST", "/api/v1/releases/2/statements", approval).status, 200);
  EXPECT_EQ(sequence(), 3);
  EXPECT_EQ(maybe_string(*get("overview").find("release"), "approved_by"), "admin");
  EXPECT_EQ(get("events?kind=approval").find("items")->array()->size(), 1U);
}

// S10: a device that slept through the approved release goes to a later one directly.
TEST_F(ServerTest, AnApprovedDeletionStaysApprovedUntilEveryDeviceIsPastIt) {
  const auto risk_of = [&](const char* release) {
    return get(text("releases/", release)).find("statement")->find("risk")->canonical();
  };
  push(crowded(100));
  const auto awake = enrolled("d1");
  const auto asleep = enrolled("d2");
  const auto report = [&](const FakeDevice& device, std::uint64_t sequence, std::uint64_t number) {
    const wire::ReportMessage message{.boot = "b",
                                      .status = StatusReport{.boot = "b",
                                                             .number = number,
                                                             .sequence = {sequence},
                                                             .condition = {.state = State::ready},
                                                             .agent_version = "1"}};
    EXPECT_EQ(agent(&device, {.method = "POST", .target = std::string(wire::path::reports), .body = message.encode()})
                  ->status,
              200);
  };
  report(awake, 1, 1);
  report(asleep, 1, 1);
  push(crowded(50));
  Json approval;
  approval["kind"] = "approve";
  approval["reason"] = "the lobby is closed";
  EXPECT_EQ(person("POST", "/api/v1/releases/2/statements", approval).status, 200);
  EXPECT_EQ(risk_of("3"), R"(["deletion"])");
  report(awake, 3, 2);
  push(crowded(51));
  EXPECT_EQ(risk_of("4"), R"(["deletion"])") << "d2 has not been there yet";
  report(awake, 4, 3);
  report(asleep, 4, 2);
  push(crowded(52));
  EXPECT_EQ(risk_of("5"), "[]");
  // What piled up for a device that was away can be approved as well.
  EXPECT_EQ(person("POST", "/api/v1/releases/5/statements", approval).status, 200);
  EXPECT_EQ(risk_of("6"), R"(["deletion"])");
  EXPECT_EQ(person("POST", "/api/v1/releases/6/statements", approval).status, 409);
}

// S14, G19
TEST_F(ServerTest, ARepositoryThatCannotBeReadFreezesTheReleaseAndAnotherFleetsIsRefused) {
  push(two_devices);
  source_.set_reachable(false);
  server_->wake();
  settle();
  EXPECT_EQ(sequence(), 1);
  EXPECT_EQ(maybe_string(*get("overview").find("trouble"), "what"), "frozen");
  source_.set_reachable(true);
  pass(std::chrono::minutes(2));
  EXPECT_TRUE(get("overview").find("trouble")->is_null());
  push(with(two_devices, "fleet.yaml", "kind: fleet\nid: other-00000000\nname: acme\n"));
  EXPECT_EQ(sequence(), 1);
}

TEST_F(ServerTest, ARestartOffersWhatWasInForceAsItWasSigned) {
  push(two_devices);
  const auto device = enrolled("d1");
  const auto before = desired(device, {});
  ASSERT_TRUE(before);
  open();
  const auto after = desired(device, {});
  ASSERT_TRUE(after);
  const auto statement = [](const Response& r) {
    return trust::Envelope::decode(*wire::DesiredAnswer::decode(r.body)->envelope)->statement.bytes;
  };
  EXPECT_EQ(statement(*before), statement(*after));
}

TEST_F(ServerTest, ADeviceEnrolsOnceWithATokenThatNamesIt) {
  push(two_devices);
  EXPECT_EQ(person("POST", "/api/v1/enrolments/tokens", *Json::parse(R"({"device":"nobody"})")).status, 404);
  const auto line = token_for("d1");
  FakeDevice device;
  EXPECT_EQ(enroll(device, line, "d2").status, 403) << "a token for d1 must not make a d2";
  EXPECT_EQ(enroll(device, line).status, 200);
  EXPECT_EQ(enroll(device, line).status, 200) << "the same device again: its first answer was lost";
  EXPECT_EQ(enroll(FakeDevice{}, line).status, 403) << "another key with a used token";
  const auto late = token_for("d2");
  host_.clocks().jump_wall(std::chrono::hours(48));
  EXPECT_EQ(enroll(FakeDevice{}, late).status, 403);
}

TEST_F(ServerTest, ADeviceAcceptsWhatItIsOfferedAndIsTheOnlyOneThatCan) {
  push(two_devices);
  const auto line = token_for("d1");
  FakeDevice device;
  ASSERT_EQ(enroll(device, line).status, 200);
  const auto token = *trust::Token::parse(line);
  const auto document =
      wire::TrustAnswer::decode(agent(nullptr, {.target = std::string(wire::path::trust)})->body)->document;
  const auto key = trust::PublicKey::from_ed25519(*os::net::raw_ed25519(*os::net::public_key(device.key)))->digest();
  const auto held = *trust::DeviceTrust::pinned(document, token.pin(), DeviceId("d1"), key);
  const auto envelope = *wire::DesiredAnswer::decode(desired(device, {})->body)->envelope;
  const auto verdict = trust::check(envelope, held);
  ASSERT_TRUE(verdict.offer) << verdict.offer.error().message;
  EXPECT_EQ(verdict.offer->member.group.str(), "lobby");
  const auto manifest = agent(&device, {.target = wire::blob_path(verdict.offer->manifest)});
  ASSERT_EQ(manifest->status, 200);
  EXPECT_TRUE(trust::check_manifest(*verdict.offer, manifest->body));
  auto other = held;
  other.key = sha256("another key");
  EXPECT_FALSE(trust::check(envelope, other).offer);
}

// S22
TEST_F(ServerTest, ADeviceGetsTheClosureOfItsOwnManifestAndNothingElse) {
  push(two_devices);
  const auto one = enrolled("d1");
  const auto two = enrolled("d2");
  EXPECT_EQ(agent(&one, {.target = wire::blob_path(sha256("one"))})->status, 200);
  EXPECT_EQ(agent(&one, {.target = wire::blob_path(sha256("two"))})->status, 404);
  EXPECT_EQ(agent(&two, {.target = wire::blob_path(sha256("two"))})->status, 200);
  EXPECT_EQ(agent(&two, {.target = wire::blob_path(sha256("same"))})->status, 200);
  EXPECT_EQ(agent(nullptr, {.target = wire::blob_path(sha256("same"))})->status, 403);
  const FakeDevice stranger;
  EXPECT_EQ(agent(&stranger, {.target = wire::blob_path(sha256("same"))})->status, 403);
  EXPECT_EQ(person("DELETE", "/api/v1/devices/d1/identity").status, 204);
  EXPECT_EQ(agent(&one, {.target = wire::blob_path(sha256("same"))})->status, 403) << "its key was refused";
}

TEST_F(ServerTest, ARequestForDesiredStateIsHeldUntilThereIsSomethingNew) {
  push(two_devices);
  const auto device = enrolled("d1");
  const auto first = desired(device, {});
  ASSERT_TRUE(first);
  const auto seen =
      sha256(trust::Envelope::decode(*wire::DesiredAnswer::decode(first->body)->envelope)->statement.bytes);
  const wire::DesiredQuery idle{.seen = seen, .trust = 1};
  std::optional<Response> answer;
  const auto hold = [&](const wire::DesiredQuery& query) {
    answer.reset();
    Request request{.target = os::net::make_target(wire::path::desired, query.query())};
    EXPECT_TRUE(os::net::split_target(request));
    const auto id =
        server_->handle_agent(device.peer(), std::move(request), [&](Response r) { answer = std::move(r); });
    settle();
    return id;
  };
  hold(idle);
  EXPECT_FALSE(answer);
  EXPECT_EQ(maybe_string(get("devices/d1"), "freshness"), "connected");
  push(with(two_devices, "groups/lobby.yaml", "kind: group\nname: lobby\nfiles: { /etc/motd: { content: new } }\n"));
  ASSERT_TRUE(answer) << "a push answers it";
  const auto next =
      sha256(trust::Envelope::decode(*wire::DesiredAnswer::decode(answer->body)->envelope)->statement.bytes);
  EXPECT_NE(next, seen);
  hold({.seen = next, .trust = 1});
  EXPECT_EQ(person("POST", "/api/v1/devices/d1/sync").status, 202);
  ASSERT_TRUE(answer) << "a sync answers it";
  EXPECT_FALSE(wire::DesiredAnswer::decode(answer->body)->envelope);
  const auto wake = wire::DesiredAnswer::decode(answer->body)->wake;
  const auto gone = hold({.seen = next, .trust = 1, .wake = wake});
  server_->gone(gone);
  EXPECT_TRUE(maybe_string(get("devices/d1"), "freshness")->starts_with("away since"));
  hold({.seen = next, .trust = 1, .wake = wake});
  pass(std::chrono::minutes(5));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
}

// S17, S20
TEST_F(ServerTest, ReportsAreStoredOnceAndReadyIsSaidOnlyOfWhatWasAssigned) {
  push(two_devices);
  const auto device = enrolled("d1");
  const auto offered =
      trust::Envelope::decode(*wire::DesiredAnswer::decode(desired(device, {})->body)->envelope)->manifest;
  const auto report = [&](const Digest& at, std::uint64_t number) {
    const DeviceEvent event{.number = 1,
                            .kind = "change",
                            .sequence = {1},
                            .change = Change{.id = ResourceId("file", "/etc/motd"),
                                             .action = Action::update,
                                             .reason = Reason::corrective,
                                             .cause = "vim of ana"}};
    const wire::ReportMessage message{.boot = "b",
                                      .status = StatusReport{.boot = "b",
                                                             .number = number,
                                                             .sequence = {1},
                                                             .manifest = at,
                                                             .condition = {.state = State::ready},
                                                             .resources = 2,
                                                             .agent_version = "1"},
                                      .events = {event}};
    const auto answer =
        agent(&device, {.method = "POST", .target = std::string(wire::path::reports), .body = message.encode()});
    EXPECT_EQ(answer->status, 200) << answer->body;
    EXPECT_EQ(wire::ReportAnswer::decode(answer->body)->acknowledged, 1U);
  };
  report(sha256("something else"), 1);
  EXPECT_EQ(maybe_string(get("devices/d1"), "state"), "Reconciling");
  report(offered, 2);
  EXPECT_EQ(maybe_string(get("devices/d1"), "state"), "Ready");
  EXPECT_EQ(get("drift").find("items")->array()->size(), 1U);
  EXPECT_EQ(maybe_integer(*get("releases/1").find("progress"), "verified"), 1);
}

TEST_F(ServerTest, BadCallsOfAgentsAreRefusedWithAReason) {
  push(two_devices);
  const auto device = enrolled("d1");
  struct {
    const char* name;
    Request request;
    int want;
  } const cases[] = {{"no JSON", {.method = "POST", .target = "/agent/v1/reports", .body = "{"}, 400},
                     {"an oversized report",
                      {.method = "POST", .target = "/agent/v1/reports", .body = Bytes(wire::max_report_bytes + 1, ' ')},
                      413},
                     {"another method", {.method = "DELETE", .target = "/agent/v1/reports"}, 405},
                     {"an unknown path", {.target = "/agent/v1/everything"}, 404},
                     {"no digest", {.target = "/agent/v1/blobs/x"}, 404},
                     {"a bad query", {.target = "/agent/v1/desired?seen=x"}, 400},
                     {"a bad enrolment", {.method = "POST", .target = "/agent/v1/enroll", .body = "[]"}, 400},
                     {"a bad renewal", {.method = "POST", .target = "/agent/v1/renew", .body = "[]"}, 400}};
  for (const auto& c : cases) {
    const auto answer = agent(&device, c.request);
    ASSERT_TRUE(answer) << c.name;
    EXPECT_EQ(answer->status, c.want) << c.name << ": " << answer->body;
    EXPECT_TRUE(wire::Problem::decode(answer->body)) << c.name;
  }
}

TEST_F(ServerTest, PeopleNeedATokenAndItsRoles) {
  push(two_devices);
  EXPECT_EQ(person("GET", "/api/v1/devices", {}, "flyball_wrong").status, 401);
  Json body;
  body["person"] = "ana";
  body["roles"] = Json::Array{"operate"};
  const auto made = json(person("POST", "/api/v1/tokens", body));
  const auto ana = *maybe_string(made, "token");
  EXPECT_EQ(person("GET", "/api/v1/devices", {}, ana).status, 200);
  EXPECT_EQ(person("POST", "/api/v1/enrolments/tokens", *Json::parse(R"({"device":"d1"})"), ana).status, 403);
  EXPECT_EQ(person("GET", "/api/v1/tokens", {}, ana).status, 403);
  EXPECT_EQ(person("DELETE", "/api/v1/tokens/" + *maybe_string(made, "id")).status, 204);
  EXPECT_EQ(person("GET", "/api/v1/devices", {}, ana).status, 401);
  for (const char* bad : {"/api/v1/devices?limit=0", "/api/v1/devices?limit=x", "/api/v1/devices?colour=red",
                          "/api/v1/devices?state=Fine", "/api/v1/drift?since=soon"})
    EXPECT_EQ(person("GET", bad).status, 400) << bad;
  EXPECT_EQ(person("GET", "/api/v1/nothing").status, 404);
  EXPECT_EQ(person("PUT", "/api/v1/devices").status, 405);
  EXPECT_EQ(
      get("events/verify").find("intact")->boolean() != nullptr && *get("events/verify").find("intact")->boolean(),
      true);
}

TEST_F(ServerTest, TheLastAdminCannotLockEverybodyOut) {
  push(two_devices);
  const auto only = *maybe_string(get("tokens").find("items")->array()->at(0), "id");
  EXPECT_EQ(person("DELETE", "/api/v1/tokens/" + only).status, 409);
  EXPECT_EQ(*server_->first_admin_token(), std::nullopt);
  host_.clocks().jump_wall(std::chrono::hours(24 * 366));
  const auto another = server_->first_admin_token();
  ASSERT_TRUE(another && *another) << "an expired one is none";
  EXPECT_EQ(person("GET", "/api/v1/tokens", {}, **another).status, 200);
}

TEST_F(ServerTest, AListIsFilteredAndPagedByTheServer) {
  push(two_devices);
  const auto page = get("devices?limit=1");
  EXPECT_EQ(maybe_integer(page, "total"), 2);
  EXPECT_EQ(maybe_string(page, "next"), "d1");
  EXPECT_EQ(maybe_string(get("devices?limit=1&after=d1").find("items")->array()->at(0), "device"), "d2");
  EXPECT_EQ(maybe_integer(get("devices?group=lobby"), "total"), 2);
  EXPECT_EQ(maybe_integer(get("devices?state=Ready"), "total"), 0);
  EXPECT_EQ(maybe_integer(get("devices?state=not%20enrolled"), "total"), 2);
}

TEST_F(ServerTest, AWebhookWakesOnlyWhenItIsSigned) {
  const auto hook = [&](const std::string& secret) {
    Request request{.method = "POST", .target = "/api/v1/hooks/gitlab", .body = "{}"};
    request.headers.emplace("X-Gitlab-Token", secret);
    EXPECT_TRUE(os::net::split_target(request));
    int status = 0;
    server_->handle_people({}, std::move(request), [&](const Response& r) { status = r.status; });
    return status;
  };
  EXPECT_EQ(hook("wrong"), 403);
  source_.commit(two_devices, "first");
  EXPECT_EQ(hook("hush"), 202);
  settle();
  EXPECT_EQ(sequence(), 1);
}

TEST_F(ServerTest, AQuietFleetsStatementIsRenewedBeforeItExpires) {
  push(two_devices);
  host_.clocks().jump_wall(std::chrono::hours(24 * 61));
  settle();
  // The admin's token lives a year, so it still looks.
  EXPECT_EQ(sequence(), 2);
  EXPECT_EQ(maybe_string(get("releases/1"), "revision"), maybe_string(get("releases/2"), "revision"));
  EXPECT_EQ(maybe_string(get("releases/1"), "root"), maybe_string(get("releases/2"), "root"));
}

// The page and the API never write desired state: every route that is no reading is on this list, and none of them is
// about what git says.
TEST(Routes, NoneWritesDesiredState) {
  std::set<std::string> writing;
  for (const auto& route : routes()) {
    if (route.effect == Effect::read) {
      EXPECT_EQ(route.method, "GET") << route.path;
    } else {
      writing.insert(text(route.method, ' ', route.path, ' ', route.role));
    }
  }
  EXPECT_EQ(writing,
            (std::set<std::string>{"DELETE /api/v1/devices/{id}/identity admin", "DELETE /api/v1/tokens/{id} admin",
                                   "POST /api/v1/devices/{id}/sync operate", "POST /api/v1/enrolments/tokens admin",
                                   "POST /api/v1/hooks/{forge} ", "POST /api/v1/releases/{sequence}/statements admin",
                                   "POST /api/v1/tokens admin"}));
}

}  // namespace
}  // namespace flyball::server
