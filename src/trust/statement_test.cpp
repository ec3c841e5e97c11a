#include "trust/statement.hpp"

#include "trust/honest_fleet.hpp"

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ReleaseStatement, HasThisSpelling) {
  const ReleaseStatement statement{
      .branch = "refs/heads/main",
      .duties = 4,
      .not_before = monday,
      .expires = monday + open_validity,
      .leaves = 3,
      .policy = sha256("policy"),
      .previous = ReleaseStatement::Previous{.revision = Revision("bbbb"), .statement = sha256("before")},
      .repository = RepositoryId("acme-5f0c1e9a"),
      .revision = Revision("aaaa"),
      .risk = {RiskClass::deletion, RiskClass::agent},
      .root = sha256("root"),
      .sequence = Sequence{412},
      .snapshot = sha256("snapshot"),
      .submitters = {"bo", "anna"}};
  EXPECT_EQ(
      statement.encode(),
      text(R"({"branch":"refs/heads/main","compiler":1,"duties":4,"expires":"2027-02-21T09:00:00Z",)",
           R"("kind":"flyball-release@v1","leaves":3,"not_before":"2026-11-23T09:00:00Z","policy":")", sha256("policy"),
           R"(","previous":{"revision":"bbbb","statement":")", sha256("before"),
           R"("},"repository":"acme-5f0c1e9a","revision":"aaaa","risk":["agent","deletion"],"root":")", sha256("root"),
           R"(","sequence":412,"snapshot":")", sha256("snapshot"), R"(","submitters":["anna","bo"]})"));
  EXPECT_EQ(ReleaseStatement::decode(statement.encode()), statement);
}

TEST(ReleaseStatement, KeepsItsBounds) {
  auto statement = HonestFleet().statement(41);
  for (int i = 0; i < 2000; ++i) statement.submitters.insert(text("person-", i));
  ASSERT_GT(statement.encode().size(), ReleaseStatement::max_bytes);
  EXPECT_FALSE(ReleaseStatement::decode(statement.encode()));
  for (const auto& improper :
       {std::string(), std::string("a b"), std::string("a\n"), std::string("ä"), std::string(256, 'x')}) {
    auto branch = HonestFleet().statement(41);
    branch.branch = improper;
    EXPECT_FALSE(ReleaseStatement::decode(branch.encode())) << improper;
    auto submitter = HonestFleet().statement(41);
    submitter.submitters = {improper};
    EXPECT_FALSE(ReleaseStatement::decode(submitter.encode())) << improper;
  }
}

// Row 15 of the attacks: one statement, one spelling.
TEST(ReleaseStatement, HasNoOtherSpelling) {
  const auto honest = HonestFleet().statement(41).encode();
  ASSERT_TRUE(ReleaseStatement::decode(honest));
  const std::pair<const char*, std::string> cases[] = {
      {"empty", ""},
      {"no JSON", "{"},
      {"no object", "[]"},
      {"order of keys", replaced(replaced(honest, R"("branch":"refs/heads/main",)", ""), R"("compiler":1,)",
                                 R"("compiler":1,"branch":"refs/heads/main",)")},
      {"duplicate key", replaced(honest, R"("compiler":1)", R"("compiler":1,"compiler":1)")},
      {"unknown key", replaced(honest, R"("compiler":1)", R"("compiler":1,"crew":1)")},
      {"exponent", replaced(honest, R"("sequence":41)", R"("sequence":41e0)")},
      {"fraction", replaced(honest, R"("sequence":41)", R"("sequence":41.0)")},
      {"negative", replaced(honest, R"("sequence":41)", R"("sequence":-41)")},
      {"zero", replaced(honest, R"("sequence":41)", R"("sequence":0)")},
      {"minus zero", replaced(honest, R"("leaves":3)", R"("leaves":-0)")},
      {"leading zero", replaced(honest, R"("sequence":41)", R"("sequence":041)")},
      {"2^53", replaced(honest, R"("sequence":41)", R"("sequence":9007199254740992)")},
      {"number as string", replaced(honest, R"("sequence":41)", R"("sequence":"41")")},
      {"null", replaced(honest, R"("compiler":1)", R"("compiler":null)")},
      {"escape", replaced(honest, "refs/heads/main", R"(refs\/heads\/main)")},
      {"other escape", replaced(honest, "refs/heads/main", R"(refs/heads/\u006dain)")},
      {"bad UTF-8", replaced(honest, "refs/heads/main", "refs/heads/\xff")},
      {"space", replaced(honest, R"("compiler":1)", R"("compiler": 1)")},
      {"line end behind", honest + "\n"},
      {"byte behind", honest + "x"},
      {"byte order mark", "\xef\xbb\xbf" + honest},
      {"upper-case digest", replaced(honest, sha256("policy").str(), "sha256:" + std::string(64, 'A'))},
      {"missing member", replaced(honest, R"("leaves":3,)", "")},
      {"unknown risk", replaced(honest, R"("risk":[])", R"("risk":["weather"])")},
      {"risk twice", replaced(honest, R"("risk":[])", R"("risk":["agent","agent"])")},
      {"risk out of order", replaced(honest, R"("risk":[])", R"("risk":["reach","agent"])")},
      {"ends before it begins", replaced(honest, R"("not_before":"2026)", R"("not_before":"2036)")},
      {"another zone", replaced(honest, "00:00Z", "00:00+00:00")},
      {"too long", replaced(honest, "refs/heads/main", "refs/heads/" + std::string(17'000, 'x'))},
  };
  for (const auto& [name, bytes] : cases) EXPECT_FALSE(ReleaseStatement::decode(bytes)) << name;
  EXPECT_EQ(ReleaseStatement::decode(replaced(honest, "flyball-release@v1", "flyball-release@v2")).error().code,
            Errc::unsupported);
}

TEST(OpenAuthority, RenewsAtTwoThirdsOfALifeWithASequenceOfItsOwn) {
  const HonestFleet fleet;
  const auto old = fleet.statement(40);
  EXPECT_EQ(renewal_time(old) - old.not_before, std::chrono::hours(24 * 60));
  const auto fresh = renewed(old, Sequence{41}, renewal_time(old) + std::chrono::microseconds(7));
  EXPECT_EQ(fresh.previous->statement, old.digest());
  EXPECT_EQ(fresh.root, old.root);
  EXPECT_EQ(fresh.expires - fresh.not_before, open_validity);
  EXPECT_EQ(ReleaseStatement::decode(fresh.encode()), fresh);

  auto envelope = fleet.envelope(40);
  envelope.statement = fleet.authority.sign_statement(fresh);
  const auto verdict = check(envelope.encode(), fleet.held(40));
  ASSERT_TRUE(verdict.offer) << verdict.offer.error().message;
  EXPECT_EQ(verdict.offer->manifest, sha256(HonestFleet::manifest("kiosk-0042", 40)));
  EXPECT_EQ(adopted(*verdict.offer, verdict.held).floor.sequence, Sequence{41});
}

TEST(OpenAuthority, NeedsTheKeyThatTheDocumentNames) {
  const HonestFleet fleet;
  EXPECT_EQ(OpenAuthority::make(key_of("another"), fleet.document.encode()).error().code, Errc::denied);
}

}  // namespace
}  // namespace flyball::trust
