#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A kernel parameter: its running value, and the same in a file of /etc/sysctl.d for the next boot.
struct Sysctl {
  static constexpr std::string_view kind = "sysctl";
  static constexpr std::string_view collection = "sysctl";
  static constexpr std::string_view help =
      "a kernel parameter, running and persisted; named with dots as sysctl(8) does";

  std::optional<std::string> value;
  std::optional<std::string> persisted;

  static constexpr auto fields() {
    return std::tuple{field("value", &Sysctl::value, "its value; runs of white space count as one space"),
                      derived("persisted", &Sysctl::persisted, "the value set at boot; the same")};
  }
  bool operator==(const Sysctl&) const = default;
};

}  // namespace flyball
