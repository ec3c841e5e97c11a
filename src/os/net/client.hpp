#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "os/net/http.hpp"
#include "os/net/pki.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flyball::os::net {

/// The server's certificate is by one of these CAs, in date, and for the host we asked for.
struct TrustCa {
  std::string ca_pem;
};
/// The same, by the CAs that the system trusts.
struct TrustSystem {};
/// The key with this digest (SHA-256 of the SPKI). When it is the server's own, name and dates do not matter. When it
/// is that of a CA the server sends along, the server's certificate is judged as by `TrustCa`.
struct TrustPin {
  Digest spki;
};
/// Anything. Only for first contact, to show people whom they would trust: see `HttpClient::presented`.
struct TrustAnything {};
using Trust = std::variant<TrustCa, TrustSystem, TrustPin, TrustAnything>;

struct ClientSettings {
  std::string base_url;  ///< `https://host:port`
  Trust trust = TrustSystem{};
  std::optional<KeyedCertificate> identity;     ///< Shown when the server asks.
  std::function<WallTime()> now;                ///< Judges the dates of certificates; empty: the system's clock.
  Duration connect = std::chrono::seconds(10);  ///< For each address of the host.
  Duration handshake = std::chrono::seconds(10);
  std::uint64_t body_bytes = 64 * 1024 * 1024;  ///< A longer answer is an error.
  std::uint32_t header_bytes = 64 * 1024;
  std::string user_agent = "flyball";
};

/// One connection to one server, kept between requests.
class HttpClient {
 public:
  /// `invalid`: the URL, a certificate or a key.
  static Result<std::unique_ptr<HttpClient>> make(ClientSettings settings);
  ~HttpClient();  ///< May wait for a name that is still being looked up.

  /// Sends and waits for the whole answer, whatever its status; one thread at a time. A kept connection that turns out
  /// dead is replaced once; a POST that may have arrived is not sent twice.
  ///
  /// `timeout`: within that time, or one of the settings' · `cancelled` · `denied`: the server's certificate is not
  /// what we trust, or ours is not what it wants · `unavailable`: unknown name, refused, unreachable, cut off ·
  /// `unsupported`: no TLS 1.3 · `invalid`: no TLS, no HTTP, or more than we take. Messages are for people.
  Result<Response> request(const Request& request, Duration timeout);

  /// Any thread. The request that waits ends with `cancelled`; when none waits, the next one does.
  void cancel();
  /// The next request makes a new connection.
  void disconnect();

  /// The certificates that the server showed last, its own first, PEM; also when they were refused.
  const std::vector<std::string>& presented() const;
  const BaseUrl& base_url() const;

  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace flyball::os::net
