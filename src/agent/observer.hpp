#pragma once

#include "agent/scope.hpp"
#include "os/files.hpp"
#include "os/watches.hpp"
#include "plan/plan.hpp"

#include <map>
#include <set>

namespace flyball::agent {

/// Asks the providers what is there. Reads only.
class Observer {
 public:
  explicit Observer(ProviderOf provider_of) : provider_of_(std::move(provider_of)) {}

  /// All managed resources in that scope.
  plan::ObservedState observe(const plan::DesiredState& desired, const plan::Ledger& ledger, const Scope& scope) const;

  /// What would tell early that one of them moved, and which.
  std::map<os::Watch, std::set<ResourceId>> watches(const plan::DesiredState& desired,
                                                    const plan::Ledger& ledger) const;

  /// The files and directories that the managed resources are kept in.
  std::set<os::Path> paths(const plan::Ledger& ledger) const;

 private:
  Result<std::optional<Spec>> observe_one(const plan::DesiredResource& wanted, const plan::Ledger& ledger,
                                          const std::set<ResourceId>& managed) const;

  ProviderOf provider_of_;
};

/// The managed resources whose entries do not say that they were made as they are wanted now.
std::set<ResourceId> unfinished(const plan::DesiredState& desired, const plan::Ledger& ledger);

/// The notes of the entry, if the resource's own kind wrote them.
const Json& notes_of(const plan::Ledger& ledger, const ResourceId& id);

}  // namespace flyball::agent
