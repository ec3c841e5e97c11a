#pragma once

#include "agent/agent.hpp"
#include "agent/desired_state.hpp"
#include "agent/device_store.hpp"
#include "agent/fetch.hpp"
#include "agent/line.hpp"
#include "agent/reconciler.hpp"
#include "agent/renewal.hpp"
#include "agent/reporter.hpp"
#include "trust/check.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace flyball::agent {

/// An offer that passed the checks of its envelope and whose blobs are being fetched.
struct Incoming {
  trust::Offer offer;
  std::optional<Manifest> manifest;
  std::map<Digest, Bytes> blobs;  // Spec blobs, those at hand already among them.
  bool contents = false;          // All blobs are there; now the contents.
  std::optional<trust::Refusal> refusal;
};

struct Agent::Impl {
  Impl(Settings settings, const os::Host& host, ProviderOf provider_of, Link& link);

  // agent.cpp
  Result<> load();
  SteadyTime run_due();
  void take(const LinkAnswer& answer);
  AgentStatus status();
  SteadyTime next_wake(SteadyTime now);
  void log(int priority, const std::string& line) const;

  // keeping.cpp: the device and what is wanted of it
  void look();
  void reconcile_if_due(SteadyTime now);
  void reconcile(const Scope& scope);
  void log_events(const std::vector<DeviceEvent>& events);
  void refresh_facts();
  void take_desired(const Resources& resources);
  void resolve_again();
  void watch_all();
  void forget_unused();
  void report();
  StatusReport status_report();
  Condition condition();
  bool holds(SteadyTime now);
  void keep_rest_of_hold();
  Result<> hold(Duration length, const std::string& reason, const std::string& by);
  Result<> end_hold(const std::string& why);

  // adopting.cpp: what the server offers
  void ask(SteadyTime now);
  void take_desired_answer(const Reply& reply);
  void take_wake(std::uint64_t wake);
  void consider(const Bytes& envelope);
  void refuse(trust::Code code, const std::string& message, const std::optional<Digest>& statement);
  void begin(const trust::Offer& offer);
  void fetch_goes_on();
  void take_manifest();
  void fetch_contents();
  void take_offer();
  Result<> adopt(const trust::Offer& offer, const Resources* resources);
  void fetch_missing(SteadyTime now);

  Settings settings;
  os::Host host;
  DeviceStore store;
  Reconciler reconciler;
  Line line;
  Caller poll;
  Fetch fetch;
  Renewal renewal;
  std::optional<Reporter> reporter;
  std::string boot;

  Identity identity;
  Adopted adopted;
  std::optional<Resolution> resolution;  // Nothing: no release yet, or its blobs are damaged.
  Facts facts;
  std::optional<Hold> held;

  std::deque<LinkAnswer> inbox;
  bool woken = true;
  bool full_check = true;
  unsigned again = 0;  // How often in a row a reconcile asked for another at once.
  SteadyTime resync_at;
  std::map<os::Watch, std::set<ResourceId>> watched;
  Scope dirty;

  std::optional<Incoming> incoming;
  bool mending = false;  // The fetch is for contents that were lost.
  Backoff mend_backoff;
  std::optional<Digest> seen;
  std::uint64_t wake_number = 0;
  bool timing_waits = false;
  std::string refused;
  Digest refused_statement;

  std::uint64_t reconciles = 0;
  std::uint64_t corrections = 0;
};

}  // namespace flyball::agent
