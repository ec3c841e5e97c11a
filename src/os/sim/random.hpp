#pragma once

#include "os/clocks.hpp"

#include <cstdint>
#include <string_view>

namespace flyball::os::sim {

/// Numbers that follow from a seed alone (SplitMix64: Steele, Lea, Flood 2014).
class SimRandom : public Random {
 public:
  explicit SimRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;
  std::uint64_t below(std::uint64_t bound);  ///< Uniform in [0, bound); `bound` is at least 1.
  bool chance(double probability);           ///< True that often.

 private:
  std::uint64_t state_;
};

/// A seed of its own for each (component, purpose), so that one that draws more does not shift the others.
std::uint64_t split_seed(std::uint64_t seed, std::string_view component, std::string_view purpose);

}  // namespace flyball::os::sim
