#pragma once

#include "compile/declarations.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flyball::compile {

/// The blocks that apply to one device, low to high: fleet.yaml, then per step of the group's path its profiles, the
/// group and its `when` blocks, then the device and its overrides. Blocks that only the device can decide on are among
/// them, with their condition.
using Layers = std::vector<const Block*>;

Layers layers_of(const Declarations& declarations, const DeviceDeclaration& device);

/// Two profiles that one group uses and that disagree, unknown profiles, devices in no group, overrides of nobody:
/// what can be said without looking at values.
void check_layers(const Declarations& declarations, std::vector<Diagnostic>& out);

/// A field, merged: the highest layer that sets it.
struct MergedField {
  std::string key;  ///< As written: `source` where the field is `content`.
  Written written;
  const Block* block = nullptr;
  std::vector<Origin> over;
  bool released = false;  ///< `null`: managed no more.
};

/// One resource of one device, merged.
struct MergedResource {
  bool present = false;
  bool released = false;  ///< `null`.
  yaml::Spot key;         ///< The highest line that names it.
  const Block* block = nullptr;
  std::map<std::string, MergedField, std::less<>> fields;  ///< By field: `content` for its three spellings.
};
MergedResource merge_resource(const ResourceId& id, const Layers& layers);

/// A variable, merged.
struct MergedVariable {
  Written written;
  const Block* block = nullptr;
  std::vector<Origin> over;
};
std::optional<MergedVariable> merge_variable(std::string_view name, const Layers& layers);

Origin origin_of(const Block* block, const yaml::Spot& spot);

/// `content`, `source` and `template` are spellings of one field of a file.
std::string_view field_of(std::string_view kind, std::string_view key);

}  // namespace flyball::compile
