#pragma once

#include "compile/fleet.hpp"
#include "sim/device_node.hpp"

#include <string>
#include <vector>

namespace flyball::sim {

/// What is wrong on a device that should be as the fleet wants it, one sentence each. A second, naive reading of the
/// manifest against the disk: it shares neither planner nor providers with the agent.
std::vector<std::string> differences(const compile::Fleet& fleet, DeviceNode& device);

/// What must be so on a device at rest, whatever it is to be: no temporary file, no open plan.
std::vector<std::string> leftovers(const DeviceNode& device);

}  // namespace flyball::sim
