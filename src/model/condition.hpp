#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// The states of a device and of a resource, worst first: of the conditions that hold, the first in this order is
/// shown.
enum class State { held, failed, contested, drifted, reconciling, waiting, ready, not_enrolled };

std::string_view name(State state);                       ///< `Held`, … `Not enrolled`: the word on every screen.
std::string_view shape(State state);                      ///< `‖ ✖ ◆ ▲ ◐ ◷ ● ○`: so that nothing hangs on colour alone.
std::optional<State> parse_state(std::string_view word);  ///< As `name` spells it, in any case.

/// What holds of a device or a resource, and why.
struct Condition {
  State state = State::ready;
  std::string
      reason;  ///< One word for programs: `ApplyFailed`, `UnknownFact`, `DependencyFailed`, `Observe`. May be empty.
  std::string message;  ///< A sentence for people. May be empty.
  bool operator==(const Condition&) const = default;
};

}  // namespace flyball
