#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A symbolic link.
struct Link {
  static constexpr std::string_view kind = "link";
  static constexpr std::string_view collection = "links";
  static constexpr std::string_view help = "a symbolic link; named by its absolute path";

  std::optional<Ensure> ensure;
  std::optional<std::string> target;

  static constexpr auto fields() {
    return std::tuple{field("ensure", &Link::ensure, "present (default) or absent"),
                      field("target", &Link::target, "where it points, as written into the link")};
  }
  bool operator==(const Link&) const = default;
};

}  // namespace flyball
