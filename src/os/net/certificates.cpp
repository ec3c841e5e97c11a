#include "os/net/openssl.hpp"

#include <array>
#include <ctime>
#include <utility>

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace flyball::os::net {

namespace {

using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;

std::string contents(const Bio& bio) {
  char* start = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &start);
  return {start, static_cast<std::size_t>(size)};
}

Bio reading(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::string common_name(const X509_NAME* subject) {
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string out(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return out;
}

bool set_common_name(X509_NAME* subject, std::string_view name) {
  return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()),
                                    -1, 0) == 1;
}

WallTime time_of(const ASN1_TIME* asn1) {
  std::tm fields{};
  ASN1_TIME_to_tm(asn1, &fields);
  return WallTime{std::chrono::seconds(timegm(&fields))};
}

bool set_time(ASN1_TIME* asn1, WallTime time) {
  return ASN1_TIME_set(asn1, std::chrono::floor<std::chrono::seconds>(time.since).count()) != nullptr;
}

// 127 random bits, never negative (RFC 5280, section 4.1.2.2).
bool set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_new());
  return BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

using Extensions = std::vector<std::pair<int, std::string>>;

// What is to be in a certificate, whoever signs it.
struct Draft {
  std::string_view common_name;
  EVP_PKEY* key;
  Extensions extensions;
  Duration validity;
  WallTime now;
};

// Without an issuer the certificate signs itself.
Result<std::string> issue(const Draft& draft, X509* issuer, EVP_PKEY* signer) {
  ERR_clear_error();
  const Certificate made(X509_new());
  X509* const by = issuer != nullptr ? issuer : made.get();
  bool good = X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(made.get()) &&
              set_common_name(X509_get_subject_name(made.get()), draft.common_name) &&
              X509_set_issuer_name(made.get(), X509_get_subject_name(by)) == 1 &&
              set_time(X509_getm_notBefore(made.get()), draft.now - backdated) &&
              set_time(X509_getm_notAfter(made.get()), draft.now + draft.validity) &&
              X509_set_pubkey(made.get(), draft.key) == 1;
  for (const auto& [nid, value] : draft.extensions) good = good && add_extension(made.get(), by, nid, value);
  const bool hashes_itself = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519;
  good = good && X509_sign(made.get(), signer, hashes_itself ? nullptr : EVP_sha256()) > 0;
  if (!good) return fail(Errc::invalid, "cannot make a certificate for ", draft.common_name, ": ", openssl_reason());
  return certificate_pem(made.get());
}

Result<std::string> issue_by(const KeyedCertificate& ca, const Draft& draft) {
  const auto issuers = TRY(read_certificates(ca.certificate_pem), "the CA's certificate");
  const Key signer = TRY(read_private_key(ca.key_pem), "the CA's key");
  if (X509_check_private_key(issuers.front().get(), signer.get()) != 1)
    return fail(Errc::invalid, "the CA's key does not belong to its certificate");
  return issue(draft, issuers.front().get(), signer.get());
}

Extensions leaf(const char* usage) {
  return {{NID_basic_constraints, "critical,CA:FALSE"},
          {NID_key_usage, "critical,digitalSignature"},
          {NID_ext_key_usage, usage},
          {NID_subject_key_identifier, "hash"},
          {NID_authority_key_identifier, "keyid"}};
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

// OpenSSL reads a list here: a comma in a name would smuggle in another.
Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (name.empty() || name.find_first_of(", \t\r\n\"\\@/") != std::string::npos)
      return fail(Errc::invalid, "`", name, "` is no host name");
    out += text(out.empty() ? "" : ",", is_address(name) ? "IP:" : "DNS:", name);
  }
  if (out.empty()) return fail(Errc::invalid, "a server certificate needs a name");
  return out;
}

std::string name_text(const GENERAL_NAME* name) {
  int type = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
  const auto* bytes = ASN1_STRING_get0_data(value);
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
  if (type == GEN_DNS) return {reinterpret_cast<const char*>(bytes), size};
  if (type != GEN_IPADD || (size != 4 && size != 16)) return {};
  std::array<char, INET6_ADDRSTRLEN> address{};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address.data(), address.size());
  return address.data();
}

std::vector<std::string> names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto name = name_text(sk_GENERAL_NAME_value(names.get(), i));
    if (!name.empty()) out.push_back(std::move(name));
  }
  return out;
}

}  // namespace

Result<Certificates> read_certificates(std::string_view pem) {
  ERR_clear_error();
  const Bio bio = reading(pem);
  Certificates out;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) out.emplace_back(one);
  const bool only_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (out.empty() || !only_end) return fail(Errc::invalid, "no certificate in PEM: ", openssl_reason());
  ERR_clear_error();
  return out;
}

std::string certificate_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return contents(bio);
}

Digest spki_digest(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const auto digest = sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0))});
  OPENSSL_free(der);
  return digest;
}

CertificateInfo describe(X509* certificate) {
  return {.common_name = common_name(X509_get_subject_name(certificate)),
          .issuer = common_name(X509_get_issuer_name(certificate)),
          .spki = spki_digest(certificate),
          .not_before = time_of(X509_get0_notBefore(certificate)),
          .not_after = time_of(X509_get0_notAfter(certificate)),
          .authority = X509_check_ca(certificate) == 1,
          .names = names_of(certificate)};
}

Result<std::string> make_ca(std::string_view name, std::string_view key_pem, Duration validity, WallTime now) {
  const Key key = TRY(read_private_key(key_pem), "the key of the CA ", name);
  const Draft draft{.common_name = name,
                    .key = key.get(),
                    .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                   {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                   {NID_subject_key_identifier, "hash"}},
                    .validity = validity,
                    .now = now};
  return issue(draft, nullptr, key.get());
}

Result<std::string> issue_server_certificate(const KeyedCertificate& ca, std::string_view key_pem,
                                             const std::vector<std::string>& names, Duration validity, WallTime now) {
  const Key key = TRY(read_private_key(key_pem), "the server's key");
  auto extensions = leaf("serverAuth");
  extensions.emplace_back(NID_subject_alt_name, TRY(alternative_names(names)));
  const Draft draft{
      .common_name = names.front(), .key = key.get(), .extensions = extensions, .validity = validity, .now = now};
  return issue_by(ca, draft);
}

Result<std::string> issue_client_certificate(const KeyedCertificate& ca, std::string_view spki, std::string_view name,
                                             Duration validity, WallTime now) {
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(spki.data());
  const Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key) return fail(Errc::invalid, "the public key for ", name, " is none");
  return issue_by(
      ca, {.common_name = name, .key = key.get(), .extensions = leaf("clientAuth"), .validity = validity, .now = now});
}

Result<std::string> make_certificate_request(std::string_view key_pem, std::string_view name) {
  const Key key = TRY(read_private_key(key_pem), "the key of a certificate request");
  const Request request(X509_REQ_new());
  const Bio bio(BIO_new(BIO_s_mem()));
  const bool hashes_itself = EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519;
  if (!set_common_name(X509_REQ_get_subject_name(request.get()), name) ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), hashes_itself ? nullptr : EVP_sha256()) <= 0 ||
      PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1)
    return fail(Errc::invalid, "cannot make a certificate request for ", name, ": ", openssl_reason());
  return contents(bio);
}

Result<CertificateRequest> read_certificate_request(std::string_view pem) {
  ERR_clear_error();
  const Request request(PEM_read_bio_X509_REQ(reading(pem).get(), nullptr, nullptr, nullptr));
  if (!request) return fail(Errc::invalid, "no certificate request in PEM: ", openssl_reason());
  if (X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1)
    return fail(Errc::denied, "the certificate request is not signed by its own key");
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request.get()), &der);
  CertificateRequest out{.common_name = common_name(X509_REQ_get_subject_name(request.get())),
                         .spki = Bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))};
  OPENSSL_free(der);
  return out;
}

Result<CertificateInfo> certificate_info(std::string_view pem) {
  const auto certificates = TRY(read_certificates(pem));
  return describe(certificates.front().get());
}

Result<std::vector<std::string>> split_certificates(std::string_view pem) {
  std::vector<std::string> out;
  for (const auto& one : TRY(read_certificates(pem))) out.push_back(certificate_pem(one.get()));
  return out;
}

}  // namespace flyball::os::net
