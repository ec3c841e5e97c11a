#include "base/text.hpp"
#include "wire/messages.hpp"
#include "wire/report_json.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

namespace flyball::wire {
namespace {

const WallTime monday = *parse_rfc3339("2026-11-23T09:00:00Z");

Change motd_put_back() {
  return {.id = ResourceId("file", "/etc/motd"),
          .action = Action::update,
          .reason = Reason::corrective,
          .fields = {{.field = "mode", .before = "0600", .after = "0644"},
                     {.field = "content", .diff = "@@ -1 +1 @@\n-tampered\n+hello\n"}},
          .cause = "/usr/bin/vim of alice"};
}

StatusReport full_status() {
  return {
      .boot = "0c4f7a52-boot",
      .number = 17,
      .statement = sha256("statement"),
      .sequence = Sequence{412},
      .manifest = sha256("manifest"),
      .generation = Generation{9},
      .condition = {.state = State::failed, .reason = "ApplyFailed", .message = "1 of 12 resources"},
      .not_ready = {{.id = ResourceId("package", "nginx"),
                     .condition = {.state = State::failed, .reason = "ApplyFailed", .message = "apt: no space left"},
                     .differs = {{.field = "version", .before = nullptr, .after = "latest"}}},
                    {.id = ResourceId("service", "nginx"),
                     .condition = {.state = State::waiting, .reason = "DependencyFailed"}}},
      .resources = 12,
      .refused = "replay",
      .refused_statement = sha256("older statement"),
      .facts = Facts{{"os.id", "debian"}, {"memory_bytes", std::int64_t{8} << 30}, {"tpm", false}},
      .facts_digest = sha256("facts"),
      .agent_version = "0.1.0",
      .time = monday,
      .events_dropped = 3};
}

StatusReport least_status() {
  return {.boot = "b",
          .condition = {.state = State::waiting, .reason = "NoRelease"},
          .agent_version = "0.1.0",
          .time = monday};
}

// One golden file: a message with everything, or with the least it may hold.
struct Golden {
  std::string name;
  Bytes encoded;
  std::function<Result<Bytes>(std::string_view)> again;  // Decodes and encodes.
};

template <class Message>
Golden golden(std::string_view name, const Message& message) {
  return {.name = text(Message::kind, name.empty() ? "" : ".", name),
          .encoded = message.encode(),
          .again = [](std::string_view bytes) -> Result<Bytes> {
            const auto decoded = TRY(Message::decode(bytes));
            return decoded.encode();
          }};
}

std::vector<Golden> goldens() {
  return {
      golden("", TrustAnswer{.document = "{}", .nonce = Bytes(16, 'n'), .ca_pem = "-----BEGIN CERTIFICATE-----\n"}),
      golden("", EnrollRequest{.claim = "{}",
                               .signatures = {"SSHSIG"},
                               .certificate_request = "-----BEGIN CERTIFICATE REQUEST-----\n",
                               .facts = {{"os.id", "debian"}},
                               .agent_version = "0.1.0"}),
      golden("", EnrollAnswer{.certificate_pem = "leaf", .ca_pem = "ca"}),
      golden("pending", EnrollAnswer{.pending = true}),
      golden("", RenewRequest{.certificate_request = "-----BEGIN CERTIFICATE REQUEST-----\n"}),
      golden("", RenewAnswer{.certificate_pem = "leaf", .ca_pem = "ca"}),
      golden("", DesiredAnswer{.envelope = "{}", .wake = 7}),
      golden("wake", DesiredAnswer{.wake = 8}),
      golden("", ReportMessage{.boot = "0c4f7a52-boot",
                               .status = full_status(),
                               .events = {{.number = 41,
                                           .time = monday,
                                           .kind = "change",
                                           .sequence = Sequence{412},
                                           .change = motd_put_back()},
                                          {.number = 42,
                                           .time = monday,
                                           .kind = "refused",
                                           .sequence = Sequence{412},
                                           .message = "replay",
                                           .failed = true}}}),
      golden("least", ReportMessage{.boot = "b"}),
      golden("first", ReportMessage{.boot = "b", .status = least_status()}),
      golden("", ReportAnswer{.acknowledged = 42, .wake = 7, .facts = sha256("facts")}),
      golden("least", ReportAnswer{}),
  };
}

std::string path_of(const Golden& golden) {
  return text(FLYBALL_SOURCE_DIR, "/tests/golden/wire/", golden.name, ".json");
}

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Files end in a line end, messages do not.
TEST(Wire, WritesTheGoldenMessages) {
  const char* accept = std::getenv("ACCEPT");
  for (const auto& golden : goldens()) {
    if (accept != nullptr) std::ofstream(path_of(golden), std::ios::binary) << golden.encoded << '\n';
    EXPECT_EQ(golden.encoded + "\n", file(path_of(golden))) << golden.name << "; ACCEPT=1 rewrites it";
  }
}

TEST(Wire, ReadsTheGoldenMessagesOfEveryVersion) {
  for (const auto& golden : goldens()) {
    const auto bytes = file(path_of(golden));
    const auto again = golden.again(bytes);
    ASSERT_TRUE(again) << golden.name << ": " << again.error().message;
    EXPECT_EQ(*again + "\n", bytes) << golden.name;
  }
}

TEST(Wire, KeepsEveryFieldOfAReport) {
  const ReportMessage message{.boot = "b",
                              .status = full_status(),
                              .events = {{.number = 1, .time = monday, .kind = "change", .change = motd_put_back()}}};
  const auto decoded = ReportMessage::decode(message.encode());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, message);
  EXPECT_EQ(ReportMessage::decode(ReportMessage{.boot = "b", .status = least_status()}.encode())->status,
            least_status());
}

// An agent and a server one version apart understand each other.
TEST(Wire, IgnoresMembersThatItDoesNotKnow) {
  for (const auto& golden : goldens()) {
    auto json = *Json::parse(golden.encoded);
    json["from_the_future"] = Json::Array{1, "two"};
    const auto again = golden.again(json.canonical());
    ASSERT_TRUE(again) << golden.name << ": " << again.error().message;
    EXPECT_EQ(*again, golden.encoded) << golden.name;
  }
}

TEST(Wire, RefusesAnotherKindAndWrongTypes) {
  for (const auto& golden : goldens()) {
    auto json = *Json::parse(golden.encoded);
    json["kind"] = "flyball-other@v9";
    EXPECT_EQ(golden.again(json.canonical()).error().code, Errc::unsupported) << golden.name;
    EXPECT_FALSE(golden.again("")) << golden.name;
    EXPECT_FALSE(golden.again("[]")) << golden.name;
    EXPECT_FALSE(golden.again(golden.encoded + "x")) << golden.name;
    const auto members = *Json::parse(golden.encoded)->object();
    for (const auto& [name, value] : members) {
      json = *Json::parse(golden.encoded);
      json[name] = 1.5;
      EXPECT_FALSE(golden.again(json.canonical())) << golden.name << ": " << name;
    }
  }
}

TEST(Wire, KeepsItsBounds) {
  ReportMessage message{.boot = "b"};
  message.events.assign(max_events_per_report, DeviceEvent{.number = 1, .time = monday, .kind = "change"});
  EXPECT_TRUE(ReportMessage::decode(message.encode()));
  message.events.emplace_back(message.events.back());
  EXPECT_FALSE(ReportMessage::decode(message.encode()));
  EXPECT_FALSE(ReportMessage::decode(ReportMessage{.boot = std::string(70'000, 'b')}.encode()));
  EXPECT_FALSE(ReportMessage::decode(std::string(max_report_bytes + 1, ' ')));
  EXPECT_FALSE(RenewRequest::decode(RenewRequest{.certificate_request = std::string(max_enroll_bytes, 'x')}.encode()));
  EXPECT_FALSE(ReportAnswer::decode(R"({"acknowledged":-1,"kind":"flyball-report-answer@v1","wake":0})"));
  EXPECT_FALSE(ReportAnswer::decode(R"({"acknowledged":9007199254740992,"kind":"flyball-report-answer@v1","wake":0})"));
}

TEST(Wire, SurvivesDamagedMessages) {
  constexpr std::uint64_t seed = 20261123;
  std::mt19937_64 random(seed);
  for (const auto& golden : goldens()) {
    for (int round = 0; round < 3000; ++round) {
      auto bytes = golden.encoded;
      for (auto edits = 1 + random() % 4; edits > 0 && !bytes.empty(); --edits) {
        const auto at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] = static_cast<char>(random());
            break;
          case 1:
            bytes.erase(at, random() % 30);
            break;
          case 2:
            bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 30));
            break;
          default:
            bytes.resize(at);
            break;
        }
      }
      // What is taken in spite of the damage is a message like any other.
      const auto once = golden.again(bytes);
      if (once)
        EXPECT_EQ(golden.again(*once), *once)
            << golden.name << " round " << round << " of seed " << seed << ": " << bytes;
    }
  }
}

TEST(DesiredQuery, ReadsBackWhatItWroteAndRefusesTheRest) {
  for (const auto& query :
       {DesiredQuery{}, DesiredQuery{.have = sha256("m"), .seen = sha256("s"), .trust = 3, .wake = 12}})
    EXPECT_EQ(DesiredQuery::from(query.query()), query);
  EXPECT_EQ(DesiredQuery::from({{"colour", "blue"}}), DesiredQuery{});
  const Query bad[] = {{{"have", "x"}},
                       {{"seen", ""}},
                       {{"trust", "-1"}},
                       {{"wake", "1x"}},
                       {{"wake", ""}},
                       {{"trust", "99999999999999999999"}},
                       {{"wake", "9007199254740992"}}};
  for (const auto& query : bad) EXPECT_FALSE(DesiredQuery::from(query)) << query.begin()->second;
}

TEST(BlobPath, NamesOneDigest) {
  const auto digest = sha256("blob");
  EXPECT_EQ(blob_path(digest), "/agent/v1/blobs/" + digest.str());
  EXPECT_EQ(parse_blob_path(blob_path(digest)), digest);
  for (const auto& bad : {std::string("/agent/v1/blobs/"), blob_path(digest) + "/", "/agent/v2/blobs/" + digest.str(),
                          std::string("/agent/v1/blobs/../../etc/passwd"), std::string()})
    EXPECT_FALSE(parse_blob_path(bad)) << bad;
}

TEST(Problem, IsReadWhoeverWroteIt) {
  const Problem problem{.type = "/docs/problems/denied",
                        .title = "Forbidden",
                        .code = "denied",
                        .status = 403,
                        .detail = "this blob is not for you"};
  EXPECT_EQ(Problem::decode(problem.encode()), problem);
  EXPECT_EQ(Problem::decode("{}"), Problem{.type = "about:blank"});
  EXPECT_EQ(Problem::decode(R"({"status":99999,"title":7})"), Problem{.type = "about:blank"});
  EXPECT_FALSE(Problem::decode("<html>"));
  EXPECT_FALSE(Problem::decode("[]"));
}

}  // namespace
}  // namespace flyball::wire
