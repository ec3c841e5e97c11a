#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Keys and certificates (X.509, RFC 5280). Private keys are PKCS #8 PEM, public ones the DER of a
/// SubjectPublicKeyInfo ("SPKI"), certificates PEM. Functions are pure but for the randomness of keys, serial numbers
/// and ECDSA signatures. Any thread.
namespace flyball::os::net {

enum class KeyType { ed25519, p256 };

Result<std::string> make_key(KeyType type);
Result<KeyType> key_type(std::string_view key_pem);
/// The SPKI of a private key.
Result<Bytes> public_key(std::string_view key_pem);
/// SHA-256 over the SPKI: what a pin, a device's record and a fingerprint for people name.
Result<Digest> key_fingerprint(std::string_view key_pem);
/// The raw 32 bytes of an Ed25519 key; `unsupported` for any other type.
Result<Bytes> raw_ed25519(std::string_view spki);
Result<Bytes> spki_of_ed25519(std::string_view raw);

/// Ed25519 (RFC 8032, 64 bytes) or ECDSA with SHA-256 (DER), as the key is.
Result<Bytes> sign(std::string_view key_pem, std::string_view message);
/// `denied` when the signature is not by that key over that message, `invalid` when the key is none.
Result<> verify(std::string_view spki, std::string_view message, std::string_view signature);

/// A certificate with its private key: a CA that issues, or an identity that is presented.
struct KeyedCertificate {
  std::string certificate_pem;  ///< Leaf first, then what leads to the CA.
  std::string key_pem;
};

/// Certificates begin an hour before `now`, since clocks differ, and end `validity` after it.
inline constexpr Duration backdated = std::chrono::hours(1);

/// A self-signed CA that may sign leaves only (path length 0).
Result<std::string> make_ca(std::string_view name, std::string_view key_pem, Duration validity, WallTime now);

/// `names`: DNS names (`fleet.example`, `*.example`) and IP addresses; at least one.
Result<std::string> issue_server_certificate(const KeyedCertificate& ca, std::string_view key_pem,
                                             const std::vector<std::string>& names, Duration validity, WallTime now);

/// For a public key whose owner has proved that it holds the private half: see `read_certificate_request`.
Result<std::string> issue_client_certificate(const KeyedCertificate& ca, std::string_view spki,
                                             std::string_view common_name, Duration validity, WallTime now);

/// A PKCS #10 request (RFC 2986), PEM: a public key and a wished name, signed by the private half.
Result<std::string> make_certificate_request(std::string_view key_pem, std::string_view common_name);

struct CertificateRequest {
  std::string common_name;
  Bytes spki;
};
/// `denied` unless the request is signed by its own key.
Result<CertificateRequest> read_certificate_request(std::string_view pem);

struct CertificateInfo {
  std::string common_name;  ///< Of the subject; may be empty.
  std::string issuer;       ///< Common name of the issuer.
  Digest spki;              ///< SHA-256 over the public key.
  WallTime not_before;
  WallTime not_after;
  bool authority = false;          ///< May sign certificates.
  std::vector<std::string> names;  ///< DNS names and IP addresses it is for.
  bool operator==(const CertificateInfo&) const = default;
};
/// Of the first certificate in the text.
Result<CertificateInfo> certificate_info(std::string_view pem);
/// The certificates of a text, one PEM each; `invalid` when there is none.
Result<std::vector<std::string>> split_certificates(std::string_view pem);

}  // namespace flyball::os::net
