#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "os/net/http.hpp"
#include "os/net/loop.hpp"
#include "os/net/pki.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::os::net {

/// Whether clients show a certificate. One that is shown must be by our CA and in date, else the handshake fails; a
/// device whose certificate has expired comes without one, where that is allowed, and proves its key in the request.
enum class ClientCertificate { none, optional, required };

struct ServerTls {
  /// Up to one of each key type. Clients choose by what they can do: browsers P-256, agents Ed25519 (smaller, faster).
  std::vector<KeyedCertificate> certificates;
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string client_ca_pem;      ///< One or more; unused for `none`.
  std::function<WallTime()> now;  ///< Judges the dates of client certificates; empty: the system's clock.
};

/// What a connection may take before it is cut.
struct ServerLimits {
  Duration handshake = std::chrono::seconds(10);
  Duration header = std::chrono::seconds(10);  ///< From the first byte of a request to the end of its header.
  Duration body = std::chrono::seconds(60);    ///< The whole body.
  Duration write = std::chrono::seconds(30);   ///< Between two blocks (16 KiB) of an answer that the client takes.
  Duration idle = std::chrono::minutes(5);     ///< Between two requests.
  std::uint32_t header_bytes = 16 * 1024;      ///< More is answered 431.
  std::uint64_t body_bytes = 8 * 1024 * 1024;  ///< More is answered 413.
  /// More are answered 503 with `Retry-After`; also bounded by the limit on open files, which is raised as far as the
  /// process may.
  std::size_t connections = 200'000;
  int retry_after_seconds = 30;
};

struct ServerSettings {
  std::string address = "127.0.0.1";  ///< An IP address; `::` listens on IPv4 too.
  std::uint16_t port = 0;             ///< 0: any free one, told by `port()`.
  ServerTls tls;
  ServerLimits limits;
  /// Told of each connection refused before a request was read: `192.0.2.7: handshake: …`. For a log; on the loop.
  std::function<void(std::string_view)> on_refused;
};

/// Who is at the other end.
struct Peer {
  struct Certificate {
    Digest spki;
    std::string common_name;
    WallTime not_after;
  };
  std::string address;  ///< `192.0.2.7`, `2001:db8::7`.
  std::uint16_t port = 0;
  std::optional<Certificate> certificate;  ///< Verified; nothing when none was shown.
};

/// Answers one request, now or later. A handle: copies are the same. When the last one goes without an answer, the
/// client gets 500.
class Responder {
 public:
  struct State;
  explicit Responder(std::shared_ptr<State> state);

  /// Any thread. Only the first answer counts. `Content-Length`, `Date` and `Connection` are set for you.
  void answer(Response response) const;
  /// On the loop. Called there once if the client leaves before the answer (or the server stops); at once (posted)
  /// if it has left already. A client that closes only its sending half while we hold its request has left.
  void on_gone(EventLoop::Work work) const;
  /// Any thread. Whether the client left before the answer.
  bool gone() const;

 private:
  std::shared_ptr<State> state_;
};

struct Exchange {
  Request request;
  Peer peer;
  Responder responder;
};

/// HTTP/1.1 over TLS 1.3. A held request costs its connection and no buffer: kernel keep-alive notices a client that
/// vanished, and a held request has no deadline of ours; whoever holds it sets a timer.
class HttpServer {
 public:
  /// Called on the loop for each request; a connection has one at a time.
  using Handler = std::function<void(Exchange)>;

  /// Listens from now on; answers once the loop runs. `invalid`: address or certificates; `conflict`: port in use.
  static Result<std::unique_ptr<HttpServer>> start(EventLoop& loop, ServerSettings settings, Handler handler);
  ~HttpServer();  ///< Before its loop, which must not run any more.

  std::uint16_t port() const;
  std::size_t connections() const;  ///< On the loop.
  /// On the loop. New certificates or client CAs for connections to come.
  Result<> replace_tls(ServerTls tls);

  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace flyball::os::net
