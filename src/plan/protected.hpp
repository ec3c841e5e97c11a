#pragma once

#include "model/ids.hpp"
#include "resources/spec.hpp"

#include <optional>
#include <string>

namespace flyball::plan {

/// Why this may not be managed: it is the agent itself or its identity (invariant S11). Nothing for all else. What a
/// device needs to boot and to reach its server is more than a list of names can say, and is not judged here.
std::optional<std::string> protected_reason(const ResourceId& id, const Spec& spec);

}  // namespace flyball::plan
