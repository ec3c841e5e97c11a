#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "trust/trust_document.hpp"

#include <string>
#include <string_view>

namespace flyball::trust {

/// The highest sequence that a device has accepted. Never falls, save by a trust document.
struct Floor {
  Sequence sequence;
  Digest statement;  ///< All zeros when only the number is known: the first statement with it is then taken.
  bool operator==(const Floor&) const = default;
};

/// What a device holds to judge what it is offered: written by one atomic replacement together with what was adopted.
struct DeviceTrust {
  static constexpr std::string_view kind = "flyball-device-trust@v1";

  TrustDocument document;
  std::string branch;  ///< The branch it follows, one of the document's.
  Floor floor;
  Digest key;       ///< `PublicKey::digest` of its own key.
  DeviceId device;  ///< Its name; empty until the token or a member document gave it, never changed after.
  GroupPath group;
  WallTime time_floor;  ///< No earlier than this is it, whatever the clock says.

  /// At enrolment. `denied` unless the document is the one that was pinned; `invalid` unless it is version 1 as it
  /// should be. The branch is the document's first. A device that enrols again with the same key must keep the higher
  /// of this floor and its old one: the caller's duty.
  static Result<DeviceTrust> pinned(std::string_view document, const Digest& pin, const DeviceId& device,
                                    const Digest& key);

  Bytes encode() const;  ///< Canonical, for the state directory.
  static Result<DeviceTrust> decode(std::string_view bytes);
  bool operator==(const DeviceTrust&) const = default;
};

}  // namespace flyball::trust
