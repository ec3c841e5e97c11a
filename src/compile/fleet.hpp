#pragma once

#include "base/diagnostic.hpp"
#include "base/digest.hpp"
#include "model/ids.hpp"
#include "model/labels.hpp"
#include "model/manifest.hpp"
#include "resources/resource.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flyball::compile {

/// Which layer of the precedence said something, and where: `groups/kiosks.yaml:15:14`, `group kiosks`.
struct Origin {
  Place at;
  std::string layer;  ///< `profile linux-base`, `group kiosks`, `device kiosk-0042`, `override kiosk-0042-fair`, …
  bool operator==(const Origin&) const = default;
};

/// Why a field has its value.
struct FieldOrigin {
  struct Use {
    std::string variable;  ///< `vars.url`
    Origin set;
    std::vector<Origin> over;  ///< What that value overrode, nearest first.
    bool operator==(const Use&) const = default;
  };
  std::string field;  ///< `content`
  Origin set;
  std::vector<Origin> over;  ///< What it overrode, nearest first.
  std::vector<Use> uses;
  bool operator==(const FieldOrigin&) const = default;
};

/// Why a device has a resource, field by field.
struct ResourceOrigin {
  Origin set;  ///< The nearest line that names the resource.
  std::vector<FieldOrigin> fields;
  std::string docs;  ///< `docs:` of the nearest item that has one, or empty.
  bool operator==(const ResourceOrigin&) const = default;
};

/// One device as git declares it.
struct FleetDevice {
  DeviceId id;
  GroupPath group;
  Labels labels;
  std::string serial;                        ///< Or empty.
  Place at;                                  ///< Where it is declared.
  std::shared_ptr<const Manifest> manifest;  ///< Shared by equal devices.
  Digest digest;                             ///< Of the manifest.
};

/// Limits on what one release may do without a recorded approval (`guards:` of fleet.yaml).
struct Guards {
  double max_delete_percent = 5;
  std::uint64_t max_devices = 500;
  bool operator==(const Guards&) const = default;
};

/// A snapshot, compiled. The same snapshot gives the same fleet, byte for byte, on any machine.
struct Fleet {
  static constexpr std::int64_t compiler_version = 1;  ///< Of the output format; equal versions, equal bytes.

  RepositoryId repository;  ///< `id:` of fleet.yaml.
  std::string name;
  Guards guards;
  std::map<DeviceId, FleetDevice> devices;
  std::vector<GroupPath> groups;  ///< All groups of the tree, sorted.
  Blobs blobs;                    ///< Spec blobs and contents of all manifests, by digest.
  Digest policy;                  ///< Of guards and whatever else steers releases.
  Digest snapshot;                ///< Over (path, mode, content) of the files that were read (TRUST section 3.3).

  /// The decoded spec of a resource of that device, or null.
  std::optional<SpecBlob> spec(const FleetDevice& device, const ResourceId& id) const;
};

/// What compiling gave: a fleet, unless there is an error among the diagnostics. Warnings may come with a fleet.
struct Compiled {
  std::optional<Fleet> fleet;
  std::vector<Diagnostic> diagnostics;  ///< Sorted by place; all of them, from one run.
  std::size_t files = 0;                ///< How many files of configuration were read.
};

}  // namespace flyball::compile
