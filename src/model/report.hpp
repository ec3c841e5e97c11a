#pragma once

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/change.hpp"
#include "model/condition.hpp"
#include "model/facts.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// A resource that is not Ready: why, and in which fields it differs.
struct ResourceStatus {
  ResourceId id;
  Condition condition;
  std::vector<FieldChange> differs;  ///< `before` is what was observed, `after` what is desired.
  bool operator==(const ResourceStatus&) const = default;
};

/// What a device says after a reconcile: complete, so that a newer one replaces an older one. Whichever has the higher
/// (boot, number) is newer; one of another boot id is newer when it arrives later. May be lost, may come twice.
struct StatusReport {
  std::string boot;          ///< Boot id of this incarnation.
  std::uint64_t number = 0;  ///< Grows within a boot.
  Digest statement;          ///< The accepted release statement.
  Sequence sequence;         ///< Its sequence: the device's floor.
  Digest manifest;           ///< The manifest enforced now.
  Generation generation;
  Condition condition;                    ///< The device's own: the worst of its resources', or a hold.
  std::vector<ResourceStatus> not_ready;  ///< Every resource that is not Ready, by id.
  std::uint64_t resources = 0;            ///< How many are managed.
  std::string refused;       ///< Why the newest offered release was not accepted: a code of the trust checks, or empty.
  Digest refused_statement;  ///< Which.
  std::optional<Facts> facts;  ///< Present when they changed since the last acknowledged report.
  Digest facts_digest;
  std::string agent_version;
  WallTime time;  ///< The device's own clock; for people.
  std::uint64_t events_dropped = 0;
  bool operator==(const StatusReport&) const = default;
};

/// Something that happened on a device; kept there until acknowledged, stored exactly once.
struct DeviceEvent {
  std::uint64_t number = 0;  ///< Counts up from 1 for the life of the device's identity; a gap shows as a gap.
  WallTime time;
  std::string kind;   ///< `change`, `refused`, `hold`, `started`, `overflow`, `failed`.
  Sequence sequence;  ///< The release that was enforced.
  std::optional<Change> change;
  std::string message;  ///< For people; of a failed change, why.
  bool failed = false;
  bool operator==(const DeviceEvent&) const = default;
};

}  // namespace flyball
