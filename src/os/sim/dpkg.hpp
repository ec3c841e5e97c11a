#pragma once

#include "os/sim/disk.hpp"

#include <map>
#include <string>
#include <vector>

namespace flyball::os::sim {

/// A record of /var/lib/dpkg/status (deb-control(5), dpkg-query(1)).
struct DpkgRecord {
  std::string want = "install";  ///< `install`, `hold`, `deinstall`
  std::string flag = "ok";       ///< `ok`, `reinstreq`
  std::string state = "not-installed";
  std::string version;
  std::vector<std::string> depends;
  std::vector<std::pair<Path, std::string>> conffiles;  ///< With the digest of the package's own copy.
  bool installed() const { return state == "installed"; }
  /// An interrupted run left it so.
  bool unfinished() const { return state != "installed" && state != "config-files" && state != "not-installed"; }
};

/// dpkg's records on the simulated disk, written as dpkg does: whole, synced, renamed.
class DpkgDatabase {
 public:
  static Result<DpkgDatabase> load(const Disk& disk);
  Result<> save(Disk& disk) const;

  std::map<std::string, DpkgRecord> records;
  std::map<std::string, bool> automatic;  ///< /var/lib/apt/extended_states
};

/// The paths a package put on the disk, as /var/lib/dpkg/info/NAME.list has them.
Path list_path(const std::string& package);

}  // namespace flyball::os::sim
