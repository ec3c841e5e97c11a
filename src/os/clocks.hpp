#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace flyball::os {

class Clocks {
 public:
  virtual ~Clocks() = default;
  virtual WallTime wall() = 0;
  virtual SteadyTime steady() = 0;
  virtual std::string boot_id() = 0;  ///< Names this boot of the machine (/proc/sys/kernel/random/boot_id).
};

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  ///< Uniform over all 64 bits.
  Bytes bytes(std::size_t count);
  /// Uniform in [0, span): the full jitter of retries and resyncs.
  Duration jitter(Duration span);
};

}  // namespace flyball::os
