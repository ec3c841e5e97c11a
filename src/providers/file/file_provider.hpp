#pragma once

#include "os/host.hpp"
#include "providers/path/package_files.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"

namespace flyball::providers {

/// Regular files. Content is replaced whole or not at all; what git does not set (owner, group, mode) stays as it was,
/// and a new file is root's with 0644. A link in the way is replaced, not followed. The directory it lies in must be
/// there: Flyball makes none that git does not name.
class FileProvider final : public Provider {
 public:
  explicit FileProvider(const os::Host& host)
      : files_(host.files), path_state_(host.files, host.users), package_files_(host.files) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  os::Read<os::FileView> look(const os::Path& path, bool with_content);

  os::Files& files_;
  PathState path_state_;
  PackageFiles package_files_;
};

}  // namespace flyball::providers
