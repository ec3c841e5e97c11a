#pragma once

#include "compile/layers.hpp"
#include "resources/resource.hpp"

#include <map>
#include <vector>

namespace flyball::compile {

/// Keys of a resource that its kind does not have, and spellings of one field that stand side by side.
void check_keys(const ResourceId& id, const Written& written, std::vector<Diagnostic>& out);

/// What the resources of one device say of each other: references to what is not there, cycles, one path wanted in two
/// ways, members of a group decided twice.
void check_relations(const DeviceDeclaration& device, const Layers& layers,
                     const std::map<ResourceId, const SpecBlob*>& specs, std::vector<Diagnostic>& out);

}  // namespace flyball::compile
