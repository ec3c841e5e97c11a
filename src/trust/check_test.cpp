#include "trust/check.hpp"

#include "trust/honest_fleet.hpp"

#include <functional>
#include <random>

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

// What an attacker makes of an honest envelope for sequence 41.
struct Attack {
  const char* name;
  std::function<void(const HonestFleet&, Envelope&)> change;
  Code want;
};

void restate(const HonestFleet& fleet, Envelope& envelope, const std::function<void(ReleaseStatement&)>& change) {
  auto statement = fleet.statement(41);
  change(statement);
  envelope.statement = fleet.authority.sign_statement(statement);
}

// Edits what was signed and leaves the signature.
void edit(Bytes& bytes, std::string_view from, std::string_view to) {
  const auto at = bytes.find(from);
  ASSERT_NE(at, Bytes::npos) << from;
  bytes.replace(at, from.size(), to);
}

Checked<Offer> offered(const Envelope& envelope, const DeviceTrust& held) {
  return check(envelope.encode(), held).offer;
}

TEST(Check, TakesAnHonestEnvelope) {
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  const auto verdict = check(fleet.envelope(41).encode(), held);
  ASSERT_TRUE(verdict.offer) << verdict.offer.error().message;
  EXPECT_EQ(verdict.held, held);
  EXPECT_FALSE(verdict.trust_moved);
  EXPECT_EQ(verdict.statement, fleet.statement(41).digest());
  EXPECT_EQ(verdict.offer->manifest, sha256(HonestFleet::manifest("kiosk-0042", 41)));
  const auto after = adopted(*verdict.offer, verdict.held);
  EXPECT_EQ(after.floor, (Floor{.sequence = Sequence{41}, .statement = fleet.statement(41).digest()}));
  EXPECT_EQ(after.group, GroupPath("kiosks/berlin"));
  EXPECT_EQ(DeviceTrust::decode(after.encode()), after);
}

TEST(Check, TakesTheSameReleaseTwiceAndGapsBetweenSequences) {
  const HonestFleet fleet;
  EXPECT_TRUE(offered(fleet.envelope(40), fleet.held(40)));
  EXPECT_TRUE(offered(fleet.envelope(40 + 1000), fleet.held(40)));
}

// S2: the floor never falls.
TEST(Check, RefusesEveryOlderRelease) {
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  for (std::uint64_t sequence = 1; sequence < 40; ++sequence) {
    const auto verdict = check(fleet.envelope(sequence).encode(), held);
    ASSERT_FALSE(verdict.offer);
    EXPECT_EQ(verdict.offer.error().code, Code::replay);
    EXPECT_EQ(verdict.held, held);
  }
}

TEST(Check, RefusesAttacksWithTheirCodes) {
  const std::vector<Attack> attacks = {
      {"a new manifest under an honest statement", [](auto&, Envelope& e) { e.manifest = sha256("evil"); },
       Code::not_included},
      {"a new manifest with the proofs of a tree of one's own",
       [](const HonestFleet& f, Envelope& e) {
         const Tree evil({{"device:kiosk-0042", sha256("evil")}});
         e = *make_envelope(e.statement, evil, sha256("evil"), DeviceId("kiosk-0042"),
                            f.authority.sign_member(f.member("kiosk-0042")));
       },
       Code::not_included},
      {"a new root, signed with another of the server's keys",
       [](const HonestFleet& f, Envelope& e) {
         auto s = f.statement(41);
         s.root = sha256("evil");
         e.statement = signed_by(s.encode(), purpose::approval, {"the CA's key"});
       },
       Code::signature},
      {"a good signature and a stranger's",
       [](auto&, Envelope& e) {
         e.statement.signatures.push_back(sign(key_of("stranger"), purpose::approval, e.statement.bytes));
       },
       Code::signature},
      {"no signature", [](auto&, Envelope& e) { e.statement.signatures.clear(); }, Code::too_few},
      {"a signature of another statement",
       [](const HonestFleet& f, Envelope& e) { e.statement.signatures = f.envelope(40).statement.signatures; },
       Code::signature},
      {"a signature that is none", [](auto&, Envelope& e) { e.statement.signatures = {"SSHSIG"}; }, Code::signature},
      {"the approver among the authors",
       [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.submitters = {"server"}; }); }, Code::own_change},
      {"submitters edited",
       [](auto&, Envelope& e) { edit(e.statement.bytes, R"("submitters":[])", R"("submitters":["anna"])"); },
       Code::signature},
      {"a signature for git",
       [](auto&, Envelope& e) {
         e.statement.signatures = signed_by(e.statement.bytes, "git", {"release key"}).signatures;
       },
       Code::signature},
      {"a signature for a deploy",
       [](auto&, Envelope& e) {
         e.statement.signatures = signed_by(e.statement.bytes, purpose::deploy, {"release key"}).signatures;
       },
       Code::signature},
      {"a signature for a member document",
       [](auto&, Envelope& e) {
         e.statement.signatures = signed_by(e.statement.bytes, purpose::member, {"release key"}).signatures;
       },
       Code::signature},
      {"a release of another fleet", [](auto&, Envelope& e) { e = HonestFleet("other-00000000").envelope(41); },
       Code::other_repository},
      {"another branch", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.branch = "refs/heads/dev"; }); },
       Code::other_branch},
      {"older duties", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.duties = 0; }); }, Code::duties_old},
      {"newer duties", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.duties = 2; }); }, Code::duties_old},
      {"a newer output format", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.compiler = 2; }); },
       Code::agent_old},
      {"39 with its sequence edited",
       [](const HonestFleet& f, Envelope& e) {
         e = f.envelope(39);
         edit(e.statement.bytes, R"("sequence":39)", R"("sequence":41)");
       },
       Code::signature},
      {"a second statement with the sequence of the first",
       [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.sequence = Sequence{40}; }); }, Code::equivocation},
      {"2^53-1", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.sequence = Sequence{(1ULL << 53U) - 1}; }); },
       Code::fast_forward},
      {"one further than a fleet gets",
       [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.sequence = Sequence{40 + max_step + 1}; }); },
       Code::fast_forward},
      {"another device's envelope", [](const HonestFleet& f, Envelope& e) { e = f.envelope(41, "kiosk-0043"); },
       Code::not_mine},
      {"another device's manifest with its proof",
       [](const HonestFleet& f, Envelope& e) {
         const auto other = f.envelope(41, "kiosk-0043");
         e.manifest = other.manifest;
         e.proof = other.proof;
       },
       Code::not_included},
      {"a forged member document that renames the device",
       [](const HonestFleet& f, Envelope& e) {
         auto m = f.member("kiosk-0042");
         m.device = DeviceId("kiosk-0043");
         e.member = signed_by(m.encode(), purpose::member, {"stranger"});
       },
       Code::signature},
      {"a member document, signed, that renames the device",
       [](const HonestFleet& f, Envelope& e) {
         auto m = f.member("kiosk-0042");
         m.device = DeviceId("kiosk-0043");
         e = f.envelope(41, "kiosk-0043");
         e.member = f.authority.sign_member(m);
       },
       Code::not_mine},
      {"a member document of this device's name for another key",
       [](const HonestFleet& f, Envelope& e) {
         auto m = f.member("kiosk-0042");
         m.key = key_of("the key before").public_key().digest();
         e.member = f.authority.sign_member(m);
       },
       Code::not_mine},
      {"a member document of another fleet",
       [](const HonestFleet& f, Envelope& e) {
         auto m = f.member("kiosk-0042");
         m.repository = RepositoryId("other-00000000");
         e.member = f.authority.sign_member(m);
       },
       Code::not_mine},
      {"a member document without signature", [](auto&, Envelope& e) { e.member.signatures.clear(); }, Code::too_few},
      {"a statement as member document",
       [](auto&, Envelope& e) { e.member = signed_by(e.statement.bytes, purpose::member, {"release key"}); },
       Code::malformed},
      {"index moved", [](auto&, Envelope& e) { e.proof.index = 0; }, Code::not_included},
      {"path longer", [](auto&, Envelope& e) { e.proof.path.push_back(Digest()); }, Code::not_included},
      {"path shorter", [](auto&, Envelope& e) { e.proof.path.pop_back(); }, Code::not_included},
      {"path reordered", [](auto&, Envelope& e) { std::swap(e.proof.path[0], e.proof.path[1]); }, Code::not_included},
      {"other leaves", [](auto& f, Envelope& e) { restate(f, e, [](auto& s) { s.leaves = 5; }); }, Code::not_included},
      {"path of 41", [](auto&, Envelope& e) { e.proof.path.assign(41, Digest()); }, Code::malformed},
      {"65 signatures", [](auto&, Envelope& e) { e.statement.signatures.assign(65, e.statement.signatures[0]); },
       Code::malformed},
      {"100,000 signatures",
       [](auto&, Envelope& e) { e.statement.signatures.assign(100'000, e.statement.signatures[0]); }, Code::malformed},
      {"a signature of 300 KB", [](auto&, Envelope& e) { e.statement.signatures = {Bytes(300'000, 'x')}; },
       Code::malformed},
      {"a statement of 17 KB", [](auto&, Envelope& e) { e.statement.bytes.append(17'000, ' '); }, Code::malformed},
      {"a line end behind the statement", [](auto&, Envelope& e) { e.statement.bytes += '\n'; }, Code::malformed},
      {"a trust document that is none", [](auto&, Envelope& e) { e.trust = {SignedBytes{.bytes = "{}"}}; },
       Code::malformed},
      {"65 trust documents", [](auto&, Envelope& e) { e.trust.resize(65); }, Code::malformed},
  };
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  for (const auto& attack : attacks) {
    auto envelope = fleet.envelope(41);
    attack.change(fleet, envelope);
    const auto verdict = check(envelope.encode(), held);
    ASSERT_FALSE(verdict.offer) << attack.name;
    EXPECT_EQ(name(verdict.offer.error().code), name(attack.want))
        << attack.name << ": " << verdict.offer.error().message;
    EXPECT_EQ(verdict.held, held) << attack.name;
    EXPECT_FALSE(verdict.offer.error().message.empty()) << attack.name;
  }
}

TEST(Check, FollowsOneBranchAsLongAsTheDutiesNameIt) {
  HonestFleet fleet;
  fleet.document.branches = {"refs/heads/main", "refs/heads/next"};
  auto held = fleet.held(40);
  held.document = fleet.document;
  EXPECT_TRUE(offered(fleet.envelope(41), held));
  held.branch = "refs/heads/next";
  EXPECT_EQ(offered(fleet.envelope(41), held).error().code, Code::other_branch);
  held.branch = "refs/heads/main";
  held.document.branches = {"refs/heads/next"};
  EXPECT_EQ(offered(fleet.envelope(41), held).error().code, Code::other_branch);
}

TEST(Envelope, KeepsItsBoundsAndItsShape) {
  const auto envelope = HonestFleet().envelope(41);
  auto many_signatures = envelope;
  many_signatures.member.signatures.assign(SignedBytes::max_signatures + 1, "x");
  auto many_documents = envelope;
  many_documents.trust.resize(Envelope::max_trust_documents + 1);
  auto long_path = envelope;
  long_path.proof.path.assign(Proof::max_path + 1, Digest());
  auto long_signature = envelope;
  long_signature.statement.signatures = {Bytes(Envelope::max_rest, 'x')};
  for (const auto& bad : {many_signatures, many_documents, long_path, long_signature})
    EXPECT_FALSE(Envelope::decode(bad.encode()));
  auto large_documents = envelope;
  large_documents.trust = {SignedBytes{.bytes = Bytes(TrustDocument::max_bytes, 'x')}};
  EXPECT_TRUE(Envelope::decode(large_documents.encode())) << "documents do not count as the rest";
  const auto honest = envelope.encode();
  for (const auto* trust : {"", R"(,"trust":null)", R"(,"trust":{})", R"(,"trust":[1])", R"(,"trust":[{}])"}) {
    auto edited = honest;
    edited.replace(edited.find(R"(,"trust":[])"), std::string_view(R"(,"trust":[])").size(), trust);
    EXPECT_FALSE(Envelope::decode(edited)) << trust;
  }
  auto half_a_hash = envelope;
  half_a_hash.proof.path.clear();
  auto edited = half_a_hash.encode();
  edit(edited, R"("path":"")", text(R"("path":")", base64(Bytes(33, 'x')), '"'));
  EXPECT_FALSE(Envelope::decode(edited));
}

TEST(Check, CountsPeopleNotKeysOrSignatures) {
  HonestFleet fleet;
  fleet.document.people["bo"] = {.keys = {key_of("bo").public_key(), key_of("bo's second").public_key()},
                                 .roles = {Role::approve}};
  fleet.document.people["chen"] = {.keys = {key_of("chen").public_key()}, .roles = {Role::submit}};
  fleet.document.rules["everything"].approve = 2;
  fleet.document.floor = Sequence{};
  const auto held = *DeviceTrust::pinned(fleet.document.encode(), fleet.document.digest(), DeviceId("kiosk-0042"),
                                         key_of("kiosk-0042").public_key().digest());
  struct {
    const char* name;
    std::vector<std::string> keys;
    std::optional<Code> want;
  } const cases[] = {
      {"two people", {"release key", "bo"}, std::nullopt},
      {"one person", {"bo"}, Code::too_few},
      {"one person, twice", {"bo", "bo"}, Code::too_few},
      {"one person with two keys", {"bo", "bo's second"}, Code::too_few},
      {"one who may not approve", {"bo", "chen"}, Code::signature},
  };
  for (const auto& c : cases) {
    auto envelope = fleet.envelope(41);
    envelope.statement = signed_by(envelope.statement.bytes, purpose::approval, c.keys);
    envelope.member = signed_by(envelope.member.bytes, purpose::member, {"release key", "bo"});
    const auto offer = offered(envelope, held);
    EXPECT_EQ(offer ? std::nullopt : std::optional(offer.error().code), c.want) << c.name;
  }
}

TEST(Check, AsksForMoreWhenTheStatementCarriesARisk) {
  HonestFleet fleet;
  fleet.document.people["bo"] = {.keys = {key_of("bo").public_key()}, .roles = {Role::approve}};
  fleet.document.risk[RiskClass::deletion].approve = 2;
  const auto held = *DeviceTrust::pinned(fleet.document.encode(), fleet.document.digest(), DeviceId("kiosk-0042"),
                                         key_of("kiosk-0042").public_key().digest());
  auto envelope = fleet.envelope(41);
  EXPECT_TRUE(offered(envelope, held));
  restate(fleet, envelope, [](auto& s) { s.risk = {RiskClass::deletion}; });
  EXPECT_EQ(offered(envelope, held).error().code, Code::too_few);
  envelope.statement = signed_by(envelope.statement.bytes, purpose::approval, {"release key", "bo"});
  EXPECT_TRUE(offered(envelope, held));
}

TEST(Check, RefusesAnEnvelopeWithAnyByteChanged) {
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  const auto honest = fleet.envelope(41).encode();
  constexpr std::uint64_t seed = 20261123;
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < honest.size(); ++i) {
    auto changed = honest;
    changed[i] = static_cast<char>(changed[i] ^ static_cast<char>(1U << random() % 8));
    EXPECT_FALSE(check(changed, held).offer) << "byte " << i << " of seed " << seed;
  }
  for (std::size_t n = 0; n < 20'000; ++n) {
    auto changed = honest;
    for (auto edits = 1 + random() % 4; edits > 0 && !changed.empty(); --edits) {
      const auto at = random() % changed.size();
      switch (random() % 4) {
        case 0:
          changed[at] = static_cast<char>(random());
          break;
        case 1:
          changed.erase(at, random() % 40);
          break;
        case 2:
          changed.insert(at, changed.substr(random() % changed.size(), random() % 40));
          break;
        default:
          changed.resize(at);
          break;
      }
    }
    EXPECT_EQ(check(changed, held).offer.has_value(), changed == honest) << "round " << n << " of seed " << seed;
  }
}

// What the fetched bytes are held against.
TEST(Check, RefusesAManifestOrBlobThatIsNotTheOneNamed) {
  const HonestFleet fleet;
  const auto offer = *offered(fleet.envelope(41), fleet.held(40));
  const auto honest = HonestFleet::manifest("kiosk-0042", 41);
  EXPECT_TRUE(check_manifest(offer, honest));
  for (std::size_t i = 0; i < honest.size(); ++i) {
    auto changed = honest;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(check_manifest(offer, changed).error().code, Code::digest);
  }
  EXPECT_EQ(check_manifest(offer, "").error().code, Code::digest);
  EXPECT_EQ(check_manifest(offer, honest + honest).error().code, Code::digest);
  EXPECT_EQ(check_manifest(Offer{.manifest = sha256("[]")}, "[]").error().code, Code::unplannable);
  EXPECT_TRUE(check_bytes(sha256("blob"), "blob"));
  EXPECT_EQ(check_bytes(sha256("blob"), "blot").error().code, Code::digest);
}

TEST(Timing, IsAnAlarmForWhatRunsAndAStopForWhatIsNew) {
  const HonestFleet fleet;
  const auto held = fleet.held(40);
  const auto fresh = *offered(fleet.envelope(41), held);
  const auto running = *offered(fleet.envelope(40), held);
  const auto begin = fresh.statement.not_before;
  const auto end = fresh.statement.expires;
  const Duration tick = std::chrono::seconds(1);
  struct {
    const char* name;
    Offer offer;
    WallTime clock;
    Timing want;
  } const cases[] = {
      {"a second early", fresh, begin - tick, Timing::waiting},
      {"on time", fresh, begin, Timing::due},
      {"a second before its end", fresh, end - tick, Timing::due},
      {"at its end", fresh, end, Timing::stale},
      {"already adopted, years later", running, end + std::chrono::hours(50'000), Timing::due},
      {"already adopted, clock of 1970", running, WallTime{}, Timing::due},
  };
  for (const auto& c : cases) EXPECT_EQ(timing(c.offer, held, c.clock), c.want) << c.name;
  auto later = held;
  later.time_floor = begin;
  EXPECT_EQ(timing(fresh, later, WallTime{}), Timing::due) << "the time floor holds against a clock of 1970";
}

TEST(Code, HasAWordForEach) {
  for (int i = 0; i <= static_cast<int>(Code::disk); ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(parse_code(name(code)), code);
  }
  EXPECT_FALSE(parse_code("perhaps"));
}

}  // namespace
}  // namespace flyball::trust
