#pragma once

#include "base/result.hpp"

#include <compare>
#include <string>
#include <vector>

namespace flyball::os {

/// Something whose change tells early that a resource may have moved.
struct Watch {
  enum class Facility {
    path,      ///< A file, link or directory: itself, its content, its attributes, its coming and going.
    children,  ///< The names in a directory.
    unit,      ///< A unit of systemd.
    packages,  ///< The package manager's records.
    accounts,  ///< Accounts and groups.
  };
  Facility facility = Facility::path;
  std::string name;  ///< The path or unit; empty for the others.

  static Watch path(std::string path) { return {Facility::path, std::move(path)}; }
  static Watch children(std::string path) { return {Facility::children, std::move(path)}; }
  static Watch unit(std::string name) { return {Facility::unit, std::move(name)}; }
  static Watch packages() { return {Facility::packages, {}}; }
  static Watch accounts() { return {Facility::accounts, {}}; }
  auto operator<=>(const Watch&) const = default;
};

/// A watch that fired, and who did it where the kernel tells.
struct Dirty {
  Watch watch;
  std::string cause;  ///< `/usr/bin/vim of alice (uid 1000)`, or empty: not known.
  bool operator==(const Dirty&) const = default;
};

/// One publisher per facility of the operating system. Events only wake: what is dirty is found by looking.
class Watches {
 public:
  virtual ~Watches() = default;
  /// From now on watches exactly these. Those that cannot be watched are left to the full check; the result names them.
  virtual Result<std::vector<Watch>> watch(const std::vector<Watch>& all) = 0;
  /// What fired since the last call, each once. After an overflow: all of that facility.
  virtual std::vector<Dirty> take() = 0;
};

}  // namespace flyball::os
