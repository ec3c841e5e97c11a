#pragma once

#include "os/clocks.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace flyball::os::sim {

/// The clocks of a device in virtual time. Its world says what time it is; calls of ports may cost some of it.
class SimClocks : public Clocks {
 public:
  WallTime wall() override { return WallTime{epoch + now_ + wall_offset_}; }
  SteadyTime steady() override { return SteadyTime{now_ - booted_}; }
  std::string boot_id() override { return boot_id_; }

  Duration now() const { return now_; }  ///< Of the world: since its beginning, across boots.
  void pass(Duration span) { now_ += span; }
  void pass_until(Duration world) { now_ = std::max(now_, world); }
  /// The world time at which `steady` shows that.
  Duration world_time(SteadyTime steady) const { return booted_ + steady.since; }
  void jump_wall(Duration by) { wall_offset_ += by; }
  void set_right() { wall_offset_ = Duration::zero(); }  ///< As NTP does.
  void boot(std::string boot_id) {
    booted_ = now_;
    boot_id_ = std::move(boot_id);
  }

 private:
  static constexpr Duration epoch = std::chrono::hours(24) * 20'789;  // 2026-12-02
  Duration now_{};
  Duration booted_{};
  Duration wall_offset_{};
  std::string boot_id_;
};

}  // namespace flyball::os::sim
