#pragma once

#include "os/sim/disk.hpp"
#include "os/sim/random.hpp"
#include "os/watches.hpp"

#include <map>
#include <set>

namespace flyball::os::sim {

/// Fires for what changes on the simulated device, with the actor as the cause. Like inotify it may lose what it
/// cannot hold, and what our own process does fires too, without a cause. An event that is lost is lost for good: the
/// full check finds it.
class SimWatches : public Watches {
 public:
  explicit SimWatches(const Disk& disk) : disk_(disk) {}

  Result<std::vector<Watch>> watch(const std::vector<Watch>& all) override;
  std::vector<Dirty> take() override;

  // The world's side.
  void file_changed(const DiskChange& change);
  void unit_changed(const std::string& unit, const std::string& actor);
  bool fired() const { return !dirty_.empty(); }
  void overflow();                              ///< Too much at once: everything is dirty and nobody knows by whom.
  void lose(double share, std::uint64_t seed);  ///< From now on loses that share of the events.
  void forget();                                ///< The process that watched is gone.

 private:
  void fire(const Watch& watch, const std::string& actor);

  const Disk& disk_;
  std::multimap<Path, Watch> by_path_;  // By resolved path.
  std::set<Watch> all_;
  std::map<Watch, std::string> dirty_;
  double lost_share_ = 0;
  SimRandom random_{0};
};

}  // namespace flyball::os::sim
