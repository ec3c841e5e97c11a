#pragma once

#include "os/host.hpp"
#include "os/sim/clocks.hpp"
#include "os/sim/files.hpp"
#include "os/sim/packages.hpp"
#include "os/sim/processes.hpp"
#include "os/sim/systemd.hpp"
#include "os/sim/users.hpp"
#include "os/sim/watches.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flyball::os::sim {

/// The kernel's values at boot, as a Debian has them.
std::map<Path, Bytes> default_kernel();

struct SimHostOptions {
  std::string name = "device";
  std::uint64_t seed = 1;
  DiskProfile profile = DiskProfile::ext4_ordered;
  std::shared_ptr<const Mirror> mirror;   ///< Null: an empty one.
  std::vector<std::string> preinstalled;  ///< Packages that the image brings.
  std::map<Path, Bytes> kernel = default_kernel();
  /// What a call of a port costs of the device's time.
  Duration read_cost = std::chrono::microseconds(5);
  Duration change_cost = std::chrono::microseconds(100);
  Duration sync_cost = std::chrono::milliseconds(2);
};

/// A whole simulated device: a small Debian on a disk, running from the start. The agent under test gets `host()`;
/// everything else is the world's side. When the power goes or the process dies, the ports throw `PowerCut` or `Crash`
/// and are dead until `boot` or `restart`.
class SimHost {
 public:
  explicit SimHost(SimHostOptions options);
  SimHost(const SimHost&) = delete;
  SimHost& operator=(const SimHost&) = delete;

  Host host();

  // Faults.
  void set_faults(FaultPlan plan) { fuse_.set_plan(std::move(plan)); }
  bool ended() const { return fuse_.blown(); }
  /// From outside any call: the same as a `PowerCut` thrown between two.
  void cut_power();
  /// Likewise of the agent's process alone.
  void kill_process();

  /// Told of what changes on the disk, whoever does it.
  void on_disk_change(Disk::Changed seen) { seen_ = std::move(seen); }
  /// Called between two calls of the ports: here the device's own world may act.
  void between_calls(Fuse::Passed between) { between_ = std::move(between); }

  // The next incarnation.
  void boot();     ///< After a power cut: new boot id, nothing volatile; enabled units start.
  void restart();  ///< After a crash: the kernel lived on.
  void reboot();   ///< An orderly one: all is written back first.

  // Other people and programs on the device. No faults strike them; watches name them as the cause.
  template <class Use>
  auto as(const std::string& actor, Use&& use) {
    const Fuse::Bypass others(fuse_);
    const Acting acting(disk_, actor);
    return std::forward<Use>(use)(*this);
  }
  Result<> edit(const Path& path, std::string_view bytes, const std::string& actor);
  Result<> remove(const Path& path, const std::string& actor);

  Disk& disk() { return disk_; }
  const Disk& disk() const { return disk_; }
  Fuse& fuse() { return fuse_; }
  SimSystemd& systemd() { return systemd_; }
  SimPackages& packages() { return packages_; }
  SimUsers& users() { return users_; }
  SimProcesses& processes() { return processes_; }
  SimWatches& watches() { return watches_; }
  SimClocks& clocks() { return clocks_; }
  const std::string& name() const { return options_.name; }

 private:
  class Acting {
   public:
    Acting(Disk& disk, const std::string& actor) : disk_(disk), before_(disk.actor()) { disk.set_actor(actor); }
    ~Acting() { disk_.set_actor(before_); }
    Acting(const Acting&) = delete;
    Acting& operator=(const Acting&) = delete;

   private:
    Disk& disk_;
    std::string before_;
  };

  void lay_image();
  void apply_sysctl_files();
  void ended_by(Fault::Kind kind);

  SimHostOptions options_;
  Fuse fuse_;
  Disk disk_;
  SimFiles files_;
  SimProcesses processes_;
  SimSystemd systemd_;
  SimPackages packages_;
  SimUsers users_;
  SimWatches watches_;
  SimClocks clocks_;
  SimRandom random_;
  DrawnChoices choices_;
  std::uint64_t boots_ = 0;
  Disk::Changed seen_;
  Fuse::Passed between_;
};

}  // namespace flyball::os::sim
