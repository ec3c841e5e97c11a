#pragma once

#include "compile/evaluate.hpp"
#include "compile/fleet.hpp"

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace flyball::compile {

/// Checks every field of every block once, whether or not a device uses it: unknown keys, values that no device could
/// take.
void check_blocks(const Snapshot& snapshot, const Declarations& declarations, std::vector<Diagnostic>& out);

/// Compiles devices one after the other. Devices with the same layers share what does not depend on the device: of ten
/// thousand kiosks only the resources that mention `device.…`, or a variable of the device's own, are evaluated again.
class DeviceCompiler {
 public:
  DeviceCompiler(const Snapshot& snapshot, const Declarations& declarations, Blobs& blobs, std::vector<Diagnostic>& out)
      : snapshot_(snapshot), declarations_(declarations), blobs_(blobs), out_(out) {}

  std::shared_ptr<const Manifest> compile(const DeviceDeclaration& device);

 private:
  // What devices with the same layers, their own variables left out, have in common.
  struct Shared {
    std::map<ResourceId, TreeFile> tree;
    std::set<ResourceId> ids;
    std::map<ResourceId, std::set<std::string>> uses;   // Variables, also those behind variables.
    std::map<ResourceId, std::optional<Digest>> blobs;  // Of those evaluated; none: comes out as nothing.
    std::set<ResourceId> per_device;                    // Mention the device itself.
    bool checked = false;
  };
  struct Way {
    MergedResource merged;
    Evaluated evaluated;
  };

  Shared& shared_of(const Layers& layers, const DeviceDeclaration& device);
  bool own(const Shared& shared, const ResourceId& id, const DeviceDeclaration& device) const;
  std::optional<Digest> resource(const ResourceId& id, const DeviceDeclaration& device, const Layers& layers,
                                 Shared& shared);
  Layers conditions_on(const ResourceId& id, const Layers& layers, const Shared& shared) const;
  Way way(const ResourceId& id, const DeviceDeclaration& device, const Layers& chosen, Shared& shared);
  std::shared_ptr<const Manifest> share(Manifest manifest);
  void check_device(const DeviceDeclaration& device, const Layers& layers, const Shared& shared,
                    const Manifest& manifest);

  const Snapshot& snapshot_;
  const Declarations& declarations_;
  Blobs& blobs_;
  std::vector<Diagnostic>& out_;
  std::map<Layers, Shared> shared_;
  std::map<Digest, std::shared_ptr<const Manifest>> manifests_;
  std::map<Digest, SpecBlob> specs_;  // Decoded, for the checks.
};

}  // namespace flyball::compile
