#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A package of the device's package manager.
struct Package {
  static constexpr std::string_view kind = "package";
  static constexpr std::string_view collection = "packages";
  static constexpr std::string_view help = "a package of the device's package manager; named as it names it";

  std::optional<Ensure> ensure;
  std::optional<Version> version;
  std::optional<bool> hold;

  static constexpr auto fields() {
    return std::tuple{field("ensure", &Package::ensure, "present (default) or absent"),
                      field("version", &Package::version, "exactly 1.2-3, at least \">=1.2\", or latest"),
                      field("hold", &Package::hold, "true keeps other tools from changing it (apt-mark hold)")};
  }
  bool operator==(const Package&) const = default;
};

}  // namespace flyball
