#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "trust/keys.hpp"

#include <string>
#include <string_view>

/// SSHSIG version 1 (PROTOCOL.sshsig of OpenSSH), as `ssh-keygen -Y sign` and `-Y verify` have it. Stricter in that a
/// stray byte anywhere is refused.
namespace flyball::trust {

/// What a signature means. One made for one purpose never passes for another, nor for git's.
namespace purpose {
inline constexpr std::string_view approval = "flyball-approval@v1";
inline constexpr std::string_view review = "flyball-review@v1";
inline constexpr std::string_view deploy = "flyball-deploy@v1";
inline constexpr std::string_view breakglass = "flyball-breakglass@v1";
inline constexpr std::string_view hold = "flyball-hold@v1";
inline constexpr std::string_view trust = "flyball-trust@v1";
inline constexpr std::string_view revoke = "flyball-revoke@v1";
inline constexpr std::string_view freshness = "flyball-freshness@v1";
inline constexpr std::string_view audit = "flyball-audit@v1";
inline constexpr std::string_view enroll = "flyball-enroll@v1";
inline constexpr std::string_view report = "flyball-report@v1";
inline constexpr std::string_view witness = "flyball-witness@v1";
inline constexpr std::string_view member = "flyball-member@v1";  ///< In `open`: the server vouches for a device's key.
}  // namespace purpose

/// A signature taken apart; not yet verified.
struct SshSignature {
  PublicKey key;
  std::string purpose;  ///< SSH calls it the namespace.
  std::string hash;     ///< `sha512` or `sha256`.
  Bytes signature;      ///< 64 bytes.

  Bytes encode() const;  ///< The binary blob, without armour.
  /// `unsupported`: a key type this version cannot use. `invalid`: anything that `encode` would not give back.
  static Result<SshSignature> decode(std::string_view blob);
};

/// The blob of a signature over the message, hashed with SHA-512. Deterministic (RFC 8032).
Bytes sign(const SigningKey& key, std::string_view purpose, std::string_view message);

/// Checks the blob and its purpose, and gives whose key made it: whether that key may sign is the caller's question.
/// `denied` when it is for another purpose or does not verify; else as `SshSignature::decode`.
Result<PublicKey> verified_signer(std::string_view blob, std::string_view purpose, std::string_view message);

/// `-----BEGIN SSH SIGNATURE-----` and so on, ending in a line end, as `ssh-keygen` writes it.
std::string armour(std::string_view blob);
Result<Bytes> unarmour(std::string_view text);  ///< Strictly what `armour` writes.

}  // namespace flyball::trust
