#pragma once

#include "model/change.hpp"
#include "model/condition.hpp"
#include "plan/desired.hpp"
#include "plan/ledger.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flyball::plan {

/// What the providers read: a spec, nothing there, or why it could not be read. What is not in it was not looked at.
using ObservedState = std::map<ResourceId, Result<std::optional<Spec>>>;

/// One change of a plan and what it takes.
struct Step {
  enum class Work {
    apply,    ///< Make the spec so, put back what left of it, restart or reload.
    leave,    ///< Put back what was there before, and forget it.
    release,  ///< Only forget it.
  };
  Work work = Work::apply;
  Change change;                       ///< As shown and reported; `change.id` names the resource.
  std::optional<Spec> spec;            ///< When applied: what is wanted.
  std::vector<std::string> restores;   ///< When applied: fields that leave and have a value to return to.
  std::optional<ResourceId> replaces;  ///< When applied: what is managed at this place until now, of another kind.
  bool restart = false;
  bool reload = false;
  std::vector<ResourceId> after;      ///< Waits while one of these fails.
  std::optional<Condition> withheld;  ///< Shown and reported, not done, and why.

  /// The changes that a provider is to make: without those that only say that a service is started again.
  std::vector<FieldChange> field_changes() const;
  bool operator==(const Step&) const = default;
};

/// The ordered changes; empty means converged.
struct Plan {
  std::vector<Step> steps;
  std::vector<ResourceId> adoptions;           ///< As wanted already; only the ledger has to learn of it.
  std::map<ResourceId, Condition> conditions;  ///< Resources that cannot be planned, and why.

  bool empty() const { return steps.empty() && adoptions.empty(); }
  bool operator==(const Plan&) const = default;
};

// Names of the two changes that no field stands for.
inline constexpr std::string_view restart_field = "restart";
inline constexpr std::string_view reload_field = "reload";

}  // namespace flyball::plan
