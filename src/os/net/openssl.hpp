#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "os/net/pki.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// OpenSSL's objects with owners, for the sources of this folder only.
namespace flyball::os::net {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
inline void free_certificates(STACK_OF(X509) * all) { sk_X509_pop_free(all, X509_free); }

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Certificates = std::vector<Certificate>;
using CertificateStack = std::unique_ptr<STACK_OF(X509), Freed<free_certificates>>;
using TlsContext = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Freed<SSL_free>>;

/// The oldest reason in this thread's queue, in OpenSSL's words; empties the queue.
std::string openssl_reason();

Result<Key> read_private_key(std::string_view pem);
/// At least one.
Result<Certificates> read_certificates(std::string_view pem);
std::string certificate_pem(X509* certificate);
/// SHA-256 over the SPKI.
Digest spki_digest(const X509* certificate);
CertificateInfo describe(X509* certificate);

}  // namespace flyball::os::net
