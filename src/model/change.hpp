#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What a change does to a resource.
enum class Action {
  create,   ///< It was not there.
  update,   ///< Fields of it differ, or something it depends on asks for a restart.
  remove,   ///< Git says `ensure: absent`, or Flyball had created what now leaves.
  restore,  ///< It leaves git: what was there before Flyball returns.
  release,  ///< Git says `null`: managed no more, left as it is.
};
std::string_view name(Action action);  ///< `create`, …
std::optional<Action> parse_action(std::string_view word);

enum class Reason { intended, corrective };  ///< The generation is new; the device moved (drift).
std::string_view name(Reason reason);

/// One field of a change; a value that is not set is not there.
struct FieldChange {
  std::string field;
  std::optional<Json> before;
  std::optional<Json> after;
  std::optional<std::string> diff;  ///< For contents: a bounded, masked unified diff.
  bool operator==(const FieldChange&) const = default;
};

/// Create, update or remove one resource, with before and after per field: as shown, reported and recorded.
struct Change {
  ResourceId id;
  Action action = Action::update;
  Reason reason = Reason::intended;
  std::vector<FieldChange> fields;
  std::string cause;  ///< Who or what brought it about: `release 415`, `facts`, `/usr/bin/vim of alice`, `unknown`.

  Json to_json() const;
  static Result<Change> from_json(const Json& json);
  bool operator==(const Change&) const = default;
};

}  // namespace flyball
