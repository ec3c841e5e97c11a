#include "base/digest.hpp"

#include <algorithm>
#include <cstdlib>

#include <openssl/evp.h>

namespace flyball {
namespace {

constexpr std::string_view prefix = "sha256:";

// Fetched once: looking the algorithm up costs a third of hashing a kilobyte.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

void must(int ok) {
  if (ok != 1) std::abort();  // OpenSSL without SHA-256, or no memory: nothing here can go on.
}

}  // namespace

std::optional<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + 2 * size) return std::nullopt;
  const auto digits = text.substr(prefix.size());
  if (std::ranges::any_of(digits, [](char c) { return c >= 'A' && c <= 'F'; })) return std::nullopt;
  const auto bytes = unhex(digits);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

std::optional<Digest> Digest::from_bytes(std::string_view bytes) {
  if (bytes.size() != size) return std::nullopt;
  Digest digest;
  std::ranges::copy(bytes, digest.raw_.begin());
  return digest;
}

std::string Digest::str() const { return std::string(prefix) + hex(bytes()); }

std::string Digest::short_str() const { return hex(bytes().substr(0, 6)); }

std::string_view Digest::bytes() const { return {reinterpret_cast<const char*>(raw_.data()), raw_.size()}; }

Digest sha256(std::string_view bytes) { return Sha256().update(bytes).finish(); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  must(context_ != nullptr);
  must(EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), algorithm(), nullptr));
}

Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

Sha256& Sha256::update(std::string_view bytes) {
  must(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size()));
  return *this;
}

Digest Sha256::finish() {
  Digest::Raw raw{};
  must(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), raw.data(), nullptr));
  return Digest(raw);
}

}  // namespace flyball
