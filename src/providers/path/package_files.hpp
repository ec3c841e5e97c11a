#pragma once

#include "os/files.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace flyball::providers {

/// Which paths dpkg put there, from its own lists (/var/lib/dpkg/info/*.list). A device without dpkg owns none.
/// Reading all lists takes tens of milliseconds, so what a directory was found to hold is kept until they change.
class PackageFiles {
 public:
  explicit PackageFiles(os::Files& files) : files_(files) {}

  Result<bool> owns(const os::Path& path);
  /// The names in that directory that packages own, or that lead to something they own.
  Result<std::set<std::string>> in(const os::Path& directory);

 private:
  Result<std::set<std::string>> read_lists(const os::Path& directory);

  os::Files& files_;
  std::int64_t lists_changed_ns_ = -1;
  std::map<os::Path, std::set<std::string>> known_;
};

}  // namespace flyball::providers
