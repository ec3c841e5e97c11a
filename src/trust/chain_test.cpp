#include "trust/check.hpp"
#include "trust/honest_fleet.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

// Version 2: dana becomes a second trustee and approver with a key of her own; both are needed from now on.
TrustDocument with_dana(const TrustDocument& before) {
  auto next = before;
  next.version = before.version + 1;
  next.previous = before.digest();
  next.floor = std::nullopt;
  next.people["dana"] = {
      .keys = {key_of("dana").public_key()}, .roles = {Role::admin, Role::approve}, .teams = {"ops"}};
  next.trustees = {.count = 2, .of = {"dana", "server"}};
  return next;
}

// Version 3: the release key was lost; dana decides alone with a new one.
TrustDocument without_release_key(const TrustDocument& before) {
  auto next = before;
  next.version = before.version + 1;
  next.previous = before.digest();
  next.revoked = {key_of("release key").public_key().digest()};
  next.people["server"].keys.insert(key_of("new release key").public_key());
  return next;
}

SignedBytes signed_document(const TrustDocument& document, const std::vector<std::string>& keys) {
  return signed_by(document.encode(), purpose::trust, keys);
}

// The release under the newest duties, with what leads there.
Envelope envelope_with(const HonestFleet& fleet, std::vector<SignedBytes> documents, std::uint64_t duties,
                       const std::string& key) {
  auto out = fleet.envelope(41);
  auto statement = fleet.statement(41);
  statement.duties = duties;
  out.statement = signed_by(statement.encode(), purpose::approval, {key});
  out.member = signed_by(fleet.member("kiosk-0042").encode(), purpose::member, {key});
  out.trust = std::move(documents);
  return out;
}

TEST(TrustDocument, ReadsBackWhatItWroteAndRefusesOtherSpellings) {
  const HonestFleet fleet;
  for (const auto& document : {fleet.document, with_dana(fleet.document)})
    EXPECT_EQ(TrustDocument::decode(document.encode()), document);
  const auto honest = fleet.document.encode();
  for (const auto& bad : {honest + "\n", " " + honest, honest.substr(1), std::string("{}"), std::string()})
    EXPECT_FALSE(TrustDocument::decode(bad)) << bad;
  auto approved = honest;
  approved.replace(approved.find(R"("open")"), 6, R"("approved")");
  EXPECT_EQ(TrustDocument::decode(approved).error().code, Errc::unsupported);
  const std::pair<const char*, const char*> edits[] = {
      {R"("mode":"open")", R"("mode":"closed")"},
      {R"("risk":{})", R"("risk":{"weather":{"approve":1}})"},
      {R"("separate":[])", R"("separate":["rest"])"},
      {R"("revoked":[])", R"("revoked":["nothing"])"},
      {R"("teams":[])", R"("teams":[""])"},
      {R"("floor":0)", R"("floor":-1)"},
      {R"("floor":0)", R"("expires":"tomorrow","floor":0)"},
      {R"("audit":[])", R"("audit":["ssh-rsa AAAA"])"},
  };
  for (const auto& [from, to] : edits) {
    auto edited = honest;
    ASSERT_NE(edited.find(from), std::string::npos) << from;
    edited.replace(edited.find(from), std::string_view(from).size(), to);
    EXPECT_EQ(TrustDocument::decode(edited).error().code, Errc::invalid) << to;
  }
}

TEST(TrustDocument, ThatNobodyCouldMeetIsRefused) {
  const std::pair<const char*, std::function<void(TrustDocument&)>> cases[] = {
      {"version 0", [](auto& d) { d.version = 0; }},
      {"version 0 with a previous",
       [](auto& d) {
         d.version = 0;
         d.previous = sha256("x");
       }},
      {"a person without a name", [](auto& d) { d.people[""] = {.keys = {key_of("bo").public_key()}}; }},
      {"a person with a space in the name", [](auto& d) { d.people["b o"] = {.keys = {key_of("bo").public_key()}}; }},
      {"a rule without a name", [](auto& d) { d.rules[""] = Rule{}; }},
      {"version 1 with a previous", [](auto& d) { d.previous = sha256("x"); }},
      {"version 2 without a previous", [](auto& d) { d.version = 2; }},
      {"no branch", [](auto& d) { d.branches.clear(); }},
      {"no rule", [](auto& d) { d.rules.clear(); }},
      {"a rule that asks for nobody", [](auto& d) { d.rules["everything"].approve = 0; }},
      {"more approvers than there are", [](auto& d) { d.rules["everything"].approve = 2; }},
      {"a risk with more approvers than there are", [](auto& d) { d.risk[RiskClass::agent].approve = 2; }},
      {"no trustees", [](auto& d) { d.trustees.count = 0; }},
      {"more trustees than there are", [](auto& d) { d.trustees.count = 2; }},
      {"trustees who are nobody", [](auto& d) { d.trustees.of = {"nobody"}; }},
      {"nobody", [](auto& d) { d.people.clear(); }},
      {"all keys revoked", [](auto& d) { d.revoked = {key_of("release key").public_key().digest()}; }},
      {"a person without key", [](auto& d) { d.people["bo"] = Person{}; }},
      {"two people with one key", [](auto& d) { d.people["bo"] = d.people["server"]; }},
  };
  for (const auto& [name, change] : cases) {
    auto document = HonestFleet().document;
    change(document);
    EXPECT_FALSE(TrustDocument::decode(document.encode())) << name;
  }
}

TEST(TrustChain, IsWalkedFromTheVersionHeldAndKeptWhateverElseIsRefused) {
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  const auto two = with_dana(fleet.document);
  auto three = two;
  three.version = 3;
  three.previous = two.digest();
  three.people["dana"].teams.clear();
  const std::vector chain = {signed_document(two, {"release key", "dana"}),
                             signed_document(three, {"release key", "dana"})};
  const auto only_two = check(envelope_with(fleet, {chain[0]}, 2, "dana").encode(), held);
  ASSERT_TRUE(only_two.offer) << only_two.offer.error().message;
  EXPECT_TRUE(only_two.trust_moved);
  EXPECT_EQ(only_two.held.document, two);
  EXPECT_EQ(only_two.held.floor, held.floor) << "the floor stays";

  const auto both = check(envelope_with(fleet, chain, 3, "dana").encode(), held);
  ASSERT_TRUE(both.offer) << both.offer.error().message;
  EXPECT_EQ(both.held.document, three);

  const auto old_release = check(envelope_with(fleet, {chain[0]}, 1, "release key").encode(), held);
  EXPECT_EQ(old_release.offer.error().code, Code::duties_old);
  EXPECT_EQ(old_release.held.document, two) << "stored although the release was refused";
}

TEST(TrustChain, ARevokedKeySignsNothingAnyMore) {
  const HonestFleet fleet;
  auto two = with_dana(fleet.document);
  two.trustees = {.count = 1, .of = {"dana", "server"}};
  const auto three = without_release_key(two);
  auto held = fleet.held(40);
  held.document = two;
  EXPECT_EQ(next_document(two, signed_document(three, {"release key"})).error().code, Code::trust_chain)
      << "not even its own revocation";
  const auto step = signed_document(three, {"dana"});
  EXPECT_EQ(check(envelope_with(fleet, {step}, 3, "release key").encode(), held).offer.error().code, Code::signature);
  EXPECT_TRUE(check(envelope_with(fleet, {step}, 3, "new release key").encode(), held).offer);
}

TEST(TrustChain, RefusesWhatDoesNotFollow) {
  const HonestFleet fleet;
  const auto& one = fleet.document;
  const auto two = with_dana(one);
  const auto three = without_release_key(two);
  auto other_past = two;
  other_past.previous = sha256("another version 1");
  auto skips = two;
  skips.version = 3;
  auto dana_alone = two;
  dana_alone.trustees = {.count = 1, .of = {"dana"}};
  auto other_fleet = two;
  other_fleet.repository = RepositoryId("other-00000000");
  const std::vector<std::string> both = {"release key", "dana"};
  struct {
    const char* name;
    std::vector<SignedBytes> documents;
  } const cases[] = {
      {"signed by the old trustees only", {signed_document(two, {"release key"})}},
      {"signed by the new trustees only", {signed_document(two, {"dana"})}},
      {"signed by the only new trustee", {signed_document(dana_alone, {"dana"})}},
      {"N+2 that names N as the one before", {signed_document(skips, both)}},
      {"signed by nobody", {signed_document(two, {})}},
      {"signed by another key of the server", {signed_document(two, {"the CA's key"})}},
      {"signed by one twice", {signed_document(two, {"dana", "dana"})}},
      {"signed for another purpose", {signed_by(two.encode(), purpose::approval, both)}},
      {"N+2 first", {signed_document(three, both)}},
      {"N+2, then N+1", {signed_document(three, both), signed_document(two, both)}},
      {"an older N", {signed_document(one, {"release key"})}},
      {"another past", {signed_document(other_past, both)}},
      {"another fleet", {signed_document(other_fleet, both)}},
      {"N+1 good, N+2 forged", {signed_document(two, both), signed_document(three, {"release key"})}},
  };
  const auto held = fleet.held(40);
  for (const auto& c : cases) {
    const auto verdict = check(envelope_with(fleet, c.documents, 2, "release key").encode(), held);
    ASSERT_FALSE(verdict.offer) << c.name;
    EXPECT_EQ(name(verdict.offer.error().code), "trust-chain") << c.name << ": " << verdict.offer.error().message;
    EXPECT_EQ(verdict.held, held) << c.name;
  }
}

TEST(TrustChain, OfAModeThatThisAgentDoesNotKnowAsksForANewerAgent) {
  const HonestFleet fleet;
  auto bytes = with_dana(fleet.document).encode();
  bytes.replace(bytes.find(R"("open")"), 6, R"("approved")");
  const auto verdict =
      check(envelope_with(fleet, {signed_by(bytes, purpose::trust, {"release key", "dana"})}, 2, "dana").encode(),
            fleet.held(40));
  EXPECT_EQ(verdict.offer.error().code, Code::agent_old);
}

// S2: only a trust document may lower the floor.
TEST(TrustChain, MayLowerTheFloor) {
  const HonestFleet fleet;
  auto two = with_dana(fleet.document);
  two.floor = Sequence{30};
  auto envelope = fleet.envelope(35);
  auto statement = fleet.statement(35);
  statement.duties = 2;
  envelope.statement = signed_by(statement.encode(), purpose::approval, {"dana"});
  EXPECT_FALSE(check(envelope.encode(), fleet.held(40)).offer);
  envelope.trust = {signed_document(two, {"release key", "dana"})};
  const auto verdict = check(envelope.encode(), fleet.held(40));
  EXPECT_TRUE(verdict.offer) << verdict.offer.error().message;
  EXPECT_EQ(verdict.held.floor.sequence, Sequence{30});
}

TEST(DeviceTrust, BeginsWithThePinnedDocumentOnly) {
  const HonestFleet fleet;
  const auto key = key_of("kiosk-0042").public_key().digest();
  const auto pinned = [&](const Bytes& document, const Digest& pin) {
    return DeviceTrust::pinned(document, pin, DeviceId("kiosk-0042"), key);
  };
  EXPECT_TRUE(pinned(fleet.document.encode(), fleet.authority.pin()));
  EXPECT_EQ(pinned(HonestFleet("other-00000000").document.encode(), fleet.authority.pin()).error().code, Errc::denied);
  const auto two = with_dana(fleet.document);
  EXPECT_EQ(pinned(two.encode(), two.digest()).error().code, Errc::invalid);
  EXPECT_EQ(pinned("{}", sha256("{}")).error().code, Errc::invalid);
}

TEST(DeviceTrust, ReadsBackWhatItWroteAndNothingDamaged) {
  const auto held = HonestFleet().held(40);
  const auto bytes = held.encode();
  EXPECT_EQ(DeviceTrust::decode(bytes), held);
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(DeviceTrust::decode(bytes.substr(0, i))) << i;
}

}  // namespace
}  // namespace flyball::trust
