#pragma once

#include "os/net/loop.hpp"
#include "os/net/pki.hpp"
#include "os/net/server.hpp"

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A server that answers what a test tells it to, over real TLS.
namespace flyball::cli {

class FakeServer {
 public:
  struct Seen {
    std::string line;  ///< `GET /api/v1/me`
    std::string token;
    std::string body;
    bool operator==(const Seen&) const = default;
  };

  FakeServer() {
    const WallTime now{std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())};
    const auto ca_key = *os::net::make_key(os::net::KeyType::ed25519);
    const os::net::KeyedCertificate ca{*os::net::make_ca("Flyball CA", ca_key, std::chrono::hours(24 * 365), now),
                                       ca_key};
    const auto key = *os::net::make_key(os::net::KeyType::ed25519);
    const auto leaf =
        *os::net::issue_server_certificate(ca, key, {"localhost", "127.0.0.1"}, std::chrono::hours(24 * 90), now);
    ca_pem = ca.certificate_pem;
    ca_fingerprint = os::net::certificate_info(ca.certificate_pem)->spki.str();
    auto started = os::net::HttpServer::start(
        loop_, {.tls = {.certificates = {{leaf + ca.certificate_pem, key}}}},
        [this](os::net::Exchange exchange) { exchange.responder.answer(answer(exchange.request)); });
    server_ = std::move(*started);
    url = text("https://localhost:", server_->port());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~FakeServer() { stop(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// What `GET /api/v1/me` and the like are answered: each time the next, at last the same again.
  void on(const std::string& line, std::vector<os::net::Response> answers) {
    const std::lock_guard lock(mutex_);
    answers_[line] = std::move(answers);
  }
  void on(const std::string& line, std::string_view json) {
    on(line, {os::net::Response{.status = 200, .body = Bytes(json)}});
  }
  std::vector<Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  void stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
    server_.reset();
  }

  std::string url;
  std::string ca_pem;
  std::string ca_fingerprint;

 private:
  os::net::Response answer(const os::net::Request& request) {
    const std::lock_guard lock(mutex_);
    const auto line = text(request.method, ' ', request.target);
    seen_.push_back({line, os::net::header(request.headers, "Authorization").value_or(""), request.body});
    const auto found = answers_.find(line);
    if (found == answers_.end()) return os::net::problem(404, "not-found", text("there is no ", line));
    auto out = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return out;
  }

  os::net::EventLoop loop_;
  std::mutex mutex_;
  std::map<std::string, std::vector<os::net::Response>> answers_;
  std::vector<Seen> seen_;
  std::unique_ptr<os::net::HttpServer> server_;
  std::thread thread_;
};

}  // namespace flyball::cli
