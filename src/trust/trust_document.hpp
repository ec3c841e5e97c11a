#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "trust/keys.hpp"
#include "trust/refusal.hpp"
#include "trust/statement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::trust {

/// Who decides. `open`: the server signs. `approved` (people sign) is known by name and not yet supported.
enum class Mode { open };

/// What a person may take part in.
enum class Role { admin, approve, deploy, operate, review, submit };
std::string_view name(Role role);
std::optional<Role> parse_role(std::string_view word);

struct Person {
  std::set<PublicKey> keys;  ///< At least one; a key belongs to one person.
  std::set<Role> roles;
  std::set<std::string> teams;
  bool operator==(const Person&) const = default;
};

/// What a release needs: so many different people with the role `approve`.
struct Rule {
  std::uint64_t approve = 1;
  bool operator==(const Rule&) const = default;
};

/// The duties as a device holds them. Version 1 is pinned by its digest at installation; after that a device moves
/// only from N to N+1.
struct TrustDocument {
  static constexpr std::string_view kind = "flyball-trust@v1";
  static constexpr std::size_t max_bytes = 1024 * 1024;

  struct Online {
    Digest ca;                      ///< SHA-256 over the SPKI of the CA that vouches for the server's TLS.
    std::set<PublicKey> audit;      ///< None in `open`.
    std::set<PublicKey> freshness;  ///< None in `open`.
    bool operator==(const Online&) const = default;
  };
  struct Trustees {
    std::uint64_t count = 1;
    std::set<std::string> of;  ///< Names of people.
    bool operator==(const Trustees&) const = default;
  };

  std::uint64_t version = 1;
  Mode mode = Mode::open;
  RepositoryId repository;
  std::set<std::string> branches;  ///< `refs/heads/main`; at least one.
  std::map<std::string, Person, std::less<>> people;
  Trustees trustees;                               ///< Who signs the next document.
  std::map<std::string, Rule, std::less<>> rules;  ///< At least one; every one must be met.
  std::map<RiskClass, Rule> risk;                  ///< What must be met besides when a statement has that class.
  std::set<Role> separate;                         ///< Parts of a release that different people take.
  std::set<Digest> revoked;                        ///< Keys, by digest, that sign nothing any more.
  Online online;
  std::optional<Digest> previous;  ///< Digest of version N-1; none for version 1.
  /// What the floor of a device becomes when it takes this document: the first one, and later the only way down.
  std::optional<Sequence> floor;
  std::optional<WallTime> expires;  ///< An alarm, never a stop. None in `open`, where nobody would renew it.

  Bytes encode() const;  ///< Canonical.
  Digest digest() const { return sha256(encode()); }
  /// Refuses all but what `encode` writes, and duties that nobody could meet. `unsupported`: needs a newer agent.
  static Result<TrustDocument> decode(std::string_view bytes);
  bool operator==(const TrustDocument&) const = default;

  /// Whose key this is, unless it is nobody's or revoked.
  const std::string* owner(const PublicKey& key) const;
};

/// Bytes and the signatures over them, as they travel.
struct SignedBytes {
  static constexpr std::size_t max_signatures = 64;
  Bytes bytes;
  std::vector<Bytes> signatures;  ///< SSHSIG blobs.
  bool operator==(const SignedBytes&) const = default;
};

/// The people who signed, each once, whatever number of keys they used. Every signature must verify, for this purpose,
/// by a key that the document lists and has not revoked: else `signature`.
Checked<std::set<std::string>> signers(const SignedBytes& signed_bytes, std::string_view purpose,
                                       const TrustDocument& document);

/// The document that follows `held`: version N+1, its `previous`, the same repository, signed by the trustees of both.
Checked<TrustDocument> next_document(const TrustDocument& held, const SignedBytes& offered);

}  // namespace flyball::trust
