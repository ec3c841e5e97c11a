#pragma once

#include "os/packages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::os::real {

// Pure readers of what apt prints in the C locale.

/// `apt-get -s`: the lines `Inst`, `Remv` and `Purg`.
Transaction parse_simulation(std::string_view output);

/// `apt-cache policy NAME`.
struct Policy {
  std::optional<std::string> candidate;
  std::vector<std::string> versions;  ///< All that can be had, or are there.
};
Policy parse_policy(std::string_view output);

/// What went wrong, by the `E:` and `dpkg: error` lines of apt or dpkg: the code, and the lines that tell most.
Error parse_apt_failure(std::string_view errors);

}  // namespace flyball::os::real
