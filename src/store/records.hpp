#pragma once

#include "model/condition.hpp"
#include "model/ids.hpp"
#include "model/release.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flyball::store {

/// A release with what devices need of it.
struct StoredRelease {
  Release release;
  Bytes statement;  ///< The signed statement's exact bytes; empty while it is held.
  Bytes signature;
  bool operator==(const StoredRelease&) const = default;
};

/// A device that enrolled, and what it was assigned last.
struct DeviceRecord {
  DeviceId id;
  Digest key;        ///< SHA-256 of its public key.
  Bytes public_key;  ///< SubjectPublicKeyInfo, DER.
  WallTime enrolled;
  bool refused = false;    ///< An admin refused its key: it gets nothing more.
  std::uint64_t wake = 0;  ///< Raised by *sync*.
  Sequence assigned;       ///< 0: nothing yet.
  Digest manifest;         ///< Of what it was assigned.
  Generation generation;   ///< How often that changed.
  bool operator==(const DeviceRecord&) const = default;
};

/// The latest status report of a device.
struct StatusRecord {
  DeviceId id;
  WallTime received;
  State state = State::ready;
  Sequence sequence;
  Digest manifest;
  std::string boot;
  std::uint64_t number = 0;
  Bytes body;  ///< The report as it came, canonical JSON.
  bool operator==(const StatusRecord&) const = default;
};

/// The facts a device last told.
struct FactsRecord {
  DeviceId id;
  WallTime received;
  Digest digest;
  Bytes body;  ///< Canonical JSON object.
  bool operator==(const FactsRecord&) const = default;
};

/// An event of a device, once. The key tells incarnations of one name apart.
struct DeviceEventRecord {
  std::uint64_t id = 0;  ///< Given by the store, in the order of arrival.
  DeviceId device;
  Digest key;
  std::uint64_t number = 0;
  WallTime received;
  WallTime time;  ///< By the device's clock.
  std::string kind;
  std::string resource;  ///< Or empty.
  std::string reason;    ///< `intended`, `corrective` or empty.
  Sequence sequence;
  Bytes body;  ///< Canonical JSON.
  bool operator==(const DeviceEventRecord&) const = default;
};

/// The public half of an enrolment token, and the device it is for.
struct EnrolmentToken {
  Digest id;  ///< SHA-256 of its public key.
  Bytes public_key;
  DeviceId device;
  WallTime created;
  WallTime expires;
  std::optional<WallTime> used;
  bool operator==(const EnrolmentToken&) const = default;
};

/// A token of a person or program for the API. Only its hash is kept.
struct ApiToken {
  std::string id;
  Digest hash;
  std::string person;
  std::vector<std::string> roles;
  WallTime created;
  WallTime expires;
  bool operator==(const ApiToken&) const = default;
};

}  // namespace flyball::store
