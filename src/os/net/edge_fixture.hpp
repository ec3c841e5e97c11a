#pragma once

#include "base/guarded.hpp"
#include "os/net/client.hpp"
#include "os/net/openssl.hpp"
#include "os/net/server.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/// Servers, clients and certificates for this folder's tests, and a peer that does what no good one does.
namespace flyball::os::net {

inline constexpr auto a_while = std::chrono::seconds(20);  // Only ever waited for by a test that fails.

inline WallTime test_now() { return *parse_rfc3339("2026-11-23T09:00:00Z"); }

inline KeyedCertificate make_test_ca(std::string_view name = "test CA") {
  const auto key = *make_key(KeyType::ed25519);
  return {*make_ca(name, key, std::chrono::hours(24 * 365), test_now()), key};
}

inline KeyedCertificate server_of(const KeyedCertificate& ca, KeyType type = KeyType::ed25519,
                                  const std::vector<std::string>& names = {"localhost", "127.0.0.1"},
                                  Duration validity = std::chrono::hours(24)) {
  const auto key = *make_key(type);
  return {*issue_server_certificate(ca, key, names, validity, test_now()) + ca.certificate_pem, key};
}

inline KeyedCertificate client_of(const KeyedCertificate& ca, std::string_view name, WallTime now = test_now()) {
  const auto key = *make_key(KeyType::ed25519);
  return {*issue_client_certificate(ca, *public_key(key), name, std::chrono::hours(24), now), key};
}

/// A server on a loop and thread of its own.
class Edge {
 public:
  Edge(ServerSettings settings, HttpServer::Handler handler) {
    if (!settings.tls.now) settings.tls.now = test_now;
    settings.on_refused = [this](std::string_view line) {
      refusals_.with([line](auto& all) { all.emplace_back(line); });
    };
    auto started = HttpServer::start(loop, std::move(settings), std::move(handler));
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    server = std::move(*started);
    port = server->port();
    thread_ = std::thread([this] { loop.run(); });
  }
  ~Edge() { stop(); }
  void stop() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::string url(std::string_view host = "127.0.0.1") const { return text("https://", host, ':', int{port}); }

  /// Asks on the loop.
  std::size_t connections() {
    std::promise<std::size_t> count;
    loop.post([&] { count.set_value(server->connections()); });
    return count.get_future().get();
  }
  /// Waits until so many are connected.
  bool comes_to(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + a_while;
    while (connections() != count)
      if (std::chrono::steady_clock::now() > end) return false;
    return true;
  }
  /// Waits until a refusal with these words was told.
  bool told(std::string_view words) {
    const auto end = std::chrono::steady_clock::now() + a_while;
    const auto has = [words](auto& all) {
      return std::ranges::any_of(all, [words](const std::string& line) { return line.contains(words); });
    };
    while (!refusals_.with(has))
      if (std::chrono::steady_clock::now() > end) return false;
    return true;
  }

  EventLoop loop;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;

 private:
  Guarded<std::vector<std::string>> refusals_;
  std::thread thread_;
};

/// A blocking connection without manners. Read and write errors are empty results.
class RawPeer {
 public:
  explicit RawPeer(int fd) : fd_(fd) {}
  static RawPeer to(std::uint16_t port) {
    RawPeer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    EXPECT_EQ(::connect(peer.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return peer;
  }
  RawPeer(RawPeer&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), context_(std::move(other.context_)), tls_(std::move(other.tls_)) {}
  RawPeer& operator=(RawPeer&&) = delete;
  ~RawPeer() { close(); }

  /// As a client; `greatest` is a TLS version. Verifies nothing.
  bool start_tls(int greatest = TLS1_3_VERSION, const char* signatures = nullptr) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context_.get(), greatest);
    if (signatures != nullptr) SSL_CTX_set1_sigalgs_list(context_.get(), signatures);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), fd_);
    return SSL_connect(tls_.get()) == 1;
  }
  /// As a server.
  bool accept_tls(const KeyedCertificate& identity, int greatest = TLS1_3_VERSION) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_max_proto_version(context_.get(), greatest);
    SSL_CTX_use_certificate(context_.get(), read_certificates(identity.certificate_pem)->front().get());
    SSL_CTX_use_PrivateKey(context_.get(), read_private_key(identity.key_pem)->get());
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), fd_);
    return SSL_accept(tls_.get()) == 1;
  }

  bool write(std::string_view bytes) {
    if (!tls_) return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string read_some() {
    char buffer[4096];
    const auto got = tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }
  /// Until these characters have come, or the end.
  std::string read_until(std::string_view end) {
    std::string all;
    while (!all.contains(end)) {
      const auto some = read_some();
      if (some.empty()) break;
      all += some;
    }
    return all;
  }
  std::string read_all() {
    std::string all;
    for (auto some = read_some(); !some.empty(); some = read_some()) all += some;
    return all;
  }
  /// Writes a byte now and then until the other side has closed.
  bool trickle_until_cut(char byte) {
    for (int i = 0; i < 4000; ++i) {
      if (!write({&byte, 1})) return true;
      pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, 5) > 0) return true;
    }
    return false;
  }

  void half_close() { ::shutdown(fd_, SHUT_WR); }
  void say_goodbye() { SSL_shutdown(tls_.get()); }
  /// Gone without a word: the other side's kernel gets a reset.
  void vanish() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    tls_.reset();
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }
  SSL* tls() { return tls_.get(); }

 private:
  int fd_;
  TlsContext context_;
  Tls tls_;
};

/// A port on loopback on which a script plays the server, in a thread, one connection after the other.
class RawServer {
 public:
  using Script = std::function<void(RawPeer)>;
  explicit RawServer(std::vector<Script> scripts) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, all = std::move(scripts)] {
      for (const auto& script : all) {
        const int fd = ::accept(fd_, nullptr, nullptr);
        if (fd < 0) return;
        script(RawPeer(fd));
      }
    });
  }
  ~RawServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  std::string url(std::string_view host = "127.0.0.1") const { return text("https://", host, ':', int{port_}); }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

inline std::unique_ptr<HttpClient> client_for(ClientSettings settings) {
  if (!settings.now) settings.now = test_now;
  auto made = HttpClient::make(std::move(settings));
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return std::move(*made);
}

}  // namespace flyball::os::net
