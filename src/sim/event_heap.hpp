#pragma once

#include "base/time.hpp"
#include "os/sim/random.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>

namespace flyball::sim {

/// What happens when, in virtual time. Events of one instant come in an order that the seed chose.
class EventHeap {
 public:
  using Work = std::move_only_function<void()>;

  explicit EventHeap(std::uint64_t seed) : random_(seed) {}

  Duration now() const { return now_; }  ///< Since the world began.
  /// At that time, or now when it has passed.
  void at(Duration when, Work work);
  void after(Duration span, Work work) { at(now_ + span, std::move(work)); }
  /// Does the next event that is due by then and goes to its time; without one goes to `until` and says false.
  bool run_next(Duration until);

 private:
  std::map<std::tuple<Duration, std::uint64_t, std::uint64_t>, Work> events_;
  os::sim::SimRandom random_;
  Duration now_{};
  std::uint64_t count_ = 0;
};

}  // namespace flyball::sim
