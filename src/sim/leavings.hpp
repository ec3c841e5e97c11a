#pragma once

#include "compile/fleet.hpp"
#include "sim/device_node.hpp"

#include <string>
#include <vector>

namespace flyball::sim {

/// What is still on a device of what its manifest does not name any more, for the features of `Workload`: created
/// things must be gone, changed things be as they were, or as an outsider left them.
std::vector<std::string> not_put_back(const compile::Fleet& fleet, DeviceNode& device);

/// Whether the agent of such a world has any business at that path (S9): what the features name, what their packages
/// bring, the records of the device, and its own directory.
bool may_touch(const os::Path& path);

}  // namespace flyball::sim
