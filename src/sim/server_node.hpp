#pragma once

#include "os/sim/host.hpp"
#include "server/server.hpp"
#include "sim/network.hpp"
#include "sim/sim_store.hpp"
#include "source/source.hpp"

#include <functional>
#include <memory>
#include <string>

namespace flyball::sim {

/// The server of a world on a machine of its own: the real core over simulated ports, a repository in memory and
/// SQLite in memory. Its process may die anywhere and its machine lose power; then it comes back by itself.
class ServerNode : public Frontend {
 public:
  /// Told when the process has died, so that the network can break its connections.
  using Died = std::function<void()>;

  ServerNode(EventHeap& heap, Trace& trace, std::uint64_t seed);
  ~ServerNode() override;

  void on_died(Died died) { died_ = std::move(died); }
  void start();
  void set_faults(os::sim::FaultPlan plan) { host_.set_faults(std::move(plan)); }
  void kill(os::sim::Fault::Kind kind);  ///< From outside.

  /// A commit on top of the branch, and the push that tells of it.
  Revision push(std::map<std::string, std::string> files, std::string subject);
  source::MemorySource& repository() { return repository_; }
  /// A request of the admin; an error when the server is down or died over it.
  Result<os::net::Response> admin(const std::string& method, const std::string& target, const Json& body);
  /// A request of a device outside the network, answered at once: to set a world up.
  Result<os::net::Response> ask(const os::net::Peer& peer, os::net::Request request);
  const std::string& ca_certificate() const { return server_->ca_certificate(); }
  store::Store& store() { return *store_; }  ///< For oracles: without faults.
  std::uint64_t deaths() const { return deaths_; }

  bool listening() const override { return server_ != nullptr; }
  void serve(std::uint64_t exchange, const os::net::Peer& peer, os::net::Request request, Respond respond) override;
  void gone(std::uint64_t exchange) override;

 private:
  /// Runs something of the server; what ends it there is seen to. False when it ended.
  bool guarded(const std::function<void()>& work);
  void died(std::string_view how);
  void run();
  void schedule(Duration when);

  EventHeap& heap_;
  Trace& trace_;
  os::sim::SimHost host_;
  os::sim::SimRandom random_;
  std::unique_ptr<store::Store> store_;
  SimStore sim_store_;
  source::MemorySource repository_;
  server::DirectLookout lookout_;
  std::unique_ptr<server::Server> server_;
  std::map<std::uint64_t, server::Server::ExchangeId> waiting_;
  std::string admin_token_;
  Died died_;
  std::optional<Duration> due_;  // Of the next run; earlier and later ones in the heap do nothing.
  std::uint64_t deaths_ = 0;
};

}  // namespace flyball::sim
