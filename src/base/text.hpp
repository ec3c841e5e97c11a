#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace flyball {

namespace detail {
inline void put(std::string& out, std::string_view part) { out += part; }
inline void put(std::string& out, const char* part) { out += part; }
inline void put(std::string& out, char part) { out += part; }
inline void put(std::string& out, bool part) { out += part ? "true" : "false"; }
template <class T>
  requires(std::integral<T> || std::floating_point<T>)
void put(std::string& out, T part) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, part).ptr;
  out.append(digits, end);
}
// Ids, digests and the like say how they are written.
template <class T>
  requires requires(const T& t) {
    { t.str() } -> std::convertible_to<std::string>;
  }
void put(std::string& out, const T& part) {
  out += part.str();
}
}  // namespace detail

/// The parts, one after the other: strings as they are, numbers in the C locale, anything with `str()` by it.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::string out;
  (detail::put(out, parts), ...);
  return out;
}

}  // namespace flyball
