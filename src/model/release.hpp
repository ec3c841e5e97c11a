#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball {

/// Where a revision stands on its way to the devices.
enum class ReleaseState {
  held,      ///< A guard tripped; it waits for a recorded approval.
  in_force,  ///< Offered to devices.
  replaced,  ///< A newer one is in force, or came while this was held.
};
std::string_view name(ReleaseState state);
std::optional<ReleaseState> parse_release_state(std::string_view word);

/// An accepted revision.
struct Release {
  Sequence sequence;
  Revision revision;
  std::string subject;  ///< First line of the commit's message.
  std::string author;   ///< As git says: `Ana Berg <ana@acme.example>`.
  Digest root;          ///< Merkle root over the manifests of all devices.
  Digest statement;     ///< Digest of the signed statement.
  ReleaseState state = ReleaseState::in_force;
  std::vector<std::string> held;  ///< The guards that tripped, in words. Empty when none did.
  std::string approved_by;        ///< Who let it pass its guards, or empty.
  std::string approval_reason;
  WallTime time;  ///< When it was accepted.
  bool operator==(const Release&) const = default;
};

/// A line of the audit log. The hash of each covers the one before (TRUST section 7).
struct Event {
  std::uint64_t n = 0;  ///< From 1, without gaps.
  WallTime time;
  std::string kind;     ///< `release`, `assignment`, `approval`, `enrolment`, `device`, `token`, `refused`, `start`, …
  std::string actor;    ///< `server`, `device kiosk-0042`, `admin`, a person.
  std::string subject;  ///< What it is about: `release 415`, `device kiosk-0042`.
  std::string cause;    ///< What brought it about, or empty.
  Bytes body;           ///< Canonical JSON with the details.
  Digest hash;
  bool operator==(const Event&) const = default;
};

/// The hash of an entry: SHA-256(0x02 ‖ previous hash ‖ SHA-256(entry)), the first previous being
/// SHA-256(`flyball-log@v1` ‖ 0 ‖ repository).
Digest first_hash(const RepositoryId& repository);
Digest event_hash(const Digest& previous, const Event& event);

}  // namespace flyball
