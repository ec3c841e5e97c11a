#include "agent/real/people.hpp"

#include "wire/report_json.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

std::string number(const Json& status, std::string_view name) { return text(maybe_integer(status, name).value_or(0)); }
std::string word(const Json& status, std::string_view name) { return maybe_string(status, name).value_or(""); }

std::string written(const std::optional<Json>& value) {
  if (!value) return "(nothing)";
  return value->string() != nullptr ? *value->string() : value->canonical();
}

void show_fields(std::string& out, const std::vector<FieldChange>& fields, std::string_view indent) {
  for (const auto& field : fields) {
    if (!field.diff) {
      out += text(indent, field.field, ": ", written(field.before), " → ", written(field.after), "\n");
      continue;
    }
    out += text(indent, field.field, "\n");
    for (std::size_t start = 0; start < field.diff->size();) {
      const auto end = std::min(field.diff->find('\n', start), field.diff->size());
      out += text(indent, "  ", field.diff->substr(start, end - start), "\n");
      start = end + 1;
    }
  }
}

std::string_view sign(Action action) {
  switch (action) {
    case Action::create:
      return "+ create ";
    case Action::update:
      return "~ change ";
    case Action::remove:
      return "! delete ";
    case Action::restore:
      return "< restore";
    case Action::release:
      return "○ release";
  }
  return "";
}

}  // namespace

std::string status_text(const Json& status) {
  const auto* condition = status.find("condition");
  const auto state = condition == nullptr ? std::nullopt : parse_state(word(*condition, "state"));
  std::string out =
      text(word(status, "device"), "  ", state ? shape(*state) : "", ' ', state ? name(*state) : "", "  at release ",
           number(status, "sequence"), ", generation ", number(status, "generation"), "\n");
  if (condition != nullptr && !word(*condition, "message").empty())
    out += text("  ", word(*condition, "message"), "\n");
  const auto* connected = status.find("connected");
  const bool online = connected != nullptr && *connected == Json(true);
  out += text("server     ", word(status, "server"),
              online ? "  connected" : text("  not reached: ", word(status, "link_error")), "\n");
  out += text("resources  ", number(status, "resources"), " managed, ", number(status, "queued_events"),
              " events to tell\n");
  if (!word(status, "refused").empty()) out += text("refused    the newest release: ", word(status, "refused"), "\n");
  if (const auto* hold = status.find("hold"))
    out += text("hold       by ", word(*hold, "by"), ", ",
                duration_text(std::chrono::seconds(maybe_integer(*hold, "left_seconds").value_or(0))),
                " left: ", word(*hold, "reason"), "\n");
  const auto* list = status.find("not_ready");
  if (list == nullptr || list->array() == nullptr) return out;
  for (const auto& item : *list->array()) {
    const auto resource = wire::resource_status_from(item);
    if (!resource) continue;
    out += text(shape(resource->condition.state), ' ', name(resource->condition.state), "  ", resource->id,
                resource->condition.message.empty() ? "" : "  ", resource->condition.message, "\n");
    show_fields(out, resource->differs, "    ");
  }
  return out;
}

std::string plan_text(const plan::Plan& plan) {
  std::string out;
  std::size_t changes = 0;
  for (const auto& step : plan.steps) {
    out += text(sign(step.change.action), "  ", step.change.id,
                step.withheld ? text("  (not done: ", step.withheld->message, ")") : std::string(), "\n");
    show_fields(out, step.change.fields, "    ");
    ++changes;
  }
  for (const auto& [id, condition] : plan.conditions)
    out += text(shape(condition.state), ' ', name(condition.state), "  ", id, "  ", condition.message, "\n");
  out += changes == 0 ? std::string("nothing would change") : text(changes, changes == 1 ? " change" : " changes");
  if (!plan.adoptions.empty()) out += text("; ", plan.adoptions.size(), " as wanted already");
  return out + "\n";
}

Json plan_json(const plan::Plan& plan) {
  Json::Array changes;
  for (const auto& step : plan.steps) {
    auto change = step.change.to_json();
    if (step.withheld) change["withheld"] = wire::to_json(*step.withheld);
    changes.push_back(std::move(change));
  }
  Json conditions{Json::Object{}};
  for (const auto& [id, condition] : plan.conditions) conditions[id.str()] = wire::to_json(condition);
  Json out;
  out["changes"] = std::move(changes);
  out["conditions"] = std::move(conditions);
  out["as_wanted_already"] = static_cast<std::uint64_t>(plan.adoptions.size());
  return out;
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string out;
  for (const auto& finding : findings)
    out += text(finding.good ? "ok    " : "WRONG ", finding.what,
                finding.help.empty() ? "" : text("\n      ", finding.help), "\n");
  return out;
}

}  // namespace flyball::agent
