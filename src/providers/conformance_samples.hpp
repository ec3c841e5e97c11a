#pragma once

#include "os/host.hpp"
#include "os/sim/packages.hpp"

#include <memory>

namespace flyball::providers::conformance {

/// What the samples of packages install from, and what the image of their device brings.
std::shared_ptr<const os::sim::Mirror> sample_mirror();
std::vector<std::string> sample_preinstalled();

}  // namespace flyball::providers::conformance
