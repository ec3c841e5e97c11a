#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "trust/envelope.hpp"
#include "trust/keys.hpp"
#include "trust/member.hpp"
#include "trust/statement.hpp"
#include "trust/tree.hpp"
#include "trust/trust_document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flyball::trust {

/// How long a statement of mode `open` lives.
inline constexpr Duration open_validity = std::chrono::hours(24 * 90);

/// The one person of mode `open`.
inline constexpr std::string_view server_person = "server";

/// Version 1 of the trust document in mode `open`: one person, `server`, approver and trustee, one of one.
/// `ca`: SHA-256 over the SPKI of the server's CA.
TrustDocument open_document(const RepositoryId& repository, const std::string& branch, const PublicKey& release_key,
                            const Digest& ca, Sequence floor = {});

/// What the server does in mode `open`: it is the approver. Immutable; any thread.
class OpenAuthority {
 public:
  /// `document`: the exact bytes of the trust document in force, as kept since they were made. `denied` unless the key
  /// may approve by it.
  static Result<OpenAuthority> make(SigningKey release_key, Bytes document);

  const TrustDocument& document() const { return document_; }
  const Bytes& document_bytes() const { return document_bytes_; }
  Digest pin() const { return sha256(document_bytes_); }  ///< What tokens carry.

  SignedBytes sign_statement(const ReleaseStatement& statement) const;
  SignedBytes sign_member(const Member& member) const;

 private:
  OpenAuthority(SigningKey key, Bytes bytes, TrustDocument document)
      : key_(std::move(key)), document_bytes_(std::move(bytes)), document_(std::move(document)) {}
  SigningKey key_;
  Bytes document_bytes_;
  TrustDocument document_;
};

/// The envelope for one device: cheap, as everything is signed already. `not_found` when the tree has no entry for it.
Result<Envelope> make_envelope(const SignedBytes& statement, const Tree& tree, const Digest& manifest,
                               const DeviceId& device, const SignedBytes& member, std::vector<SignedBytes> trust = {});

/// When the newest statement is to be renewed: at two thirds of its life, so that quiet fleets never expire.
WallTime renewal_time(const ReleaseStatement& statement);

/// The same content again, to be signed: a sequence of its own (a second statement with the old one would be an
/// equivocation), `previous` the old statement, a life of `open_validity` from `now`.
ReleaseStatement renewed(const ReleaseStatement& old, Sequence sequence, WallTime now);

}  // namespace flyball::trust
