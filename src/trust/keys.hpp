#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <array>
#include <compare>
#include <string>
#include <string_view>

namespace flyball::trust {

/// The types of keys that duties may name. Only `ed25519` can be used by this version; the others are recognised, so
/// that people are told what is missing, and come with people's signatures.
enum class KeyType { ed25519, ecdsa_p256, ecdsa_p384, sk_ed25519, sk_ecdsa_p256 };
std::string_view name(KeyType type);  ///< `ssh-ed25519`, `sk-ssh-ed25519@openssh.com`, …

/// A public key in SSH's form (RFC 4253 section 6.6, RFC 8709): two keys are equal when their bytes are.
class PublicKey {
 public:
  /// `unsupported`: a type this version recognises but cannot use. `invalid`: anything else.
  static Result<PublicKey> from_wire(std::string_view wire);
  static Result<PublicKey> from_ed25519(std::string_view raw);  ///< The 32 bytes of RFC 8032.
  /// `ssh-ed25519 AAAA…`, also with a comment behind it, as in a `.pub` file; no options before it.
  static Result<PublicKey> parse(std::string_view line);

  std::string str() const;                         ///< `ssh-ed25519 AAAA…`, without comment.
  const Bytes& wire() const { return wire_; }      ///< What is hashed and sent.
  std::string_view raw_ed25519() const;            ///< The 32 bytes of RFC 8032.
  Digest digest() const { return sha256(wire_); }  ///< Names the key in audiences and member documents.
  std::string fingerprint() const;                 ///< `SHA256:Z9ZU…`, as `ssh-keygen -l` prints it: for people.
  KeyType type() const { return KeyType::ed25519; }
  auto operator<=>(const PublicKey&) const = default;

 private:
  explicit PublicKey(Bytes wire) : wire_(std::move(wire)) {}
  Bytes wire_;
};

/// An Ed25519 private key. Cannot be printed; wiped when it goes.
class SigningKey {
 public:
  static constexpr std::size_t seed_size = 32;
  static Result<SigningKey> from_seed(std::string_view seed);  ///< The 32 secret bytes of RFC 8032.
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();

  PublicKey public_key() const;
  Bytes seed() const;                            ///< To be kept where only root reads.
  Bytes sign_raw(std::string_view bytes) const;  ///< 64 bytes. Signatures over messages are made by `sshsig.hpp`.

 private:
  SigningKey() = default;
  std::array<unsigned char, 64> secret_{};  // Seed, then public half, as libsodium keeps it.
};

/// Whether these 64 bytes are that key's signature over these bytes (RFC 8032; small-order points and s ≥ l refused).
bool verifies_raw(const PublicKey& key, std::string_view bytes, std::string_view signature);

}  // namespace flyball::trust
