#include "trust/check.hpp"

#include "trust/sshsig.hpp"

#include <algorithm>

namespace flyball::trust {
namespace {

std::unexpected<Refusal> malformed(const Error& error) { return refuse(Code::malformed, error.message); }

// How many different approvers these risks need: every rule must be met, and one signature may serve several.
std::uint64_t approvals_needed(const TrustDocument& document, const std::set<RiskClass>& risk) {
  std::uint64_t needed = 1;
  for (const auto& [name, rule] : document.rules) needed = std::max(needed, rule.approve);
  for (const auto& [cls, rule] : document.risk) {
    if (risk.contains(cls)) needed = std::max(needed, rule.approve);
  }
  return needed;
}

Checked<std::set<std::string>> approvers(const SignedBytes& signed_bytes, std::string_view purpose,
                                         const TrustDocument& document) {
  auto people = signers(signed_bytes, purpose, document);
  if (!people) return people;
  for (const auto& who : *people) {
    if (!document.people.find(who)->second.roles.contains(Role::approve))
      return refuse(Code::signature, who, " may not approve");
  }
  return people;
}

Checked<> enough(const std::set<std::string>& people, std::uint64_t needed) {
  if (people.size() < needed) return refuse(Code::too_few, "signed by ", people.size(), " of ", needed, " people");
  return {};
}

// The first of the checks that refuses decides. `held` is what counts from check 2 on.
Checked<Offer> judge(const Envelope& envelope, const ReleaseStatement& statement, const Digest& digest,
                     const DeviceTrust& held) {
  if (const auto ok = check_addressee(statement, held); !ok) return std::unexpected(ok.error());
  if (const auto ok = check_signatures(envelope, statement, held); !ok) return std::unexpected(ok.error());
  if (const auto ok = check_floor(statement, digest, held); !ok) return std::unexpected(ok.error());
  const auto member = check_member(envelope, held);
  if (!member) return std::unexpected(member.error());
  if (const auto ok = check_inclusion(envelope, statement, *member); !ok) return std::unexpected(ok.error());
  return Offer{.statement = statement, .statement_digest = digest, .manifest = envelope.manifest, .member = *member};
}

}  // namespace

Checked<Envelope> check_form(std::string_view envelope) {
  auto decoded = Envelope::decode(envelope);
  if (!decoded) return malformed(decoded.error());
  return std::move(*decoded);
}

Checked<DeviceTrust> check_trust_chain(const Envelope& envelope, const DeviceTrust& held) {
  auto out = held;
  for (const auto& offered : envelope.trust) {
    auto next = next_document(out.document, offered);
    if (!next) return std::unexpected(next.error());
    out.document = std::move(*next);
    if (out.document.floor) out.floor = Floor{.sequence = *out.document.floor};
  }
  return out;
}

Checked<> check_addressee(const ReleaseStatement& statement, const DeviceTrust& held) {
  const auto& document = held.document;
  if (statement.repository != document.repository)
    return refuse(Code::other_repository, "for the fleet ", statement.repository, ", not ", document.repository);
  if (statement.branch != held.branch || !document.branches.contains(statement.branch))
    return refuse(Code::other_branch, "of ", statement.branch, ", not ", held.branch);
  if (statement.duties != document.version)
    return refuse(Code::duties_old, "judged by duties ", statement.duties, ", held are ", document.version);
  if (statement.compiler != compiler_version)
    return refuse(Code::agent_old, "compiled in format ", statement.compiler, ", this agent knows ", compiler_version);
  return {};
}

Checked<> check_signatures(const Envelope& envelope, const ReleaseStatement& statement, const DeviceTrust& held) {
  const auto people = approvers(envelope.statement, purpose::approval, held.document);
  if (!people) return std::unexpected(people.error());
  const auto author =
      std::ranges::find_if(*people, [&](const auto& who) { return statement.submitters.contains(who); });
  if (author != people->end()) return refuse(Code::own_change, *author, " approves a change of their own");
  return enough(*people, approvals_needed(held.document, statement.risk));
}

Checked<> check_floor(const ReleaseStatement& statement, const Digest& digest, const DeviceTrust& held) {
  const auto& floor = held.floor;
  if (statement.sequence < floor.sequence)
    return refuse(Code::replay, "sequence ", statement.sequence, " is below the floor ", floor.sequence);
  if (statement.sequence == floor.sequence && floor.statement != Digest() && floor.statement != digest)
    return refuse(Code::equivocation, "another statement with sequence ", statement.sequence, " was accepted");
  if (statement.sequence.value - floor.sequence.value > max_step)
    return refuse(Code::fast_forward, "sequence ", statement.sequence, " is too far above the floor ", floor.sequence);
  return {};
}

Checked<Member> check_member(const Envelope& envelope, const DeviceTrust& held) {
  const auto people = approvers(envelope.member, purpose::member, held.document);
  if (!people) return std::unexpected(people.error());
  if (const auto met = enough(*people, approvals_needed(held.document, {})); !met) return std::unexpected(met.error());
  auto member = Member::decode(envelope.member.bytes);
  if (!member) return malformed(member.error());
  if (member->repository != held.document.repository)
    return refuse(Code::not_mine, "the member document is for the fleet ", member->repository);
  if (member->key != held.key) return refuse(Code::not_mine, "for the key of ", member->device);
  if (!held.device.empty() && member->device != held.device)
    return refuse(Code::not_mine, "it names this device ", member->device, " instead of ", held.device);
  return std::move(*member);
}

Checked<> check_inclusion(const Envelope& envelope, const ReleaseStatement& statement, const Member& member) {
  const auto audience = device_audience(member.device);
  if (!verifies(envelope.proof, audience, envelope.manifest, statement.leaves, statement.root))
    return refuse(Code::not_included, "the manifest is not the one of ", audience, " in the signed tree");
  return {};
}

Verdict check(std::string_view bytes, const DeviceTrust& held) {
  Verdict out{.held = held, .offer = std::unexpected(Refusal{})};
  const auto envelope = check_form(bytes);
  if (!envelope) {
    out.offer = std::unexpected(envelope.error());
    return out;
  }
  out.statement = sha256(envelope->statement.bytes);
  const auto statement = ReleaseStatement::decode(envelope->statement.bytes);
  if (!statement) {
    out.offer = malformed(statement.error());
    return out;
  }
  auto moved = check_trust_chain(*envelope, held);
  if (!moved) {
    out.offer = std::unexpected(moved.error());
    return out;
  }
  out.trust_moved = !envelope->trust.empty();
  out.held = std::move(*moved);
  out.offer = judge(*envelope, *statement, *out.statement, out.held);
  return out;
}

Checked<Manifest> check_manifest(const Offer& offer, std::string_view bytes) {
  if (const auto ok = check_bytes(offer.manifest, bytes); !ok) return std::unexpected(ok.error());
  auto manifest = Manifest::decode(bytes);
  if (!manifest) return refuse(Code::unplannable, manifest.error().message);
  return std::move(*manifest);
}

Checked<> check_bytes(const Digest& wanted, std::string_view bytes) {
  if (sha256(bytes) != wanted) return refuse(Code::digest, "the bytes sent for ", wanted, " are others");
  return {};
}

Timing timing(const Offer& offer, const DeviceTrust& held, WallTime clock) {
  if (offer.statement_digest == held.floor.statement) return Timing::due;
  const auto now = std::max(clock, held.time_floor);
  if (now < offer.statement.not_before) return Timing::waiting;
  return now < offer.statement.expires ? Timing::due : Timing::stale;
}

DeviceTrust adopted(const Offer& offer, const DeviceTrust& held) {
  auto out = held;
  out.floor = Floor{.sequence = offer.statement.sequence, .statement = offer.statement_digest};
  out.device = offer.member.device;
  out.group = offer.member.group;
  out.time_floor = std::max(held.time_floor, offer.statement.not_before);
  return out;
}

}  // namespace flyball::trust
