#pragma once

#include "agent/link.hpp"
#include "os/net/server.hpp"
#include "sim/event_heap.hpp"
#include "sim/trace.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace flyball::sim {

/// How the way between one device and the server is.
struct LinkQuality {
  double loss = 0;      ///< Of each message, either way. The sender does not hear of it.
  double doubling = 0;  ///< Of each request: the server gets it twice, as after a retry of something in between.
  Duration shortest = std::chrono::milliseconds(1);
  Duration longest = std::chrono::milliseconds(20);  ///< Messages overtake each other.
  bool up = true;                                    ///< Towards the server.
  bool down = true;                                  ///< Back.
};

/// The server as the network sees it.
class Frontend {
 public:
  using Respond = std::move_only_function<void(os::net::Response)>;
  virtual ~Frontend() = default;
  virtual bool listening() const = 0;
  /// `exchange` names it to `gone`.
  virtual void serve(std::uint64_t exchange, const os::net::Peer& peer, os::net::Request request, Respond respond) = 0;
  virtual void gone(std::uint64_t exchange) = 0;
};

/// Carries requests of devices to the server and answers back: late, twice, or not at all. A link carries an
/// authenticated peer; TLS itself is not modelled.
class Network {
 public:
  using Deliver = std::function<void(agent::LinkAnswer)>;

  Network(EventHeap& heap, Trace& trace, Frontend& server, std::uint64_t seed)
      : heap_(heap), trace_(trace), server_(server), random_(seed) {}

  LinkQuality& link(const std::string& device) { return links_[device]; }

  /// Each gets one answer: the server's, or an error when the time is over or the connection broke.
  std::uint64_t send(const std::string& device, const os::net::Peer& peer, agent::LinkRequest request, Deliver deliver);
  void cancel(std::uint64_t exchange);
  /// The device's process is gone and its connections with it.
  void device_died(const std::string& device);
  /// All connections to the server broke.
  void server_died();

 private:
  struct Open {
    std::string device;
    std::uint64_t id = 0;
    Deliver deliver;
    bool at_server = false;
  };
  bool lost(const LinkQuality& link) { return random_.chance(link.loss); }
  Duration delay(const LinkQuality& link);
  void arrive(std::uint64_t exchange, const os::net::Peer& peer, os::net::Request request);
  void answer(std::uint64_t exchange, Result<os::net::Response> response);
  void finish(std::uint64_t exchange, Result<os::net::Response> response);
  void tell_gone(std::uint64_t exchange, const std::string& device);

  EventHeap& heap_;
  Trace& trace_;
  Frontend& server_;
  os::sim::SimRandom random_;
  std::map<std::string, LinkQuality> links_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_ = 0;
};

}  // namespace flyball::sim
