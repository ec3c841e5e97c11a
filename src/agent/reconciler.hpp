#pragma once

#include "agent/applier.hpp"
#include "agent/device_store.hpp"
#include "agent/observer.hpp"
#include "agent/retry.hpp"
#include "agent/scope.hpp"
#include "model/report.hpp"
#include "os/host.hpp"
#include "plan/make_plan.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace flyball::agent {

/// What a reconcile has to tell.
struct Reconciled {
  std::vector<DeviceEvent> events;  ///< Changes made and first failures; not numbered yet.
  std::size_t corrections = 0;
  bool again = false;  ///< What was done moved something else: look again at once.
};

/// The loop of one device. Keeps what is known of each resource between reconciles, all of which may be forgotten:
/// what must outlive a crash is in the store.
class Reconciler {
 public:
  Reconciler(const os::Host& host, ProviderOf provider_of, DeviceStore& store, os::GroupedFiles* grouped = nullptr);

  Result<> load();  ///< The ledger; also again after a failure.

  Reconciled reconcile(const plan::DesiredState& desired, const Scope& scope, plan::Hold hold);

  /// What a reconcile of everything would do. Changes nothing.
  plan::Plan preview(const plan::DesiredState& desired, plan::Hold hold) const;

  Applier& applier() { return applier_; }
  const plan::Ledger& ledger() const { return ledger_; }
  const Observer& observer() const { return observer_; }

  /// A new release: what rested is tried at once.
  void forget_failures();
  std::optional<SteadyTime> next_try() const;     ///< When the first of the resources that rest is due again.
  Scope due_tries(SteadyTime now) const;          ///< Those whose time has come.
  std::vector<ResourceStatus> not_ready() const;  ///< By id.

 private:
  /// A resource that failed, or that somebody fights us over, and when it is tried again.
  struct Rest : Backoff {
    Condition condition;
    Digest digest;  // Of what was wanted: something else is tried at once.
  };

  /// Corrections of one resource lately.
  struct Fight {
    std::vector<SteadyTime> corrections;
    unsigned rounds = 0;  // How often in a row it was too many.
  };

  void clear_temporaries();
  Scope widened(const Scope& asked, const plan::DesiredState& desired);
  std::optional<Condition> resting(const plan::DesiredResource& wanted) const;
  plan::ObservedState read_back(const plan::DesiredState& desired, const plan::ObservedState& before,
                                const Outcome& outcome) const;
  Reconciled make_report(const plan::DesiredState& desired, const Scope& scope, const plan::Plan& plan,
                         const Outcome& outcome, const plan::Plan& remaining);
  void tell_made(const plan::DesiredState& desired, const Done& done, Reconciled& report);
  void tell_failed(const plan::DesiredState& desired, const ResourceId& id, const Done& done, Reconciled& report);
  void count_correction(const plan::DesiredResource& wanted, const std::string& cause);
  void forget_recovered(const Scope& scope, const Outcome& outcome, const plan::Plan& remaining);
  void rest(const ResourceId& id, const plan::DesiredState& desired, const Condition& condition);

  os::Host host_;
  DeviceStore& store_;
  plan::Ledger ledger_;
  Observer observer_;
  Applier applier_;
  std::map<ResourceId, ResourceStatus> not_ready_;
  std::set<ResourceId> unfinished_;  // As of the last full look.
  std::map<ResourceId, Rest> resting_;
  std::map<ResourceId, Fight> fights_;
  std::map<ResourceId, std::string> causes_;  // Who moved what is not put right yet.
};

}  // namespace flyball::agent
