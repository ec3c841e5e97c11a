#pragma once

#include "agent/content_store.hpp"
#include "agent/event_queue.hpp"
#include "agent/ledger_store.hpp"
#include "agent/state_files.hpp"
#include "base/time.hpp"
#include "model/facts.hpp"
#include "model/manifest.hpp"
#include "resources/resource.hpp"
#include "trust/device_trust.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flyball::agent {

/// Who this device is and whom it talks to; made by enrolling.
struct Identity {
  DeviceId device;
  std::string server;           ///< `https://fleet.acme.example:8443`
  std::string key_pem;          ///< Made here; never leaves.
  std::string certificate_pem;  ///< Leaf first.
  std::string ca_pem;           ///< Whom to believe.
  bool operator==(const Identity&) const = default;
};

/// What is enforced, and the floor below which nothing is taken: one record, written in one piece.
struct Adopted {
  trust::DeviceTrust trust;
  std::optional<Digest> manifest;  ///< None before the first release.
  Generation generation;
  bool deletion_approved = false;  ///< The release says so.
};

/// The resources of a manifest, their blobs decoded where this version can.
struct Resources {
  Manifest manifest;
  std::vector<Bytes> blobs;  ///< One for each resource, in the manifest's order.
};

/// A hold as it is kept: until a time of this boot's clock, or for what was left at the last look when the device
/// booted since.
struct Hold {
  std::string reason;
  std::string by;
  std::string boot;
  SteadyTime until;
  Duration left{};
};

/// The plan that was begun and may not be finished.
struct OpenPlan {
  Digest manifest;
  Sequence sequence;
  std::vector<ResourceId> steps;
};

/// All that an agent keeps on its device. Not thread-safe. Errors name the file.
///
///     identity.json        who this device is; 0600 like all of them
///     adopted.json         floor, trust, manifest, generation
///     specs-<digest>.json  the manifest in force and its spec blobs
///     contents/            file contents by digest, of the manifest and of the ledger
///     ledger.json, ledger-changes.json
///     plan.json            the open plan, while there is one
///     events-<number>.json
///     facts.json           the last known value of every fact
///     hold.json            while one is in force
class DeviceStore {
 public:
  DeviceStore(os::Files& files, os::Path directory, os::Access access);
  DeviceStore(const DeviceStore&) = delete;
  DeviceStore& operator=(const DeviceStore&) = delete;

  /// Reads events and contents; makes the directory when it is not there.
  Result<> load();

  os::Read<Identity> identity();
  Result<> save(const Identity& identity);
  os::Read<Adopted> adopted();
  Result<> save(const Adopted& adopted);

  /// `not_found` or `corrupt` when the blobs of that manifest are not here whole.
  Result<Resources> resources(const Digest& manifest);
  Result<> save(const Resources& resources);
  void forget_resources_but(const std::optional<Digest>& manifest);

  os::Read<Facts> facts();
  Result<> save_facts(const Facts& facts);
  os::Read<Hold> hold();
  Result<> save_hold(const std::optional<Hold>& hold);
  os::Read<OpenPlan> open_plan();
  Result<> open(const OpenPlan& plan);
  void close_plan();  ///< Should the power bring it back, the next reconcile closes it again.

  LedgerStore& ledger() { return ledger_; }
  ContentStore& contents() { return contents_; }
  EventQueue& events() { return events_; }
  StateFiles& state() { return state_; }

  /// Takes everything away, the identity last: this device is not enrolled any more.
  Result<> wipe();

 private:
  StateFiles state_;
  LedgerStore ledger_;
  ContentStore contents_;
  EventQueue events_;
};

/// All contents that the ledger may need to put things back.
std::set<Digest> contents_of(const plan::Ledger& ledger);

}  // namespace flyball::agent
