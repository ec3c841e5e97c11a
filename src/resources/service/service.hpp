#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A unit of systemd. A name without a dot is a `.service`.
struct Service {
  static constexpr std::string_view kind = "service";
  static constexpr std::string_view collection = "services";
  static constexpr std::string_view help = "a unit of systemd; `ssh` means ssh.service";

  std::optional<bool> running;
  std::optional<bool> enabled;
  std::optional<bool> masked;

  static constexpr auto fields() {
    return std::tuple{field("running", &Service::running, "started now"),
                      field("enabled", &Service::enabled, "started at boot"),
                      field("masked", &Service::masked, "cannot be started by anything")};
  }
  bool operator==(const Service&) const = default;
};

}  // namespace flyball
