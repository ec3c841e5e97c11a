#pragma once

#include "os/files.hpp"
#include "os/packages.hpp"
#include "os/processes.hpp"
#include "os/real/dpkg_status.hpp"
#include "os/real/real_systemd.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flyball::os::real {

/// Packages of dpkg and apt. Reads dpkg's own records, anew only when their files changed, and changes by apt-get, in
/// the transient unit `flyball-apt.service` where systemd runs. Recommended packages follow the device's own apt
/// configuration. Downgrades are done only to a version that was asked for by name. One thread.
class RealPackages final : public Packages {
 public:
  /// `systemd` is null where there is none: apt then runs as our child.
  RealPackages(Files& files, Processes& processes, RealSystemd* systemd)
      : files_(files), processes_(processes), systemd_(systemd) {}

  Read<PackageState> package(const std::string& name) override;
  Result<bool> needs_recovery() override;
  Read<std::string> candidate(const std::string& name) override;
  Result<bool> has_version(const std::string& name, const std::string& version) override;
  Result<Transaction> simulate(const PackageWish& wish) override;
  /// An install that would remove another package is refused: `simulate` shows it, and removing is a wish of its own.
  Result<> perform(const PackageWish& wish) override;
  Result<> recover() override;
  Result<> set_hold(const std::string& name, bool held) override;
  Result<> refresh_lists() override;

 private:
  struct Cached {
    std::optional<FileMeta> status;
    std::optional<FileMeta> extended;
    DpkgStatus records;
  };
  Result<const DpkgStatus*> records();
  Result<> change(const std::vector<std::string>& argv, const std::string& what);
  Result<Exit> run_in_unit(const std::vector<std::string>& argv);
  Result<Exit> run(const std::vector<std::string>& argv, Duration timeout);

  Files& files_;
  Processes& processes_;
  RealSystemd* systemd_;
  std::optional<Cached> cached_;
};

}  // namespace flyball::os::real
