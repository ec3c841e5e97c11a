#pragma once

#include "base/time.hpp"
#include "plan/plan.hpp"

#include <cstddef>

namespace flyball::plan {

/// What has to change so that the device is as desired: pure, deterministic. Resources that were not observed are left
/// out unless they leave. Leavings past the device's own budget are in the plan, withheld.
Plan make_plan(const DesiredState& desired, const ObservedState& observed, const Ledger& ledger);

/// How many resources may leave in one plan without a release that says so: the larger of 20 and a fifth of the ledger.
std::size_t deletion_budget(const Ledger& ledger);

/// Whether correction stands still on this device.
enum class Hold { no, yes };

/// What may not be done now is kept in the plan and marked: all of it while a hold is in force, and what is only
/// observed.
Plan withhold(Plan plan, const DesiredState& desired, Hold hold);

/// What `restart_on` or `reload_on` names, as one digest: it moves when what is wanted of one of them moves.
Digest digest_of(const std::vector<ResourceId>& ids, const DesiredState& desired);

/// What of the entry left git while its resource stayed, whether or not there is something to put back.
std::vector<std::string> leaving_fields(const LedgerEntry& entry, const DesiredResource& wanted);

}  // namespace flyball::plan
