#include "trust/sshsig.hpp"
#include "trust/trust_document.hpp"

#include <algorithm>

namespace flyball::trust {
namespace {

// The keys of all signatures, each of which must verify.
Checked<std::set<PublicKey>> signing_keys(const SignedBytes& signed_bytes, std::string_view purpose) {
  if (signed_bytes.signatures.size() > SignedBytes::max_signatures)
    return refuse(Code::malformed, "more than ", SignedBytes::max_signatures, " signatures");
  std::set<PublicKey> out;
  for (const auto& blob : signed_bytes.signatures) {
    auto key = verified_signer(blob, purpose, signed_bytes.bytes);
    if (!key) return refuse(Code::signature, key.error().message);
    out.insert(std::move(*key));
  }
  return out;
}

// How many trustees of the document hold one of the keys.
std::size_t trustees_among(const std::set<PublicKey>& keys, const TrustDocument& document) {
  std::set<std::string> out;
  for (const auto& key : keys) {
    const auto* who = document.owner(key);
    if (who != nullptr && document.trustees.of.contains(*who)) out.insert(*who);
  }
  return out.size();
}

Checked<> check_thresholds(const TrustDocument& held, const TrustDocument& next, const std::set<PublicKey>& keys) {
  // A key that N+1 revokes helps nobody, also not to bring N+1 about.
  auto lasting = keys;
  std::erase_if(lasting, [&](const PublicKey& k) { return next.revoked.contains(k.digest()); });
  const auto by_old = trustees_among(lasting, held);
  const auto by_new = trustees_among(lasting, next);
  if (by_old < held.trustees.count)
    return refuse(Code::trust_chain, "signed by ", by_old, " of ", held.trustees.count, " trustees of version ",
                  held.version);
  if (by_new < next.trustees.count)
    return refuse(Code::trust_chain, "signed by ", by_new, " of ", next.trustees.count, " trustees of version ",
                  next.version);
  return {};
}

}  // namespace

Checked<std::set<std::string>> signers(const SignedBytes& signed_bytes, std::string_view purpose,
                                       const TrustDocument& document) {
  const auto keys = signing_keys(signed_bytes, purpose);
  if (!keys) return std::unexpected(keys.error());
  std::set<std::string> out;
  for (const auto& key : *keys) {
    const auto* who = document.owner(key);
    if (who == nullptr) return refuse(Code::signature, "the key ", key.fingerprint(), " is nobody's, or revoked");
    out.insert(*who);
  }
  return out;
}

Checked<TrustDocument> next_document(const TrustDocument& held, const SignedBytes& offered) {
  auto next = TrustDocument::decode(offered.bytes);
  if (!next) {
    const bool newer = next.error().code == Errc::unsupported;
    return refuse(newer ? Code::agent_old : Code::malformed, next.error().message);
  }
  if (next->version != held.version + 1)
    return refuse(Code::trust_chain, "version ", next->version, " does not follow version ", held.version);
  if (next->previous != held.digest()) return refuse(Code::trust_chain, "it follows another version ", held.version);
  if (next->repository != held.repository) return refuse(Code::trust_chain, "it is for the fleet ", next->repository);
  const auto keys = signing_keys(offered, purpose::trust);
  if (!keys) return refuse(Code::trust_chain, keys.error().message);
  if (const auto met = check_thresholds(held, *next, *keys); !met) return std::unexpected(met.error());
  return std::move(*next);
}

}  // namespace flyball::trust
