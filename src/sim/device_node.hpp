#pragma once

#include "agent/agent.hpp"
#include "os/sim/host.hpp"
#include "providers/provider.hpp"
#include "sim/network.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace flyball::sim {

/// A device of a world: a simulated machine with the real agent core on it. The agent's process may die anywhere and
/// the machine lose power anywhere; then they come back by themselves, as systemd and the next morning see to it.
class DeviceNode {
 public:
  DeviceNode(EventHeap& heap, Trace& trace, Network& network, os::sim::SimHostOptions options, std::size_t index);
  ~DeviceNode();
  DeviceNode(const DeviceNode&) = delete;
  DeviceNode& operator=(const DeviceNode&) = delete;

  const std::string& name() const { return host_.name(); }
  const Facts& facts() const { return facts_; }
  /// Makes this device a member of the fleet with that token; `ask` carries a request to the server at once.
  using Ask = std::function<Result<os::net::Response>(const os::net::Peer&, os::net::Request)>;
  Result<> enrol(const std::string& token, const Ask& ask);
  void start();

  void kill(os::sim::Fault::Kind kind);  ///< From outside.
  void reboot();                         ///< An orderly one.
  /// Somebody did something on the device: what watches it is told.
  void nudge();

  /// S9: from now on a write of the agent elsewhere is a violation.
  void confine(std::function<bool(const os::Path&)> may_touch);

  os::sim::SimHost& host() { return host_; }
  const os::sim::SimHost& host() const { return host_; }
  /// Null while the agent does not run.
  agent::Agent* agent() { return agent_.get(); }
  std::uint64_t deaths() const { return deaths_; }
  /// What the checks along the way found: empty in a good run.
  const std::vector<std::string>& violations() const { return violations_; }

  static constexpr const char* agent_directory = "/var/lib/flyball-agent";

 private:
  class NodeLink;
  bool guarded(const std::function<void()>& work);
  void died(bool power, const std::string& how);
  void run();
  void schedule(Duration when);
  void read_certificate();
  void check_floor();

  EventHeap& heap_;
  Trace& trace_;
  Network& network_;
  os::sim::SimHost host_;
  os::sim::SimRandom random_;
  std::size_t index_;
  Facts facts_;
  os::net::Peer peer_;
  std::unique_ptr<providers::Providers> providers_;
  std::unique_ptr<NodeLink> link_;
  std::unique_ptr<agent::Agent> agent_;
  std::optional<Duration> due_;
  Duration written_back_{};
  std::uint64_t deaths_ = 0;
  Sequence floor_;
  std::vector<std::string> violations_;
};

}  // namespace flyball::sim
