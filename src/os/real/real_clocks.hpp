#pragma once

#include "os/clocks.hpp"

namespace flyball::os::real {

/// CLOCK_REALTIME and CLOCK_MONOTONIC. Any thread.
class RealClocks final : public Clocks {
 public:
  WallTime wall() override;
  SteadyTime steady() override;
  std::string boot_id() override;  ///< Empty where /proc is not mounted.
};

/// getrandom(2). Any thread.
class RealRandom final : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace flyball::os::real
