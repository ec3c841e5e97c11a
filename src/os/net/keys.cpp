#include "os/net/openssl.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace flyball::os::net {

namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// Without this OpenSSL would ask for a passphrase at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Bytes spki_of(EVP_PKEY* key) {
  Bytes out(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)), '\0');
  auto* end = raw(out);
  i2d_PUBKEY(key, &end);
  return out;
}

Result<Key> read_public_key(std::string_view spki) {
  ERR_clear_error();
  const auto* at = raw(spki);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key || at != raw(spki) + spki.size()) return fail(Errc::invalid, "not a public key");
  return key;
}

// Ed25519 hashes by itself; ECDSA is told to.
const EVP_MD* digest_for(const EVP_PKEY* key) {
  return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

}  // namespace

std::string openssl_reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : text("OpenSSL error ", code);
}

Result<Key> read_private_key(std::string_view pem) {
  ERR_clear_error();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return fail(Errc::invalid, "not a private key in PEM: ", openssl_reason());
  return key;
}

Result<std::string> make_key(KeyType type) {
  ERR_clear_error();
  const Key key(type == KeyType::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!key || PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail(Errc::unavailable, "cannot make a key: ", openssl_reason());
  char* start = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &start);
  return std::string(start, static_cast<std::size_t>(size));
}

Result<KeyType> key_type(std::string_view key_pem) {
  const Key key = TRY(read_private_key(key_pem));
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return KeyType::ed25519;
  if (EVP_PKEY_is_a(key.get(), "EC") == 1 && EVP_PKEY_get_bits(key.get()) == 256) return KeyType::p256;
  return fail(Errc::unsupported, "a key that is neither Ed25519 nor P-256");
}

Result<Bytes> public_key(std::string_view key_pem) {
  const Key key = TRY(read_private_key(key_pem));
  return spki_of(key.get());
}

Result<Digest> key_fingerprint(std::string_view key_pem) { return sha256(TRY(public_key(key_pem))); }

Result<Bytes> raw_ed25519(std::string_view spki) {
  const Key key = TRY(read_public_key(spki));
  Bytes out(32, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 || EVP_PKEY_get_raw_public_key(key.get(), raw(out), &size) != 1)
    return fail(Errc::unsupported, "not an Ed25519 key");
  return out;
}

Result<Bytes> spki_of_ed25519(std::string_view bytes) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(bytes), bytes.size()));
  if (!key) return fail(Errc::invalid, "not an Ed25519 key: ", openssl_reason());
  return spki_of(key.get());
}

Result<Bytes> sign(std::string_view key_pem, std::string_view message) {
  const Key key = TRY(read_private_key(key_pem));
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, digest_for(key.get()), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, raw(message), message.size()) != 1)
    return fail(Errc::unsupported, "cannot sign with this key: ", openssl_reason());
  Bytes out(size, '\0');
  if (EVP_DigestSign(context.get(), raw(out), &size, raw(message), message.size()) != 1)
    return fail(Errc::unavailable, "cannot sign: ", openssl_reason());
  out.resize(size);
  return out;
}

Result<> verify(std::string_view spki, std::string_view message, std::string_view signature) {
  const Key key = TRY(read_public_key(spki));
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, digest_for(key.get()), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  ERR_clear_error();
  if (!good) return fail(Errc::denied, "the signature is not by the key ", sha256(spki).short_str());
  return {};
}

}  // namespace flyball::os::net
