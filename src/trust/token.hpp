#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"
#include "trust/keys.hpp"
#include "trust/trust_document.hpp"

#include <string>
#include <string_view>

namespace flyball::trust {

/// What a new device is given to enrol: a secret of its own, the name it is for, and whom to believe. One line that
/// people can paste: `flyball1.` and base64url, with a checksum, so that a mistyped one is recognised.
/// The server keeps only the public half.
class Token {
 public:
  Token(SigningKey key, DeviceId device, Digest pin) : key_(std::move(key)), device_(std::move(device)), pin_(pin) {}
  /// `seed`: 32 random bytes. `invalid`: the seed's length, a device name that is empty or over 253 bytes.
  static Result<Token> make(std::string_view seed, const DeviceId& device, const Digest& pin);
  /// White space around it is ignored. `invalid` says whether it is no token at all or one that was damaged.
  static Result<Token> parse(std::string_view line);

  std::string line() const;  ///< The secret: shown once, never logged. Deliberately not named `str`.
  const DeviceId& device() const { return device_; }
  const Digest& pin() const { return pin_; }  ///< Digest of the trust document of version 1.
  const SigningKey& key() const { return key_; }
  Digest id() const { return key_.public_key().digest(); }  ///< How the server and the log name it.

 private:
  SigningKey key_;
  DeviceId device_;
  Digest pin_;
};

/// What a device that enrols says, signed with its token's key (purpose `enroll`): canonical and strict.
struct EnrollClaim {
  static constexpr std::string_view kind = "flyball-enroll@v1";
  static constexpr std::size_t max_bytes = 4096;

  DeviceId device;
  PublicKey key;  ///< The device's own, made on it; the certificate request must be for the same.
  Bytes nonce;    ///< The server's, from `GET /agent/v1/trust`; 16 to 64 bytes.
  Digest pin;     ///< Of the trust document that the device believes: binds the claim to this fleet.

  Bytes encode() const;  ///< Canonical.
  static Result<EnrollClaim> decode(std::string_view bytes);
  bool operator==(const EnrollClaim&) const = default;
};

SignedBytes sign_claim(const EnrollClaim& claim, const Token& token);

/// A claim and the token key that signed it. Whether that token is known, unused and for this device, and whether the
/// nonce is ours, the caller must ask. `denied` when it does not verify, `invalid` when it is malformed.
struct VerifiedClaim {
  EnrollClaim claim;
  PublicKey token;
};
Result<VerifiedClaim> verify_claim(const SignedBytes& signed_claim);

}  // namespace flyball::trust
