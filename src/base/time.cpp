#include "base/time.hpp"

#include "base/text.hpp"

#include <charconv>
#include <utility>

namespace flyball {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::string padded(long value, std::size_t width) {
  std::string digits = text(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

std::optional<long> number(std::string_view digits) {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  long value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "2026-12-05" as days since 1970.
std::optional<std::chrono::sys_days> day(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto y = number(date.substr(0, 4));
  const auto m = number(date.substr(5, 2));
  const auto d = number(date.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(static_cast<int>(*y)),
                                        std::chrono::month(static_cast<unsigned>(*m)),
                                        std::chrono::day(static_cast<unsigned>(*d))};
  return ymd.ok() ? std::optional(std::chrono::sys_days(ymd)) : std::nullopt;
}

std::optional<Duration> take_unit(std::string_view& rest) {
  constexpr std::pair<std::string_view, Duration> units[] = {
      {"ms", std::chrono::milliseconds(1)}, {"s", seconds(1)}, {"m", minutes(1)}, {"h", hours(1)}, {"d", days(1)}};
  for (const auto& [name, unit] : units) {
    if (!rest.starts_with(name)) continue;
    rest.remove_prefix(name.size());
    return unit;
  }
  return std::nullopt;
}

}  // namespace

std::string rfc3339(WallTime time) {
  const auto whole = std::chrono::floor<seconds>(time.since);
  const auto date = std::chrono::floor<days>(whole);
  const std::chrono::year_month_day ymd{std::chrono::sys_days(date)};
  const auto in_day = whole - date;
  return text(padded(int{ymd.year()}, 4), '-', padded(unsigned{ymd.month()}, 2), '-', padded(unsigned{ymd.day()}, 2),
              'T', padded(in_day / hours(1), 2), ':', padded(in_day / minutes(1) % 60, 2), ':',
              padded(in_day / seconds(1) % 60, 2), 'Z');
}

std::optional<WallTime> parse_rfc3339(std::string_view input) {
  if (input.size() != 20 || input[10] != 'T' || input[13] != ':' || input[16] != ':' || input[19] != 'Z')
    return std::nullopt;
  const auto date = day(input.substr(0, 10));
  const auto h = number(input.substr(11, 2));
  const auto m = number(input.substr(14, 2));
  const auto s = number(input.substr(17, 2));
  if (!date || !h || !m || !s || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  return WallTime{date->time_since_epoch() + hours(*h) + minutes(*m) + seconds(*s)};
}

std::optional<WallTime> parse_date(std::string_view input) {
  const auto date = day(input);
  return date ? std::optional(WallTime{date->time_since_epoch()}) : std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view input) {
  constexpr Duration most = days(365 * 1000);
  Duration total{};
  if (input.empty()) return std::nullopt;
  while (!input.empty()) {
    const auto end = input.find_first_not_of("0123456789");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const auto value = number(input.substr(0, end));
    input.remove_prefix(end);
    const auto unit = take_unit(input);
    if (!value || !unit || *value > most / *unit) return std::nullopt;
    total += *unit * *value;
    if (total > most) return std::nullopt;
  }
  return total;
}

std::string duration_text(Duration duration) {
  const auto us = duration.count();
  if (us < 1'000) return text(us, " µs");
  if (us < 1'000'000) return text(us / 1'000, " ms");
  if (us < 10'000'000) return text(us / 1'000'000, '.', us / 100'000 % 10, " s");
  if (duration < minutes(2)) return text(us / 1'000'000, " s");
  if (duration < hours(2)) return text(duration / minutes(1), " min");
  if (duration < days(2)) return text(duration / hours(1), " h");
  return text(duration / days(1), " d");
}

}  // namespace flyball
