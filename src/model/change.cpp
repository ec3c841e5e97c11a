#include "model/change.hpp"

#include <algorithm>
#include <array>

namespace flyball {
namespace {

constexpr std::array<std::pair<Action, std::string_view>, 5> actions = {{{Action::create, "create"},
                                                                         {Action::update, "update"},
                                                                         {Action::remove, "remove"},
                                                                         {Action::restore, "restore"},
                                                                         {Action::release, "release"}}};

std::optional<Json> member(const Json& json, std::string_view name) {
  const auto* found = json.find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Json field_json(const FieldChange& field) {
  Json out;
  out["field"] = field.field;
  if (field.before) out["before"] = *field.before;
  if (field.after) out["after"] = *field.after;
  if (field.diff) out["diff"] = *field.diff;
  return out;
}

Result<FieldChange> field_from(const Json& json) {
  return FieldChange{.field = TRY(get_string(json, "field")),
                     .before = member(json, "before"),
                     .after = member(json, "after"),
                     .diff = maybe_string(json, "diff")};
}

}  // namespace

std::string_view name(Action action) {
  return std::ranges::find(actions, action, &std::pair<Action, std::string_view>::first)->second;
}

std::optional<Action> parse_action(std::string_view word) {
  const auto found = std::ranges::find(actions, word, &std::pair<Action, std::string_view>::second);
  return found == actions.end() ? std::nullopt : std::optional(found->first);
}

std::string_view name(Reason reason) { return reason == Reason::intended ? "intended" : "corrective"; }

Json Change::to_json() const {
  Json out;
  out["resource"] = id.str();
  out["action"] = name(action);
  out["reason"] = name(reason);
  if (!cause.empty()) out["cause"] = cause;
  Json::Array list;
  for (const auto& field : fields) list.push_back(field_json(field));
  out["fields"] = std::move(list);
  return out;
}

Result<Change> Change::from_json(const Json& json) {
  const auto id = ResourceId::parse(TRY(get_string(json, "resource")));
  const auto action = parse_action(TRY(get_string(json, "action")));
  const auto reason = TRY(get_string(json, "reason"));
  if (!id || !action || (reason != "intended" && reason != "corrective"))
    return fail(Errc::invalid, "a change has no proper resource, action or reason");
  Change out{.id = *id,
             .action = *action,
             .reason = reason == "intended" ? Reason::intended : Reason::corrective,
             .cause = maybe_string(json, "cause").value_or("")};
  if (const auto* list = json.find("fields"); list != nullptr && list->array() != nullptr) {
    for (const auto& item : *list->array()) out.fields.push_back(TRY(field_from(item)));
  }
  return out;
}

}  // namespace flyball
