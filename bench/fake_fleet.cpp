#include "fake_fleet.hpp"

#include "base/text.hpp"
#include "model/manifest.hpp"
#include "os/net/client.hpp"
#include "resources/resource.hpp"
#include "trust/envelope.hpp"
#include "trust/statement.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"
#include "wire/report_json.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <set>
#include <thread>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flyball::bench {
namespace {

constexpr Duration patience = std::chrono::minutes(10);

class Life {
 public:
  Life(const FakeDevice& device, std::uint16_t port, const std::string& ca_pem)
      : settings_{.base_url = text("https://127.0.0.1:", port),
                  .trust = os::net::TrustCa{ca_pem},
                  .identity = device.identity,
                  .connect = patience,
                  .handshake = patience} {}

  Result<> run() {
    client_ = TRY(os::net::HttpClient::make(settings_));
    for (;;) TRY(turn());
  }

 private:
  Result<> turn() {
    const auto response =
        TRY(client_->request({.target = os::net::make_target(wire::path::desired, query_.query())}, patience));
    if (response.status != 200) return fail(Errc::unavailable, "desired state: ", response.status, ' ', response.body);
    const auto answer = TRY(wire::DesiredAnswer::decode(response.body));
    query_.wake = answer.wake;
    if (!answer.envelope) return {};
    return take(TRY(trust::Envelope::decode(*answer.envelope)));
  }

  Result<> take(const trust::Envelope& envelope) {
    const auto statement = TRY(trust::ReleaseStatement::decode(envelope.statement.bytes));
    const auto manifest = TRY(Manifest::decode(TRY(fetch(envelope.manifest))));
    for (const auto& [id, digest] : manifest.resources) {
      if (!have_.insert(digest).second) continue;
      const auto blob = TRY(SpecBlob::decode(TRY(fetch(digest))));
      for (const auto& content : contents_of(blob)) {
        if (have_.insert(content).second) TRY(fetch(content));
      }
    }
    query_.have = envelope.manifest;
    query_.seen = sha256(envelope.statement.bytes);
    query_.trust = statement.duties;
    return report(statement, manifest);
  }

  Result<Bytes> fetch(const Digest& digest) {
    auto response = TRY(client_->request({.target = os::net::make_target(wire::blob_path(digest), {})}, patience));
    if (response.status != 200 || sha256(response.body) != digest)
      return fail(Errc::corrupt, "blob ", digest, ": ", response.status);
    return std::move(response.body);
  }

  Result<> report(const trust::ReleaseStatement& statement, const Manifest& manifest) {
    const wire::ReportMessage message{.boot = "fake",
                                      .status = StatusReport{.boot = "fake",
                                                             .number = ++reports_,
                                                             .statement = *query_.seen,
                                                             .sequence = statement.sequence,
                                                             .manifest = *query_.have,
                                                             .generation = Generation{reports_},
                                                             .resources = manifest.resources.size(),
                                                             .facts_digest = wire::facts_digest({}),
                                                             .agent_version = "bench"}};
    const auto response = TRY(client_->request(
        {.method = "POST", .target = std::string(wire::path::reports), .body = message.encode()}, patience));
    if (response.status != 200) return fail(Errc::unavailable, "report: ", response.status, ' ', response.body);
    return {};
  }

  os::net::ClientSettings settings_;
  std::unique_ptr<os::net::HttpClient> client_;
  wire::DesiredQuery query_;
  std::set<Digest> have_;
  std::uint64_t reports_ = 0;
};

[[noreturn]] void live(const std::vector<FakeDevice>& devices, std::uint16_t port, const std::string& ca_pem) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<std::thread> threads;
  threads.reserve(devices.size());
  for (const auto& device : devices) {
    threads.emplace_back([&] {
      if (const auto done = Life(device, port, ca_pem).run(); !done)
        std::fprintf(stderr, "%s: %s\n", device.id.str().c_str(), done.error().message.c_str());
    });
  }
  for (auto& thread : threads) thread.join();
  ::_exit(0);
}

}  // namespace

Result<FakeFleet> FakeFleet::start(std::vector<FakeDevice> devices, std::uint16_t port, const std::string& ca_pem) {
  const auto child = ::fork();
  if (child < 0) return fail(Errc::unavailable, "cannot fork: ", std::strerror(errno));
  if (child == 0) live(devices, port, ca_pem);
  return FakeFleet(child);
}

FakeFleet::FakeFleet(FakeFleet&& other) noexcept : child_(std::exchange(other.child_, -1)) {}

FakeFleet::~FakeFleet() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace flyball::bench
