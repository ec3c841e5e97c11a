#pragma once

#include "os/read.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flyball::os {

/// A package as the package manager's own records have it.
struct PackageState {
  std::string version;
  bool installed = false;  ///< Wholly: configured and in order.
  bool broken = false;     ///< Half installed, unpacked, or waiting for triggers: recovery is due.
  bool held = false;
  bool automatic = false;  ///< Came as a dependency, as the package manager remembers it.
  bool operator==(const PackageState&) const = default;
};

/// What a transaction would do, or did, to other packages as well.
struct Transaction {
  std::vector<std::string> installs;  ///< Newly, by name.
  std::vector<std::string> upgrades;
  std::vector<std::string> removes;
  bool operator==(const Transaction&) const = default;
};

/// One wish: install (or change to) a version, or remove.
struct PackageWish {
  std::string name;
  bool present = true;
  std::optional<std::string> version;  ///< Exactly this; otherwise the candidate.
};

/// The device's package manager. One writer at a time; a lock held by another is waited for up to a limit, then
/// `unavailable`. Configuration files: the device's own version is kept, and nothing asks (confdef, confold).
class Packages {
 public:
  virtual ~Packages() = default;
  // These only read, and start no process.
  virtual Read<PackageState> package(const std::string& name) = 0;  ///< Nothing: never heard of, or removed.
  virtual Result<bool> needs_recovery() = 0;                        ///< Whether an interrupted run left work undone.
  // These may start processes.
  virtual Read<std::string> candidate(const std::string& name) = 0;  ///< The version that would be installed.
  virtual Result<bool> has_version(const std::string& name,
                                   const std::string& version) = 0;   ///< Whether it can be had.
  virtual Result<Transaction> simulate(const PackageWish& wish) = 0;  ///< Changes nothing.
  /// Does it, in a unit of its own where there is systemd, so that the end of the agent does not end it.
  virtual Result<> perform(const PackageWish& wish) = 0;
  virtual Result<> recover() = 0;  ///< Finishes what an interrupted run began.
  virtual Result<> set_hold(const std::string& name, bool held) = 0;
  virtual Result<> refresh_lists() = 0;  ///< Fetches the lists of what can be had.
};

}  // namespace flyball::os
