#include "base/text.hpp"
#include "fake_fleet.hpp"
#include "measure.hpp"
#include "os/net/server.hpp"
#include "os/real/real_clocks.hpp"
#include "os/real/real_files.hpp"
#include "server/server.hpp"
#include "source/source.hpp"
#include "trust/token.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"

#include <optional>

#include <unistd.h>

namespace flyball::bench {
namespace {

constexpr std::size_t devices = 1'000;
constexpr std::size_t files = 50;
constexpr std::size_t pushes = 5;
constexpr Duration too_long = std::chrono::minutes(3);

// One group with all devices; each push changes one file of all of them.
std::map<std::string, std::string> repository(std::size_t push) {
  std::string group = "kind: group\nname: kiosks\nfiles:\n";
  for (std::size_t i = 0; i < files; ++i)
    group += text("  /etc/kiosk/part-", i, ".conf: { mode: \"0644\", content: \"", i == 0 ? push : i, "\" }\n");
  std::string list = "kind: devices\ngroup: kiosks\ndevices:\n";
  for (std::size_t i = 0; i < devices; ++i) list += text("  kiosk-", i, ": {}\n");
  return {{"fleet.yaml", "kind: fleet\nid: bench-00000000\nname: bench\nguards: { max_devices: 5000 }\n"},
          {"groups/kiosks.yaml", group},
          {"devices/kiosks.yaml", list}};
}

/// The server as its daemon runs it: one loop, TLS, SQLite on disk; the repository is in memory and compiled in place.
class Measured {
 public:
  Result<> run() {
    TRY(open());
    auto fleet = TRY(FakeFleet::start(TRY(enrolled()), agents_->port(), server_->ca_certificate()));
    idle_mb_ = memory_mb();
    loop_.after(too_long, [this] { end(fail(Errc::timeout, "the devices were not done within three minutes")); });
    loop_.run();
    return outcome_;
  }

 private:
  Result<> open() {
    files_ = TRY(os::real::RealFiles::open("/"));
    store_ = TRY(store::open_sqlite(scratch_.path() + "/flyball.db"));
    server_ = TRY(server::Server::open(
        {.directory = scratch_.path(), .access = {.uid = ::geteuid(), .gid = ::getegid()}},
        {.store = *store_, .lookout = lookout_, .files = *files_, .clocks = clocks_, .random = random_}));
    admin_ = TRY(server_->first_admin_token()).value_or("");
    source_.commit(repository(0), "first");
    for (int i = 0; i < 20 && server_->run_due() <= clocks_.steady(); ++i) {
    }
    const auto certificate = TRY(server_->listener_certificate(os::net::KeyType::ed25519, {"127.0.0.1"}));
    os::net::ServerSettings settings;
    settings.limits.handshake = std::chrono::minutes(2);  // All of them come in one moment.
    settings.tls = {.certificates = {certificate},
                    .client_certificate = os::net::ClientCertificate::optional,
                    .client_ca_pem = server_->ca_certificate()};
    agents_ = TRY(os::net::HttpServer::start(loop_, std::move(settings),
                                             [this](os::net::Exchange exchange) { take(std::move(exchange)); }));
    return {};
  }

  // Without the network: how devices enrol is not what is measured.
  Result<std::vector<FakeDevice>> enrolled() {
    std::vector<FakeDevice> out;
    for (std::size_t i = 0; i < devices; ++i) out.push_back(TRY(enrol(DeviceId(text("kiosk-", i)))));
    return out;
  }

  Result<FakeDevice> enrol(const DeviceId& id) {
    const auto trusted = TRY(wire::TrustAnswer::decode(TRY(agent({.target = std::string(wire::path::trust)}))));
    const auto token = trust::Token::parse(TRY(token_for(id)));
    if (!token) return fail(Errc::invalid, "the server made no token");
    const auto key = TRY(os::net::make_key(os::net::KeyType::ed25519));
    const auto raw = TRY(os::net::raw_ed25519(TRY(os::net::public_key(key))));
    const auto claim = trust::sign_claim(
        {.device = id, .key = TRY(trust::PublicKey::from_ed25519(raw)), .nonce = trusted.nonce, .pin = token->pin()},
        *token);
    const wire::EnrollRequest request{.claim = claim.bytes,
                                      .signatures = claim.signatures,
                                      .certificate_request = TRY(os::net::make_certificate_request(key, id.str())),
                                      .agent_version = "bench"};
    const auto answer = TRY(wire::EnrollAnswer::decode(
        TRY(agent({.method = "POST", .target = std::string(wire::path::enroll), .body = request.encode()}))));
    return FakeDevice{.id = id, .identity = {.certificate_pem = answer.certificate_pem, .key_pem = key}};
  }

  Result<std::string> token_for(const DeviceId& id) {
    Json body;
    body["device"] = id.str();
    os::net::Request request{.method = "POST", .target = "/api/v1/enrolments/tokens", .body = body.canonical()};
    request.headers.emplace("Authorization", "Bearer " + admin_);
    TRY(os::net::split_target(request));
    std::optional<os::net::Response> out;
    server_->handle_people({}, std::move(request), [&](os::net::Response response) { out = std::move(response); });
    (void)server_->run_due();
    if (!out || out->status != 201) return fail(Errc::denied, "no token for ", id);
    return get_string(TRY(Json::parse(out->body)), "token");
  }

  Result<Bytes> agent(os::net::Request request) {
    TRY(os::net::split_target(request));
    std::optional<os::net::Response> out;
    server_->handle_agent({}, std::move(request), [&](os::net::Response response) { out = std::move(response); });
    (void)server_->run_due();
    if (!out || out->status != 200) return fail(Errc::denied, out ? out->body : "no answer");
    return std::move(out->body);
  }

  void take(os::net::Exchange exchange) {
    const bool report = exchange.request.path == wire::path::reports;
    if (exchange.request.path == wire::path::desired) ++held_;
    auto responder = exchange.responder;
    const bool desired = exchange.request.path == wire::path::desired;
    const auto id = server_->handle_agent(exchange.peer, std::move(exchange.request),
                                          [this, responder, report, desired](os::net::Response response) {
                                            if (report && response.status == 200) ++verified_;
                                            if (desired) --held_;
                                            responder.answer(std::move(response));
                                          });
    if (id != 0) responder.on_gone([this, id] { server_->gone(id); });
    soon();
  }

  void soon() {
    if (turn_wanted_) return;
    turn_wanted_ = true;
    loop_.post([this] { turn(); });
  }

  void turn() {
    turn_wanted_ = false;
    loop_.cancel(timer_);
    const auto next = server_->run_due();
    watch();
    const auto wait = next - clocks_.steady();
    if (wait <= Duration::zero()) return soon();
    timer_ = loop_.after(wait, [this] { turn(); });
  }

  // Every report is stored, and every device waits again: the next push.
  void watch() {
    if (verified_ == devices && pushed_ && !seconds_) seconds_ = pushed_->wall();
    if (verified_ < devices || held_ < devices) return;
    if (seconds_) {
      took_.push_back(*seconds_);
    } else {
      held_mb_ = memory_mb();
    }
    if (took_.size() == pushes) return end(report());
    verified_ = 0;
    seconds_.reset();
    source_.commit(repository(took_.size() + 1), "change");
    pushed_.emplace();
    server_->wake();
    soon();
  }

  Result<> report() const {
    const auto all = static_cast<double>(devices);
    print({.what = text("push to ", devices, " connected devices verified, median (wall)"),
           .figure = percentile(took_, 0.5),
           .unit = "s",
           .budget = Budget{.most = 2}});
    print({.what = text("  the longest of ", pushes), .figure = percentile(took_, 1), .unit = "s"});
    print({.what = "memory of the server for each held connection",
           .figure = (held_mb_ - idle_mb_) * 1024 / all,
           .unit = "KB",
           .budget = Budget{.most = 25}});
    print({.what = "memory of the server at its peak", .figure = peak_memory_mb(), .unit = "MB"});
    return {};
  }

  void end(Result<> outcome) {
    outcome_ = std::move(outcome);
    loop_.stop();
  }

  Scratch scratch_{"push"};
  os::net::EventLoop loop_;
  os::real::RealClocks clocks_;
  os::real::RealRandom random_;
  std::optional<os::real::RealFiles> files_;
  std::unique_ptr<store::Store> store_;
  source::MemorySource source_;
  server::DirectLookout lookout_{source_};
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<os::net::HttpServer> agents_;
  os::net::EventLoop::TimerId timer_;
  bool turn_wanted_ = false;
  std::string admin_;
  std::size_t held_ = 0;
  std::size_t verified_ = 0;
  std::optional<Stopwatch> pushed_;
  std::optional<double> seconds_;
  std::vector<double> took_;
  double idle_mb_ = 0;
  double held_mb_ = 0;
  Result<> outcome_;
};

}  // namespace
}  // namespace flyball::bench

int main() {
  namespace bench = flyball::bench;
  bench::print_head(
      flyball::text("push: a server and ", bench::devices, " devices in a process beside it, over TLS on loopback"));
  const auto done = bench::Measured().run();
  return done ? 0 : bench::could_not_measure(done.error());
}
