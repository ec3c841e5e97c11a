#pragma once

#include "agent/agent.hpp"
#include "agent/device_store.hpp"
#include "agent/link.hpp"
#include "os/net/pki.hpp"
#include "os/sim/host.hpp"
#include "providers/provider.hpp"
#include "trust/open_authority.hpp"
#include "trust/tree.hpp"
#include "wire/messages.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flyball::agent {

/// A resource of a test: `{"file:/etc/motd", R"({"mode":"0644"})"}`; `content` stands for the field of that name.
struct Wish {
  std::string id;
  std::string fields = "{}";
  std::optional<std::string> content{};
  Relations relations{};
  Variant::Outcome outcome = Variant::Outcome::managed;
  When when{};
};

/// A server of one device, for tests: real signatures, trees and messages; no store, no git, no sockets. It keeps
/// what real servers promise to agents, and can be told to behave badly.
class SmallServer final : public Link {
 public:
  explicit SmallServer(os::sim::SimClocks& clocks);

  // People.
  Sequence release(const std::vector<Wish>& wishes, std::set<trust::RiskClass> risk = {});
  void sync() { ++wake_; }

  // The device at enrolment.
  const std::string& device_key() const { return device_key_; }
  Identity identity() const;
  trust::DeviceTrust device_trust() const;

  // Link.
  void send(LinkRequest request) override;
  void cancel(std::uint64_t id) override;
  void reconnect() override { ++reconnects_; }

  /// What is to be answered now, each once.
  std::deque<LinkAnswer> take_answers();
  /// The process at the other end is gone, with all that it asked.
  void forget_requests();

  // What it saw.
  const std::optional<StatusReport>& status() const { return status_; }
  const std::map<std::uint64_t, DeviceEvent>& events() const { return events_; }
  std::size_t requests(std::string_view path) const;
  int reconnects() const { return reconnects_; }

  // Bad behaviour.
  bool down = false;                                        ///< Nothing is answered but that nobody is there.
  std::function<void(os::net::Response&)> garble;           ///< Every answer passes here.
  std::function<Bytes(const Bytes& envelope)> on_envelope;  ///< What is sent instead.
  bool duplicate_answers = false;
  Duration certificate_life = std::chrono::hours(24 * 30);

 private:
  std::optional<os::net::Response> answer(const LinkRequest& request);
  std::optional<os::net::Response> desired(const os::net::Request& request);
  os::net::Response report(const os::net::Request& request);
  os::net::Response renew(const os::net::Request& request);

  os::sim::SimClocks& clocks_;
  std::string device_key_;
  os::net::KeyedCertificate ca_;
  std::string certificate_;
  std::optional<trust::OpenAuthority> authority_;
  Sequence sequence_{10};
  std::map<Digest, Bytes> blobs_;
  std::optional<Bytes> envelope_;
  Digest statement_;
  Digest manifest_;
  std::uint64_t wake_ = 0;
  std::deque<LinkRequest> waiting_;
  std::map<std::string, std::size_t> requests_;
  std::optional<StatusReport> status_;
  std::map<std::uint64_t, DeviceEvent> events_;
  int reconnects_ = 0;
};

/// One device and its server in virtual time.
class SmallFleet {
 public:
  explicit SmallFleet(os::sim::SimHostOptions options = {});

  os::sim::SimHost device;
  SmallServer server;

  void enrol();
  /// Runs until nothing is due within `span`, or for that long at most.
  void run(Duration span = std::chrono::minutes(20));
  /// Until that holds; fails the test when it does not within the span.
  void run_until(const std::function<bool()>& holds, Duration span = std::chrono::minutes(30));
  void start_agent();  ///< A new incarnation of its process.
  void stop_agent();

  Agent& agent() { return *agent_; }
  bool running() const { return agent_ != nullptr; }
  std::optional<Bytes> content(const std::string& path);
  bool ready() const { return server.status() && server.status()->condition.state == State::ready; }
  /// The server has a Ready status for what is in force, and all events.
  bool settled();

  static constexpr const char* directory = "/var/lib/flyball-agent";
  std::vector<std::string> lines;  ///< What the agent logged.

 private:
  void step(SteadyTime latest);

  std::unique_ptr<os::GroupedFiles> grouped_;
  std::unique_ptr<providers::Providers> providers_;
  std::unique_ptr<Agent> agent_;
  SteadyTime next_;
};

}  // namespace flyball::agent
