#include "os/net/tls.hpp"

#include <chrono>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace flyball::os::net {

namespace {

WallTime by(const std::function<WallTime()>& now) {
  if (now) return now();
  return WallTime{std::chrono::floor<Duration>(std::chrono::system_clock::now().time_since_epoch())};
}

void set_date(X509_STORE_CTX* verification, const std::function<WallTime()>& now) {
  X509_STORE_CTX_set_time(verification, 0, std::chrono::floor<std::chrono::seconds>(by(now).since).count());
}

int judge_client(X509_STORE_CTX* verification, void* context) {
  set_date(verification, static_cast<ServerContext*>(context)->now);
  return X509_verify_cert(verification);
}

// Beside the server's own key, that of a CA it sends along may be pinned; all below is then judged as usual.
int judge_by_pin(X509_STORE_CTX* verification, const Digest& pin) {
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(verification);
  if (spki_digest(X509_STORE_CTX_get0_cert(verification)) == pin) {
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return 1;
  }
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* const one = sk_X509_value(shown, i);
    if (spki_digest(one) != pin || X509_check_ca(one) != 1) continue;
    const CertificateStack anchors(sk_X509_new_null());
    X509_up_ref(one);
    sk_X509_push(anchors.get(), one);
    X509_STORE_CTX_set0_trusted_stack(verification, anchors.get());
    X509_STORE_CTX_set_flags(verification, X509_V_FLAG_PARTIAL_CHAIN);
    return X509_verify_cert(verification);
  }
  X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

int judge_server(X509_STORE_CTX* verification, void* context) {
  auto& client = *static_cast<ClientContext*>(context);
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(verification);
  client.shown.clear();
  for (int i = 0; i < sk_X509_num(shown); ++i) client.shown.push_back(certificate_pem(sk_X509_value(shown, i)));

  if (std::holds_alternative<TrustAnything>(client.trust)) {
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return 1;
  }
  set_date(verification, client.now);
  const auto* pin = std::get_if<TrustPin>(&client.trust);
  return pin != nullptr ? judge_by_pin(verification, pin->spki) : X509_verify_cert(verification);
}

Result<> use_certificate(SSL_CTX* context, const KeyedCertificate& identity) {
  const auto chain = TRY(read_certificates(identity.certificate_pem));
  const Key key = TRY(read_private_key(identity.key_pem));
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail(Errc::invalid, "key and certificate do not go together: ", openssl_reason());
  for (std::size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(context, chain[i].get());
  return {};
}

// The clients' CAs are also named to clients that hold several certificates.
Result<> trust_cas(SSL_CTX* context, std::string_view pem) {
  for (const auto& ca : TRY(read_certificates(pem))) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
    SSL_CTX_add_client_CA(context, ca.get());
  }
  return {};
}

// No tickets: one that outlives a revocation would let a refused device return, and each costs a signature's time.
TlsContext make_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += text(out.empty() ? "" : ", ", name);
  return out.empty() ? "no host" : out;
}

Error refusal(std::string message) { return {Errc::denied, std::move(message)}; }

}  // namespace

Result<std::shared_ptr<ServerContext>> make_server_context(const ServerTls& tls) {
  ERR_clear_error();
  auto server = std::make_shared<ServerContext>(ServerContext{tls.now, make_context(TLS_server_method())});
  SSL_CTX* const context = server->context.get();
  if (tls.certificates.empty()) return fail(Errc::invalid, "a server needs a certificate");
  for (const auto& one : tls.certificates) TRY(use_certificate(context, one), "the server's certificate");
  if (tls.client_certificate == ClientCertificate::none) return server;

  TRY(trust_cas(context, tls.client_ca_pem), "the CA of the clients");
  const bool required = tls.client_certificate == ClientCertificate::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge_client, server.get());
  return server;
}

Result<std::unique_ptr<ClientContext>> make_client_context(const ClientSettings& settings) {
  ERR_clear_error();
  auto client = std::make_unique<ClientContext>(
      ClientContext{settings.trust, settings.now, {}, make_context(TLS_client_method())});
  SSL_CTX* const context = client->context.get();
  // Ed25519 first: the smallest and fastest where the server has both.
  SSL_CTX_set1_sigalgs_list(context,
                            "ed25519:ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256:"
                            "rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512");
  if (settings.identity) TRY(use_certificate(context, *settings.identity), "our certificate");
  if (const auto* ca = std::get_if<TrustCa>(&settings.trust)) TRY(trust_cas(context, ca->ca_pem), "the trusted CA");
  if (std::holds_alternative<TrustSystem>(settings.trust)) SSL_CTX_set_default_verify_paths(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge_server, client.get());
  return client;
}

void expect_host(SSL* tls, const BaseUrl& url) {
  if (url.is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), url.host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(tls, url.host.c_str());
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  SSL_set1_host(tls, url.host.c_str());
}

Error explain_refusal(const SSL* tls, const ClientContext& client, const BaseUrl& url) {
  const auto info =
      client.shown.empty() ? CertificateInfo{} : certificate_info(client.shown.front()).value_or(CertificateInfo{});
  const long verdict = SSL_get_verify_result(tls);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return refusal(text("its certificate is for ", joined(info.names), ", not for ", url.host));
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return refusal(text("its certificate ended at ", rfc3339(info.not_after)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return refusal(text("its certificate begins at ", rfc3339(info.not_before), "; by our clock it is ",
                          rfc3339(by(client.now))));
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return refusal(text("its key is ", info.spki, ", not the pinned ", std::get<TrustPin>(client.trust).spki));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return refusal(text("its certificate is by `", info.issuer, "`, a CA that we do not trust"));
    default:
      return refusal(text("its certificate is not valid: ", X509_verify_cert_error_string(verdict)));
  }
}

Error explain_failure() {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  auto words = openssl_reason();
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return refusal("its certificate is not trusted");
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return refusal("it showed no certificate");
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return refusal("it wants a client certificate");
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return refusal("it does not trust the CA of our certificate");
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return refusal("our certificate has expired, it says");
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return refusal("our certificate is revoked, it says");
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return refusal("it refuses our certificate");
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return {Errc::unsupported, "it does not speak TLS 1.3"};
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_CIPHER:
      return {Errc::unsupported, text("no way of TLS 1.3 in common: ", words)};
    case SSL_R_HTTP_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return {Errc::invalid, text("it does not speak TLS: ", words)};
    default:
      return {Errc::unavailable, text("TLS: ", words)};
  }
}

std::optional<Peer::Certificate> client_certificate(const SSL* tls) {
  X509* const shown = SSL_get0_peer_certificate(tls);
  if (shown == nullptr) return std::nullopt;
  auto info = describe(shown);
  return Peer::Certificate{.spki = info.spki, .common_name = std::move(info.common_name), .not_after = info.not_after};
}

}  // namespace flyball::os::net
