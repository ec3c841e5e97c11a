#include "trust/sshsig.hpp"

#include "trust/ssh_wire.hpp"

#include <array>

#include <sodium.h>

namespace flyball::trust {
namespace {

constexpr std::string_view magic = "SSHSIG";
constexpr std::uint32_t version = 1;
constexpr std::size_t max_blob = 4096;
constexpr std::size_t line_length = 70;
constexpr std::string_view head = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view tail = "-----END SSH SIGNATURE-----\n";

Bytes sha512(std::string_view message) {
  std::array<unsigned char, crypto_hash_sha512_BYTES> out{};
  crypto_hash_sha512(out.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size());
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

// What the key really signs.
Bytes signed_bytes(std::string_view purpose, std::string_view hash, std::string_view message) {
  Bytes out(magic);
  ssh::put_string(out, purpose);
  ssh::put_string(out, "");
  ssh::put_string(out, hash);
  ssh::put_string(out, hash == "sha512" ? sha512(message) : Bytes(sha256(message).bytes()));
  return out;
}

Bytes raw_signature(const SshSignature& signature) {
  Bytes out;
  ssh::put_string(out, name(signature.key.type()));
  ssh::put_string(out, signature.signature);
  return out;
}

}  // namespace

Bytes SshSignature::encode() const {
  Bytes out(magic);
  ssh::put_u32(out, version);
  ssh::put_string(out, key.wire());
  ssh::put_string(out, purpose);
  ssh::put_string(out, "");
  ssh::put_string(out, hash);
  ssh::put_string(out, raw_signature(*this));
  return out;
}

Result<SshSignature> SshSignature::decode(std::string_view blob) {
  ssh::Reader reader(blob);
  if (blob.size() > max_blob || !reader.literal(magic) || reader.u32() != version)
    return fail(Errc::invalid, "no SSH signature of version ", version);
  const auto wire = reader.string();
  const auto purpose = reader.string();
  const auto reserved = reader.string();
  const auto hash = reader.string();
  const auto body = reader.string();
  if (!wire || !purpose || !reserved || !hash || !body || !reader.at_end())
    return fail(Errc::invalid, "a damaged SSH signature");
  ssh::Reader inner(*body);
  const auto type = inner.string();
  const auto raw = inner.string();
  if (*hash != "sha512" && *hash != "sha256") return fail(Errc::invalid, "an SSH signature over an unknown hash");
  auto key = TRY(PublicKey::from_wire(*wire), "SSH signature");
  if (!type || *type != name(key.type()) || !raw || raw->size() != crypto_sign_BYTES || !inner.at_end() ||
      !reserved->empty() || purpose->empty()) {
    return fail(Errc::invalid, "a damaged SSH signature");
  }
  return SshSignature{
      .key = std::move(key), .purpose = std::string(*purpose), .hash = std::string(*hash), .signature = Bytes(*raw)};
}

Bytes sign(const SigningKey& key, std::string_view purpose, std::string_view message) {
  return SshSignature{.key = key.public_key(),
                      .purpose = std::string(purpose),
                      .hash = "sha512",
                      .signature = key.sign_raw(signed_bytes(purpose, "sha512", message))}
      .encode();
}

Result<PublicKey> verified_signer(std::string_view blob, std::string_view purpose, std::string_view message) {
  auto signature = TRY(SshSignature::decode(blob));
  if (signature.purpose != purpose)
    return fail(Errc::denied, "a signature for `", signature.purpose, "` does not count as one for `", purpose, "`");
  if (!verifies_raw(signature.key, signed_bytes(purpose, signature.hash, message), signature.signature))
    return fail(Errc::denied, "the signature of ", signature.key.fingerprint(), " does not verify");
  return std::move(signature.key);
}

std::string armour(std::string_view blob) {
  std::string out(head);
  const auto characters = base64(blob);
  for (std::size_t i = 0; i < characters.size(); i += line_length) {
    out += characters.substr(i, line_length);
    out += '\n';
  }
  return out += tail;
}

Result<Bytes> unarmour(std::string_view given) {
  auto rest = given;
  std::string characters;
  if (rest.starts_with(head) && rest.ends_with(tail) && rest.size() >= head.size() + tail.size()) {
    rest = rest.substr(head.size(), rest.size() - head.size() - tail.size());
    for (const char c : rest) {
      if (c != '\n') characters += c;
    }
    auto blob = unbase64(characters);
    if (blob && armour(*blob) == given) return std::move(*blob);
  }
  return fail(Errc::invalid, "no armoured SSH signature, or one with stray characters");
}

}  // namespace flyball::trust
