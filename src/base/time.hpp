#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// A span of time, to the microsecond.
using Duration = std::chrono::microseconds;

// Three clocks that cannot be mixed: there is no conversion between their times.
namespace detail {
template <class Clock>
struct TimeOf {
  Duration since{};  ///< Since the clock's zero.
  auto operator<=>(const TimeOf&) const = default;
  friend TimeOf operator+(TimeOf t, Duration d) { return TimeOf{t.since + d}; }
  friend TimeOf operator-(TimeOf t, Duration d) { return TimeOf{t.since - d}; }
  friend Duration operator-(TimeOf a, TimeOf b) { return a.since - b.since; }
};
}  // namespace detail

/// For people: since 1970-01-01T00:00:00Z, leap seconds left out. May jump. Decides only what people wrote as a date.
using WallTime = detail::TimeOf<struct WallClock>;
/// For timers: never goes back, stops while the machine sleeps (CLOCK_MONOTONIC).
using SteadyTime = detail::TimeOf<struct SteadyClock>;

std::string rfc3339(WallTime time);                             ///< `2026-11-23T09:00:00Z`, whole seconds.
std::optional<WallTime> parse_rfc3339(std::string_view text);   ///< As `rfc3339` writes it, nothing else.
std::optional<WallTime> parse_date(std::string_view text);      ///< `2026-12-05`: its beginning, UTC.
std::optional<Duration> parse_duration(std::string_view text);  ///< `90s`, `10m`, `4h`, `7d`, also in a row: `1h30m`; up to 1000 years.
std::string duration_text(Duration duration);  ///< `90 ms`, `1.2 s`, `12 s`, `4 min`, `3 h`, `2 d`: for people.

}  // namespace flyball
