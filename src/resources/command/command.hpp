#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// Something that only a command can do, by /bin/sh -c. With `check` it is a state like any other; without, it is run
/// once for each new text of it.
struct Command {
  static constexpr std::string_view kind = "command";
  static constexpr std::string_view collection = "commands";
  static constexpr std::string_view help = "a state that a command brings about; named as you like";

  std::optional<std::string> check;
  std::optional<std::string> apply;
  std::optional<std::string> undo;
  std::optional<Duration> timeout;
  std::optional<std::string> user;
  std::optional<bool> done;

  static constexpr auto fields() {
    return std::tuple{steering("check", &Command::check, "ends with 0 when the state is there; only reads"),
                      steering("apply", &Command::apply, "brings the state about; may run twice"),
                      steering("undo", &Command::undo, "takes it back when the command leaves git"),
                      steering("timeout", &Command::timeout, "how long each may take; 60s when not said"),
                      steering("user", &Command::user, "who runs it; root when not said"),
                      derived("done", &Command::done, "whether the state is there")};
  }
  bool operator==(const Command&) const = default;
};

}  // namespace flyball
