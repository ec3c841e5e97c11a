#pragma once

#include "os/net/client.hpp"
#include "os/net/openssl.hpp"
#include "os/net/server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// TLS 1.3 as both sides of Flyball speak it: contexts, and why a handshake failed in words. For this folder only.
namespace flyball::os::net {

/// A server's context and the clock it judges clients by. Belongs to one thread: OpenSSL 3.0 shares its counters.
struct ServerContext {
  std::function<WallTime()> now;
  TlsContext context;
};
Result<std::shared_ptr<ServerContext>> make_server_context(const ServerTls& tls);

/// A client's context, how it judges the server, and what it saw. Stays where it is, since OpenSSL points to it.
struct ClientContext {
  Trust trust;
  std::function<WallTime()> now;
  std::vector<std::string> shown;  ///< The server's certificates, PEM, its own first.
  TlsContext context;
};
Result<std::unique_ptr<ClientContext>> make_client_context(const ClientSettings& settings);

/// Asks for that host (SNI, RFC 6066 section 3) and checks that the certificate is for it (RFC 9525).
void expect_host(SSL* tls, const BaseUrl& url);
/// The verdict on a server that we refused.
Error explain_refusal(const SSL* tls, const ClientContext& client, const BaseUrl& url);

/// Why the last call on `tls` failed, from the queue of errors, which is emptied.
Error explain_failure();

std::optional<Peer::Certificate> client_certificate(const SSL* tls);

}  // namespace flyball::os::net
