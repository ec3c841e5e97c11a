#include "wire/report_json.hpp"

#include "wire/json_fields.hpp"

namespace flyball::wire {
namespace {

constexpr std::size_t max_not_ready = 100'000;
constexpr std::size_t max_fields = 1000;
constexpr std::size_t max_facts = 1000;

Json change_fields(const std::vector<FieldChange>& fields) {
  Json::Array out;
  for (const auto& field : fields) {
    Json item;
    item["field"] = field.field;
    if (field.before) item["before"] = *field.before;
    if (field.after) item["after"] = *field.after;
    if (field.diff) item["diff"] = *field.diff;
    out.push_back(std::move(item));
  }
  return out;
}

std::optional<Json> value_of(const Json& json, std::string_view name) {
  const auto* found = json.find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Result<std::vector<FieldChange>> change_fields_from(const Json& json, std::string_view name) {
  std::vector<FieldChange> out;
  for (const auto& item : TRY(fields::maybe_list(json, name, max_fields))) {
    out.push_back({.field = TRY(fields::get_text(item, "field")),
                   .before = value_of(item, "before"),
                   .after = value_of(item, "after"),
                   .diff = maybe_string(item, "diff")});
  }
  return out;
}

bool is_fact(const Json& value) {
  return value.string() != nullptr || value.integer() != nullptr || value.boolean() != nullptr;
}

void put_text(Json& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

// An all-zero digest means "none" in the model; on the wire it is left out.
void put_digest(Json& json, std::string_view name, const Digest& digest) {
  if (digest != Digest()) json[name] = digest.str();
}

Result<Digest> digest_or_none(const Json& json, std::string_view name) {
  return TRY(fields::maybe_digest(json, name)).value_or(Digest());
}

Result<std::optional<Facts>> maybe_facts(const Json& json) {
  const auto* facts = json.find("facts");
  if (facts == nullptr) return std::nullopt;
  return TRY(facts_from(*facts));
}

Result<std::vector<ResourceStatus>> not_ready_from(const Json& json) {
  std::vector<ResourceStatus> out;
  for (const auto& item : TRY(fields::maybe_list(json, "not_ready", max_not_ready)))
    out.push_back(TRY(resource_status_from(item)));
  return out;
}

Result<std::optional<Change>> maybe_change(const Json& json) {
  const auto* change = json.find("change");
  if (change == nullptr) return std::nullopt;
  return TRY(Change::from_json(*change));
}

}  // namespace

Json to_json(const Condition& condition) {
  Json out;
  out["state"] = name(condition.state);
  put_text(out, "reason", condition.reason);
  put_text(out, "message", condition.message);
  return out;
}

Result<Condition> condition_from(const Json& json) {
  const auto word = TRY(get_string(json, "state"));
  const auto state = parse_state(word);
  if (!state) return fail(Errc::invalid, "unknown state `", word, "`");
  return Condition{.state = *state,
                   .reason = TRY(fields::maybe_text(json, "reason")),
                   .message = TRY(fields::maybe_text(json, "message"))};
}

Json to_json(const ResourceStatus& status) {
  Json out = to_json(status.condition);
  out["resource"] = status.id.str();
  if (!status.differs.empty()) out["differs"] = change_fields(status.differs);
  return out;
}

Result<ResourceStatus> resource_status_from(const Json& json) {
  const auto id = ResourceId::parse(TRY(fields::get_text(json, "resource")));
  if (!id) return fail(Errc::invalid, "`resource` is no id of a resource");
  return ResourceStatus{
      .id = *id, .condition = TRY(condition_from(json)), .differs = TRY(change_fields_from(json, "differs"))};
}

Json to_json(const StatusReport& report) {
  Json out;
  out["boot"] = report.boot;
  out["number"] = report.number;
  put_digest(out, "statement", report.statement);
  out["sequence"] = report.sequence.value;
  put_digest(out, "manifest", report.manifest);
  out["generation"] = report.generation.value;
  out["condition"] = to_json(report.condition);
  Json::Array not_ready;
  for (const auto& status : report.not_ready) not_ready.push_back(to_json(status));
  out["not_ready"] = std::move(not_ready);
  out["resources"] = report.resources;
  put_text(out, "refused", report.refused);
  put_digest(out, "refused_statement", report.refused_statement);
  if (report.facts) out["facts"] = to_json(*report.facts);
  out["facts_digest"] = report.facts_digest.str();
  out["agent_version"] = report.agent_version;
  out["time"] = rfc3339(report.time);
  out["events_dropped"] = report.events_dropped;
  return out;
}

Result<StatusReport> status_report_from(const Json& json) {
  const auto* condition = json.find("condition");
  if (condition == nullptr) return fail(Errc::invalid, "`condition` is missing");
  return StatusReport{.boot = TRY(fields::get_text(json, "boot")),
                      .number = TRY(fields::get_count(json, "number")),
                      .statement = TRY(digest_or_none(json, "statement")),
                      .sequence = Sequence{TRY(fields::get_count(json, "sequence"))},
                      .manifest = TRY(digest_or_none(json, "manifest")),
                      .generation = Generation{TRY(fields::get_count(json, "generation"))},
                      .condition = TRY(condition_from(*condition)),
                      .not_ready = TRY(not_ready_from(json)),
                      .resources = TRY(fields::get_count(json, "resources")),
                      .refused = TRY(fields::maybe_text(json, "refused")),
                      .refused_statement = TRY(digest_or_none(json, "refused_statement")),
                      .facts = TRY(maybe_facts(json)),
                      .facts_digest = TRY(fields::get_digest(json, "facts_digest")),
                      .agent_version = TRY(fields::get_text(json, "agent_version")),
                      .time = TRY(fields::get_time(json, "time")),
                      .events_dropped = TRY(fields::get_count(json, "events_dropped"))};
}

Json to_json(const DeviceEvent& event) {
  Json out;
  out["number"] = event.number;
  out["time"] = rfc3339(event.time);
  out["event"] = event.kind;
  out["sequence"] = event.sequence.value;
  if (event.change) out["change"] = event.change->to_json();
  put_text(out, "message", event.message);
  if (event.failed) out["failed"] = true;
  return out;
}

Result<DeviceEvent> device_event_from(const Json& json) {
  return DeviceEvent{.number = TRY(fields::get_count(json, "number")),
                     .time = TRY(fields::get_time(json, "time")),
                     .kind = TRY(fields::get_text(json, "event")),
                     .sequence = Sequence{TRY(fields::get_count(json, "sequence"))},
                     .change = TRY(maybe_change(json)),
                     .message = TRY(fields::maybe_text(json, "message")),
                     .failed = maybe_boolean(json, "failed").value_or(false)};
}

Json to_json(const Facts& facts) {
  Json::Object out;
  for (const auto& [fact, value] : facts) out[fact] = value;
  return out;
}

Result<Facts> facts_from(const Json& json) {
  if (json.object() == nullptr) return fail(Errc::invalid, "`facts` is not an object");
  if (json.object()->size() > max_facts) return fail(Errc::invalid, "more than ", max_facts, " facts");
  Facts out;
  for (const auto& [fact, value] : *json.object()) {
    if (!is_fact(value)) return fail(Errc::invalid, "the fact `", fact, "` is no string, integer or boolean");
    out.emplace(fact, value);
  }
  return out;
}

Digest facts_digest(const Facts& facts) { return sha256(to_json(facts).canonical()); }

}  // namespace flyball::wire
