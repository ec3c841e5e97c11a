#pragma once

#include "compile/fleet.hpp"

namespace flyball::server {

/// Judges every manifest of a fleet with the agent's own code (invariant S5, guard G1): it decodes, every spec blob
/// decodes and resolves, nothing refers to what is missing, and the planner makes a plan of it. The error names the
/// device and the resource.
Result<> judge_manifests(const compile::Fleet& fleet);

}  // namespace flyball::server
