#pragma once

#include "compile/fleet.hpp"
#include "model/change.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile {

/// A change that a new revision means, the same on every device named: the unit of `flyball plan`.
struct FleetChange {
  enum class What {
    add,      ///< Newly managed.
    change,   ///< Managed before and after, differently.
    remove,   ///< Newly `ensure: absent`: it will be deleted.
    restore,  ///< Gone from git: what was there before Flyball returns.
    release,  ///< `null` in git: managed no more, left as it is.
  };
  What what = What::change;
  ResourceId id;
  std::vector<FieldChange> fields;  ///< Before and after, contents as bounded unified diffs, sensitive ones masked.
  std::vector<ResourceId>
      restarts;  ///< Services that restart and commands that run again because of it, on these devices.
  std::vector<DeviceId> devices;  ///< Sorted.
  std::vector<GroupPath> groups;  ///< The groups these are in.
  bool leaves() const { return what == What::remove || what == What::restore || what == What::release; }
};

/// What differs between two fleets, as devices would see it.
struct FleetPlan {
  std::vector<FleetChange> changes;  ///< Deletions first, then restores, releases, changes, additions; by id.
  std::vector<DeviceId> added;       ///< Devices that git names now and did not before.
  std::vector<DeviceId> gone;
  std::set<DeviceId> affected;        ///< Devices whose manifest changes.
  std::size_t devices = 0;            ///< All devices of the new fleet.
  std::vector<ResourceId> unchanged;  ///< Distinct resources that stay as they are.
  std::size_t leaving = 0;  ///< (device, resource) pairs that leave: gone, released or newly absent; as `judge` counts.
  std::size_t managed = 0;  ///< All such pairs managed before.
};

/// The word for it on screen: `add`, `change`, `delete`, `restore`, `release`.
std::string_view name(FleetChange::What what);

/// `before` null: everything is new.
FleetPlan compare(const Fleet* before, const Fleet& after);

/// A guard that trips: what a person must approve before the release goes on, in words with numbers.
struct Tripped {
  std::string guard;    ///< `max_delete`, `max_devices`, `emptied_kind`, `shrinks_by_half`
  std::string message;  ///< `12.5 % of the managed resources would leave (limit 5 %): 30 of 240`
  bool operator==(const Tripped&) const = default;
};

/// Judges a new fleet by the guards of the one before (DECISIONS 7). Empty: nothing trips.
std::vector<Tripped> judge(const Fleet& before, const Fleet& after);

}  // namespace flyball::compile
