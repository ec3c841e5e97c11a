#pragma once

#include "agent/device_store.hpp"
#include "agent/scope.hpp"
#include "os/files.hpp"
#include "os/grouped_files.hpp"
#include "plan/plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::agent {

/// The reason of what cannot be had now: it waits and is tried again.
inline constexpr std::string_view unavailable_reason = "Unavailable";

/// What came of one step.
struct Done {
  enum class How {
    made,
    failed,
    waits,     ///< For another one that fails, or for what cannot be had now.
    rests,     ///< It failed or was fought over lately; its time has not come.
    withheld,  ///< Observed only, on hold, or past the budget.
  };
  How how = How::made;
  Condition condition;  ///< When not made.
  std::string note;     ///< When made: what could not be put back, and why.
  Change change;        ///< As planned, with the differences of contents.
  bool operator==(const Done&) const = default;
};
using Outcome = std::map<ResourceId, Done>;

/// Makes plans so. Before anything of a batch of steps is changed, the ledger holds durably what was there and what is
/// to be; a batch ends before and after each step that may change what others would find (packages, commands), so
/// that what they brought counts as what was there.
class Applier {
 public:
  /// The condition of a resource that is left alone for now, though there is something to do.
  using Resting = std::function<std::optional<Condition>(const plan::DesiredResource&)>;

  /// `grouped`: the files of the providers, when many changes of them can be made durable together; or null.
  Applier(ProviderOf provider_of, os::Files& files, os::GroupedFiles* grouped, DeviceStore& store, plan::Ledger& ledger)
      : provider_of_(std::move(provider_of)), files_(files), grouped_(grouped), store_(store), ledger_(ledger) {}

  /// Does what is not withheld. One broken resource fails alone; those that need it wait.
  Outcome apply(const plan::Plan& plan, const plan::DesiredState& desired, const Resting& resting);

  /// False after a failure to write it, until the next plan: what is on disk may still need what the one in memory
  /// does not.
  bool ledger_is_durable() const { return !reload_; }

  /// Everything in the ledger is put back, or only forgotten: this device leaves.
  enum class Leave { restore, keep };
  Outcome leave_all(Leave how);

 private:
  struct Run;

  void apply_batch(std::span<const plan::Step> batch, Run& run);
  void perform_batch(std::span<const plan::Step> batch, Run& run);
  std::optional<Done> keeps_from(const plan::Step& step, const Run& run) const;
  void adopt(Run& run);
  Result<> prepare(const plan::DesiredResource& wanted, Run& run);
  Done perform(const plan::Step& step, Run& run);
  Result<std::string> make(const plan::Step& step, Run& run);
  Result<> start_again(const plan::Step& step, const plan::DesiredResource& wanted, Run& run);
  Result<std::string> put_back(const ResourceId& id, const std::vector<std::string>& fields, Run& run);
  Result<providers::Provider*> provider_of(const ResourceId& id) const;
  Result<> open_plan(const Run& run);
  Result<> make_durable(Run& run);

  ProviderOf provider_of_;
  os::Files& files_;
  os::GroupedFiles* grouped_;
  DeviceStore& store_;
  plan::Ledger& ledger_;
  bool reload_ = false;  // What is in memory was not made durable: what is on disk counts.
};

}  // namespace flyball::agent
