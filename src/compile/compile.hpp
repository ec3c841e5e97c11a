#pragma once

#include "compile/fleet.hpp"
#include "model/snapshot.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace flyball::compile {

/// Compiles a repository (CONFIG.md). Pure: no clock, no files. Every mistake is found in one run.
Compiled compile(const Snapshot& snapshot);

/// Why each field of a resource of a device has its value: provenance, worked out for one device. Nothing when the
/// snapshot does not compile, or has no such device or resource.
std::optional<ResourceOrigin> explain(const Snapshot& snapshot, const DeviceId& device, const ResourceId& resource);

/// The same for many: the repository is read once. The snapshot must outlive this.
class Explainer {
 public:
  explicit Explainer(const Snapshot& snapshot);
  ~Explainer();
  std::optional<ResourceOrigin> explain(const DeviceId& device, const ResourceId& resource) const;

 private:
  struct Read;
  std::unique_ptr<Read> read_;
};

/// The line of a file of the snapshot, for `render`.
SourceLines lines_of(const Snapshot& snapshot);

/// JSON Schema (draft 7) of the files of that kind (`fleet`, `group`, …), made from the field tables.
Json json_schema(std::string_view file_kind);

}  // namespace flyball::compile
