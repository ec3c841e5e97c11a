#pragma once

#include "plan/desired.hpp"
#include "plan/ledger.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace flyball::plan {

/// What a resource waits for: what it says it needs, and what it needs by nature: the directory it lies in, the user
/// and group that own it, the package its service came with, what it is restarted for.
struct Dependencies {
  std::set<ResourceId> blocking;  ///< While one of them fails, it waits.
  std::set<ResourceId> ordering;  ///< Only comes after them.
};

/// The dependencies of all managed resources; only those that are managed too are named.
std::map<ResourceId, Dependencies> dependencies_of(const DesiredState& desired);

/// All managed resources, each after what it depends on; ties by groups, users, packages, directories, files, the
/// rest, services, and then by id.
std::vector<ResourceId> order_of(const std::map<ResourceId, Dependencies>& dependencies);

/// What follows from a desired state alone.
struct Arrangement {
  std::map<ResourceId, Dependencies> dependencies;
  std::map<ResourceId, std::size_t> position;                ///< In the order.
  std::set<ResourceId> managed;                              ///< All that git wants.
  std::map<ResourceId, std::vector<ResourceId>> started_by;  ///< Whom a change of it starts again.
  std::map<Place, DesiredResource::Outcome> places;          ///< What git says of them; nothing of those it leaves.
};
std::shared_ptr<const Arrangement> arrange(const DesiredState& desired);
/// The one that the desired state carries, or else a new one.
std::shared_ptr<const Arrangement> arrangement_of(const DesiredState& desired);

/// A resource that leaves, and those that leave before it because they need it.
struct Leaver {
  ResourceId id;
  std::vector<ResourceId> after;
};

/// Entries that leave, in reverse of the order in which they would have come.
std::vector<Leaver> leaving_order(const std::vector<const LedgerEntry*>& leaving);

}  // namespace flyball::plan
