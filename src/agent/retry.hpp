#pragma once

#include "base/time.hpp"
#include "os/clocks.hpp"

#include <algorithm>
#include <chrono>

namespace flyball::agent {

inline constexpr Duration longest_wait = std::chrono::minutes(15);

/// The span in which the next try of something falls that failed so often in a row: min(15 min, 2 s × 2^n). The cap
/// comes before the jitter, so that those who failed together do not try again together (guard G6).
constexpr Duration retry_span(unsigned failures) {
  const auto doubled = Duration(std::chrono::seconds(2)) * (std::int64_t{1} << std::min(failures, 20U));
  return std::min(longest_wait, doubled);
}

/// When to try again: `now` and a draw from that span.
inline SteadyTime next_run(unsigned failures, SteadyTime now, os::Random& random) {
  return now + random.jitter(retry_span(failures));
}

/// Failures in a row and when the next try is due.
struct Backoff {
  unsigned failures = 0;
  SteadyTime not_before;

  void fail(SteadyTime now, os::Random& random) { not_before = next_run(failures++, now, random); }
};

}  // namespace flyball::agent
