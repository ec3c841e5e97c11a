#pragma once

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/manifest.hpp"
#include "trust/device_trust.hpp"
#include "trust/envelope.hpp"
#include "trust/member.hpp"
#include "trust/refusal.hpp"
#include "trust/statement.hpp"

#include <optional>
#include <string_view>

/// The device's checks of what it is offered, in their order (numbers as in the design):
///
///     1 form   2 trust documents   3 whose and by which duties   4 signatures   5 floor   6 who I am   7 proof
///     8 manifest and blobs   10 time to begin   11 age of the approval   12 keep, then adopt
///
/// `check` does 1 to 7 and needs only the envelope. The agent then fetches, calls `check_manifest` and `check_bytes`
/// (8), lets its planner judge, calls `timing` (10, 11), and writes `adopted(...)` before it adopts (12).
/// 9, the device's own view of the risk, comes with people's signatures.
/// On every refusal what runs stays, and only reports change.
namespace flyball::trust {

/// The furthest that a sequence may lie above the floor.
inline constexpr std::uint64_t max_step = std::uint64_t{1} << 20U;

/// What passed checks 1 to 7.
struct Offer {
  ReleaseStatement statement;
  Digest statement_digest;
  Digest manifest;
  Member member;
  bool operator==(const Offer&) const = default;
};

struct Verdict {
  /// What to keep now, whatever the rest says: differs from what was held only when trust documents were taken
  /// (check 2 stores them at once). The floor moves by `adopted`.
  DeviceTrust held;
  bool trust_moved = false;
  /// The digest of the statement, if the envelope could be read so far: to be sent as `seen`. Without one the agent
  /// must wait before it asks again.
  std::optional<Digest> statement;
  Checked<Offer> offer;
};

/// Checks 1 to 7. Pure: no clock is asked, since none of them depends on the time.
Verdict check(std::string_view envelope, const DeviceTrust& held);

// The checks one by one; `check` runs them in this order.
Checked<Envelope> check_form(std::string_view envelope);                                                           // 1
Checked<DeviceTrust> check_trust_chain(const Envelope& envelope, const DeviceTrust& held);                         // 2
Checked<> check_addressee(const ReleaseStatement& statement, const DeviceTrust& held);                             // 3
Checked<> check_signatures(const Envelope& envelope, const ReleaseStatement& statement, const DeviceTrust& held);  // 4
Checked<> check_floor(const ReleaseStatement& statement, const Digest& digest, const DeviceTrust& held);           // 5
Checked<Member> check_member(const Envelope& envelope, const DeviceTrust& held);                                   // 6
Checked<> check_inclusion(const Envelope& envelope, const ReleaseStatement& statement, const Member& member);      // 7

/// 8, for the manifest: `digest` when the bytes are others, `unplannable` when they are no manifest.
Checked<Manifest> check_manifest(const Offer& offer, std::string_view bytes);
/// 8, for any blob.
Checked<> check_bytes(const Digest& wanted, std::string_view bytes);

enum class Timing {
  due,      ///< Adopt.
  waiting,  ///< Before `not_before`: condition `Waiting`.
  stale,    ///< Past `expires`: refuse with `stale-approval`.
};
/// 10 and 11. What this device adopted already is always due: expiry is an alarm, never a stop.
Timing timing(const Offer& offer, const DeviceTrust& held, WallTime clock);

/// 12: what to write before the offer is adopted: floor, name, group.
DeviceTrust adopted(const Offer& offer, const DeviceTrust& held);

}  // namespace flyball::trust
