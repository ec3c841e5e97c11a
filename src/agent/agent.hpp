#pragma once

#include "agent/link.hpp"
#include "agent/scope.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/ids.hpp"
#include "model/report.hpp"
#include "os/grouped_files.hpp"
#include "os/host.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::agent {

/// A line for people: one of syslog's priorities and a sentence.
using Log = std::function<void(int priority, const std::string& line)>;

struct Settings {
  os::Path directory = "/var/lib/flyball-agent";  ///< Where identity, last good state, ledger and queues lie.
  os::Access access;                              ///< Of the files it keeps there.
  std::string version = "0";                      ///< Of this program, for reports.
  Duration resync = std::chrono::minutes(5);      ///< The full check comes after between half of this and this.
  Facts facts;                                    ///< What the adapter found out about the device at start.
  Log log;                                        ///< May be empty.
  /// The files of host and providers, when many changes of them can be made durable together; or null.
  os::GroupedFiles* grouped = nullptr;
};

/// A stop of correction, in force until it ends.
struct HoldStatus {
  std::string reason;
  std::string by;
  Duration left{};
};

/// What people and tests may look at; a copy.
struct AgentStatus {
  DeviceId device;
  std::string server;
  bool connected = false;  ///< The last request that ended was answered by the server.
  std::string link_error;  ///< Why not, when not.
  Sequence sequence;       ///< The floor.
  Digest statement;
  Digest manifest;  ///< Enforced now; all zeros when there is none yet.
  Generation generation;
  Condition condition;
  std::vector<ResourceStatus> not_ready;
  std::uint64_t resources = 0;
  std::string refused;              ///< Code of the newest refusal, or empty.
  std::uint64_t queued_events = 0;  ///< Not yet acknowledged.
  std::optional<HoldStatus> hold;
  std::uint64_t reconciles = 0;   ///< In this incarnation.
  std::uint64_t corrections = 0;  ///< Corrective changes made in this incarnation.
};

/// The agent of one device: decides what to ask, what to do and when to come back; touches the world only through the
/// ports and the link. Synchronous, one thread, deterministic: time and randomness are ports too. An exception of a
/// port (a simulated power cut) passes through and leaves the object fit only for destruction; the disk is valid at
/// every step.
///
///     auto agent = TRY(Agent::open(settings, host, provider_of, link));
///     for (;;) { wait_until(agent->run_due()) or an answer or a fired watch; agent->handle(answer) or agent->wake(); }
class Agent {
 public:
  /// Reads the state directory. `not_found` when this device is not enrolled.
  static Result<std::unique_ptr<Agent>> open(Settings settings, const os::Host& host, ProviderOf provider_of,
                                             Link& link);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void handle(const LinkAnswer& answer);  ///< Takes an answer in; acting on it is left to `run_due`.
  void wake();                            ///< A watch fired: the next `run_due` looks at what is dirty.

  /// Does all that is due now and says when to be called again if nothing else happens before.
  SteadyTime run_due();

  AgentStatus status() const;
  void sync();  ///< The next `run_due` checks everything and asks the server now.
  /// Stops correction for at most a day (DECISIONS 29); reported. `invalid` for a longer time or no reason.
  Result<> hold(Duration length, const std::string& reason, const std::string& by);
  Result<> end_hold();

  struct Impl;
  explicit Agent(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace flyball::agent
