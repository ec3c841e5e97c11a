#pragma once

#include "sim/workload.hpp"
#include "sim/world.hpp"

namespace flyball::sim {

/// Faults of every kind on a world, as a seed has it: which kinds there are, how often each strikes and how hard, is
/// drawn too, since mixtures hide what one fault alone shows. People go on working meanwhile.
class Storm {
 public:
  Storm(World& world, Workload& people, std::uint64_t seed);
  void begin(Duration length);
  /// Faults stop, what was broken is mended, and the newest revision is one that compiles and was approved.
  void end();

 private:
  struct Kind {
    double weight;
    void (Storm::*strike)();
  };
  /// What strikes one device after the other, or the fleet as a whole, and how often on average.
  struct Source {
    std::vector<Kind> kinds;
    Duration mean_gap{};
  };
  void next(const Source& source);
  const Kind& draw(const Source& source);
  void work();
  void hurry();
  void meddle();
  void kill_device();
  void reboot_device();
  void kill_server();
  void disturb_link();
  void cut_link();
  void lose_watches();
  void fill_disk();
  void jump_clock();
  void lose_repository();
  void lose_mirror();
  void lock_packages();
  DeviceNode& any_device() { return *world_.devices()[random_.below(world_.devices().size())]; }
  Duration some(Duration most) {
    return Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(most.count()))));
  }
  void later(Duration most, std::function<void()> undo);

  World& world_;
  Workload& people_;
  os::sim::SimRandom random_;
  Source on_devices_;
  Source on_fleet_;
  Duration until_{};
  bool over_ = false;
};

}  // namespace flyball::sim
