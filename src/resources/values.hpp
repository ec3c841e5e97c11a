#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

// The types of fields that need more than a bool, an integer or a string.

enum class Ensure { present, absent };

/// Permission bits of a file, written in octal with four digits: "0644" (chmod(1)).
struct Mode {
  std::uint32_t bits = 0;
  static Result<Mode> parse(std::string_view text);  ///< Three or four octal digits.
  std::string str() const;
  auto operator<=>(const Mode&) const = default;
};

/// Which version of a package: exactly `1.2-3`, at least (`>=150`), or `latest`. As observed: the installed version,
/// or `latest` when that is what apt would install.
struct Version {
  std::string text;
  static Result<Version> parse(std::string_view text);
  const std::string& str() const { return text; }
  bool operator==(const Version&) const = default;
};

/// The order of Debian versions: negative, zero or positive. deb-version(7).
int compare_versions(std::string_view a, std::string_view b);

/// All of these and no others, in any order; kept sorted.
struct NameSet {
  std::vector<std::string> names;
  bool operator==(const NameSet&) const = default;
};

/// These at least, in any order; kept sorted.
struct NamesWithin {
  std::vector<std::string> names;
  bool operator==(const NamesWithin&) const = default;
};

}  // namespace flyball
