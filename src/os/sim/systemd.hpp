#pragma once

#include "os/sim/disk.hpp"
#include "os/sim/fuse.hpp"
#include "os/systemd.hpp"

#include <functional>
#include <map>
#include <vector>

namespace flyball::os::sim {

/// A model of systemd: units are unit files on the simulated disk, found in /etc/systemd/system and then in
/// /usr/lib/systemd/system; enabled is a link below a `.wants` folder, masked a link to /dev/null. None of these is
/// synced, as systemd does not. What runs is gone at boot, and then what is enabled starts.
///
/// A unit whose `ExecStart` is a program named `false` fails to start. `Type=oneshot` ends at once (and stays `active`
/// with `RemainAfterExit=yes`); anything else runs until it is stopped. A unit that runs keeps what it was loaded from
/// until a daemon-reload; one that does not is read afresh.
class SimSystemd : public Systemd {
 public:
  /// Told of every change of a unit, with its full name.
  using Changed = std::function<void(const std::string& unit)>;

  SimSystemd(Disk& disk, Fuse& fuse) : disk_(disk), fuse_(fuse) {}

  Read<Unit> unit(const std::string& name) override;
  Result<> start(const std::string& name) override;
  Result<> stop(const std::string& name) override;
  Result<> restart(const std::string& name) override;
  Result<> reload_or_restart(const std::string& name) override;
  Result<> set_enabled(const std::string& name, bool enabled) override;
  Result<> set_masked(const std::string& name, bool masked) override;
  Result<> daemon_reload() override;
  Result<> reset_failed(const std::string& name) override;

  void on_change(Changed changed) { changed_ = std::move(changed); }
  void boot();
  /// The unit's process ends by itself: nobody asked.
  void fail_by_itself(const std::string& name);
  /// How often a unit was started since boot: for tests of restarts.
  std::uint64_t starts(const std::string& name) const;

 private:
  struct File {
    Path path;
    Bytes text;
  };
  struct Loaded {
    File file;
    std::string active = "inactive";
    std::string sub = "dead";
    std::string result = "success";
  };
  Read<File> find(const std::string& name) const;
  Result<bool> masked(const std::string& name) const;
  Result<std::vector<Path>> links_to(const std::string& name) const;
  Result<std::string> file_state(const std::string& name, const std::optional<File>& file) const;
  Result<> start_full(const std::string& name);
  Result<> stop_full(const std::string& name);
  bool runs(const std::string& name) const;
  void tell(const std::string& name) const;

  Disk& disk_;
  Fuse& fuse_;
  Changed changed_;
  std::map<std::string, Loaded> loaded_;  // Units that run or have failed.
  std::map<std::string, std::uint64_t> starts_;
};

}  // namespace flyball::os::sim
