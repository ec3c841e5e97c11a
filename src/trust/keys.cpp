#include "trust/keys.hpp"

#include "trust/ssh_wire.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

namespace flyball::trust {
namespace {

struct TypeName {
  KeyType type;
  std::string_view name;
};
constexpr std::array types = {
    TypeName{KeyType::ed25519, "ssh-ed25519"}, TypeName{KeyType::ecdsa_p256, "ecdsa-sha2-nistp256"},
    TypeName{KeyType::ecdsa_p384, "ecdsa-sha2-nistp384"}, TypeName{KeyType::sk_ed25519, "sk-ssh-ed25519@openssh.com"},
    TypeName{KeyType::sk_ecdsa_p256, "sk-ecdsa-sha2-nistp256@openssh.com"}};
constexpr std::size_t raw_size = crypto_sign_PUBLICKEYBYTES;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::optional<KeyType> type_of(std::string_view word) {
  const auto* const found = std::ranges::find(types, word, &TypeName::name);
  return found == types.end() ? std::nullopt : std::optional(found->type);
}

std::string_view first_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

}  // namespace

std::string_view name(KeyType type) { return std::ranges::find(types, type, &TypeName::type)->name; }

Result<PublicKey> PublicKey::from_wire(std::string_view wire) {
  ssh::Reader reader(wire);
  const auto word = reader.string();
  const auto type = word ? type_of(*word) : std::nullopt;
  if (!type) return fail(Errc::invalid, "no SSH public key of a type we know");
  if (*type != KeyType::ed25519) return fail(Errc::unsupported, "keys of type ", name(*type), " are not supported yet");
  const auto raw = reader.string();
  if (!raw || raw->size() != raw_size || !reader.at_end()) return fail(Errc::invalid, "a damaged ", *word, " key");
  return PublicKey(Bytes(wire));
}

Result<PublicKey> PublicKey::from_ed25519(std::string_view raw) {
  if (raw.size() != raw_size) return fail(Errc::invalid, "an Ed25519 key has ", raw_size, " bytes");
  Bytes wire;
  ssh::put_string(wire, name(KeyType::ed25519));
  ssh::put_string(wire, raw);
  return PublicKey(std::move(wire));
}

Result<PublicKey> PublicKey::parse(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const auto word = first_word(line);
  const auto wire = unbase64(first_word(line));
  if (!wire) return fail(Errc::invalid, "a public key is written as type, base64 and perhaps a comment");
  auto key = TRY(from_wire(*wire));
  if (name(key.type()) != word) return fail(Errc::invalid, "the key is not of the type `", word, "`");
  return key;
}

std::string PublicKey::str() const { return text(name(type()), ' ', base64(wire_)); }

std::string_view PublicKey::raw_ed25519() const { return std::string_view(wire_).substr(wire_.size() - raw_size); }

std::string PublicKey::fingerprint() const {
  auto digits = base64(digest().bytes());
  digits.erase(digits.find('='));
  return text("SHA256:", digits);
}

Result<SigningKey> SigningKey::from_seed(std::string_view seed) {
  if (seed.size() != seed_size) return fail(Errc::invalid, "the seed of a key has ", seed_size, " bytes");
  SigningKey key;
  std::array<unsigned char, raw_size> public_half{};
  crypto_sign_seed_keypair(public_half.data(), key.secret_.data(), bytes_of(seed));
  return key;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

PublicKey SigningKey::public_key() const {
  return *PublicKey::from_ed25519({reinterpret_cast<const char*>(secret_.data()) + seed_size, raw_size});
}

Bytes SigningKey::seed() const { return {reinterpret_cast<const char*>(secret_.data()), seed_size}; }

Bytes SigningKey::sign_raw(std::string_view bytes) const {
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(bytes), bytes.size(), secret_.data());
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

bool verifies_raw(const PublicKey& key, std::string_view bytes, std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes_of(signature), bytes_of(bytes), bytes.size(), bytes_of(key.raw_ed25519())) ==
             0;
}

}  // namespace flyball::trust
