#pragma once

#include "os/packages.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace flyball::os::real {

/// What /var/lib/dpkg/status and /var/lib/apt/extended_states say. A package of another architecture than dpkg's own is
/// named `name:architecture`, as apt does.
struct DpkgStatus {
  std::unordered_map<std::string, PackageState> packages;  ///< Those that are there, in whatever order they are in.
  bool unfinished = false;                                 ///< At least one of them is `broken`.
};

/// Pure. A record that dpkg would not have written is `corrupt`: packages are never taken for absent by mistake.
Result<DpkgStatus> parse_dpkg_status(std::string_view status, std::string_view extended_states);

}  // namespace flyball::os::real
