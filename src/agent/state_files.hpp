#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "os/files.hpp"

#include <string>
#include <string_view>

namespace flyball::agent {

/// The files of the state directory. Each is one JSON object that names its kind and version, and is wholly old or
/// wholly new at every moment.
class StateFiles {
 public:
  StateFiles(os::Files& files, os::Path directory, os::Access access)
      : files_(files), directory_(std::move(directory)), access_(access) {}

  /// Makes the directory when it is not there.
  Result<> prepare();
  os::Path path(std::string_view name) const { return text(directory_, '/', name); }
  os::Files& files() { return files_; }
  const os::Access& access() const { return access_; }

  /// `corrupt` when it is no JSON, `unsupported` when it is of another kind.
  os::Read<Json> read(std::string_view name, std::string_view kind);
  Result<> write(std::string_view name, std::string_view kind, Json json);  ///< Durable when it returns.
  Result<> remove(std::string_view name);

 private:
  static constexpr std::uint64_t max_bytes = std::uint64_t{256} << 20U;

  os::Files& files_;
  os::Path directory_;
  os::Access access_;
};

}  // namespace flyball::agent
