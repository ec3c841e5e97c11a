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

/// Compiles devices one after the other. Devices with the same layers and the same names of own variables share what
/// does not depend on the device: of ten thousand kiosks only the resources that mention `device.…`, or a variable of
/// the device's own, are evaluated again.
class DeviceCompiler {
 public:
  DeviceCompiler(const Snapshot& snapshot, const Declarations& declarations, Blobs& blobs, std::vector<Diagnostic>& out)
      : snapshot_(snapshot), declarations_(declarations), blobs_(blobs), out_(out) {}

  struct Compiled {
    std::shared_ptr<const Manifest> manifest;
    Digest digest;
  };
  Compiled compile(const DeviceDeclaration& device);

 private:
  // What decides which resources a device has, and which of them are its own.
  struct Likeness {
    Layers layers;  // The device's own block left out when it only sets variables.
    std::vector<std::string> variables;
    auto operator<=>(const Likeness&) const = default;
  };
  // An entry of a manifest, with its text there.
  struct Line {
    Manifest::Entry entry;
    Bytes text;
  };
  using Specs = std::map<ResourceId, SpecBlob>;
  // What alike devices have in common.
  struct Shared {
    std::map<ResourceId, TreeFile> tree;
    std::map<ResourceId, std::set<std::string>> uses;  // Of every resource: variables, also those behind variables.
    std::vector<ResourceId> own;                       // Mention the device itself or its variables; sorted.
    std::vector<Line> common;                          // The others.
    std::optional<Compiled> whole;                     // When none is a device's own.
  };
  struct Way {
    MergedResource merged;
    Evaluated evaluated;
  };

  Likeness likeness_of(const Layers& layers, const DeviceDeclaration& device) const;
  void find_resources(const Layers& layers, const DeviceDeclaration& device, Shared& shared) const;
  bool mentions_device(const Written& written, const Layers& layers, std::set<std::string>& uses) const;
  std::vector<Line> lines_of(const std::vector<ResourceId>& ids, const DeviceDeclaration& device, const Layers& layers,
                             const Shared& shared, Specs* specs);
  std::optional<SpecBlob> resource(const ResourceId& id, const DeviceDeclaration& device, const Layers& layers,
                                   const Shared& shared);
  Layers conditions_on(const ResourceId& id, const Layers& layers, const Shared& shared) const;
  Way way(const ResourceId& id, const DeviceDeclaration& device, const Layers& chosen, const Shared& shared);
  Compiled put_together(const std::vector<Line>& common, const std::vector<Line>& own);

  const Snapshot& snapshot_;
  const Declarations& declarations_;
  Blobs& blobs_;
  std::vector<Diagnostic>& out_;
  std::map<Likeness, Shared> shared_;
  std::map<Digest, std::shared_ptr<const Manifest>> manifests_;
};

}  // namespace flyball::compile
