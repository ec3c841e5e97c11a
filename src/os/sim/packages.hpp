#pragma once

#include "os/packages.hpp"
#include "os/sim/dpkg.hpp"
#include "os/sim/fuse.hpp"
#include "os/sim/systemd.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace flyball::os::sim {

/// A version of a package that a mirror offers.
struct AvailablePackage {
  std::string name;
  std::string version;
  std::vector<std::string> depends;  ///< By name; any version will do.
  std::map<Path, Bytes> files;       ///< Directories on the way are made.
  std::map<Path, Bytes> conffiles;   ///< Of which the device's own version is kept.
  std::vector<std::string> units;    ///< Enabled and started when it is configured, as Debian's packages do.
};

/// What a mirror offers, shared by the devices of a world. Of several versions of a package the last is the newest.
struct Mirror {
  std::vector<AvailablePackage> packages;
  bool reachable = true;
};

/// A model of dpkg and apt: the records lie on the simulated disk in dpkg's own format, and a transaction is the
/// writes dpkg makes, in its order (half-installed, unpacked, half-configured, installed), each of them a place where
/// the power may go. A run outlives the agent: a crash ends the agent when the run is done. Files are synced with
/// their directories before a record says they are there. Removing takes along what depends on the package and
/// leaves its configuration files; dependencies that are left over stay.
class SimPackages : public Packages {
 public:
  SimPackages(Disk& disk, Fuse& fuse, SimSystemd& systemd, std::shared_ptr<const Mirror> mirror);

  Read<PackageState> package(const std::string& name) override;
  Result<bool> needs_recovery() override;
  Read<std::string> candidate(const std::string& name) override;
  Result<bool> has_version(const std::string& name, const std::string& version) override;
  Result<Transaction> simulate(const PackageWish& wish) override;
  Result<> perform(const PackageWish& wish) override;
  Result<> recover() override;
  Result<> set_hold(const std::string& name, bool held) override;
  Result<> refresh_lists() override;

  void lock(bool held_by_another) { locked_ = held_by_another; }
  /// Installs as the image does, before the device's first boot.
  Result<> preinstall(const std::string& name);

 private:
  using Lists = std::vector<AvailablePackage>;
  const AvailablePackage* find(const std::string& name, const std::optional<std::string>& version) const;
  Result<Transaction> transaction(const DpkgDatabase& database, const PackageWish& wish) const;
  Result<> outliving(const std::function<Result<>()>& work);
  Result<> carry_out(const PackageWish& wish);
  Result<> install(DpkgDatabase& database, const AvailablePackage& package);
  Result<> configure(DpkgDatabase& database, const std::string& name);
  Result<> remove(DpkgDatabase& database, const std::string& name);
  Result<> unpack(const AvailablePackage& package);
  Result<> put(const Path& path, const Bytes& bytes);

  Disk& disk_;
  Fuse& fuse_;
  SimSystemd& systemd_;
  std::shared_ptr<const Mirror> mirror_;
  Lists lists_;  // As of the last refresh; apt's lists are data that can be had again.
  bool locked_ = false;
};

}  // namespace flyball::os::sim
