#pragma once

#include "os/host.hpp"
#include "providers/directory/trash.hpp"
#include "providers/path/package_files.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"

#include <string>
#include <vector>

namespace flyball::providers {

/// Directories: themselves, not what is in them, except with `purge`: then what is right in them and neither in git,
/// nor from a package, nor a mount point, is foreign and moves to the trash. One that Flyball made goes only when it is
/// empty.
class DirectoryProvider final : public Provider {
 public:
  explicit DirectoryProvider(const os::Host& host)
      : files_(host.files),
        path_state_(host.files, host.users),
        package_files_(host.files),
        trash_(host.files, host.clocks) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<NameSet> foreign_in(const Subject& subject, const os::FileMeta& directory);
  Result<> remove(const os::Path& path, const os::FileMeta& there);

  os::Files& files_;
  PathState path_state_;
  PackageFiles package_files_;
  Trash trash_;
};

}  // namespace flyball::providers
