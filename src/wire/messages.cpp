#include "wire/messages.hpp"

#include "wire/json_fields.hpp"
#include "wire/report_json.hpp"

#include <charconv>
#include <utility>

namespace flyball::wire {
namespace {

Result<std::optional<Digest>> digest_parameter(const Query& query, std::string_view name) {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  const auto digest = Digest::parse(found->second);
  if (!digest) return fail(Errc::invalid, "`", name, "` is no digest");
  return digest;
}

Result<std::uint64_t> count_parameter(const Query& query, std::string_view name) {
  const auto found = query.find(name);
  if (found == query.end()) return 0;
  const auto& digits = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value > (std::uint64_t{1} << 53U) - 1)
    return fail(Errc::invalid, "`", name, "` is no number, or out of range");
  return value;
}

Result<std::optional<Bytes>> envelope_of(const Json& json) {
  if (json.find("envelope") == nullptr) return std::nullopt;
  return TRY(fields::get_base64(json, "envelope"));
}

Result<std::optional<StatusReport>> status_of(const Json& json) {
  const auto* status = json.find("status");
  if (status == nullptr) return std::nullopt;
  return TRY(status_report_from(*status), "status");
}

Result<ReportMessage> read_report(const Json& json) {
  ReportMessage out{.boot = TRY(fields::get_text(json, "boot")), .status = TRY(status_of(json))};
  for (const auto& item : TRY(fields::maybe_list(json, "events", max_events_per_report)))
    out.events.push_back(TRY(device_event_from(item), "event"));
  return out;
}

}  // namespace

Query DesiredQuery::query() const {
  Query out = {{"trust", text(trust)}, {"wake", text(wake)}};
  if (have) out.emplace("have", have->str());
  if (seen) out.emplace("seen", seen->str());
  return out;
}

Result<DesiredQuery> DesiredQuery::from(const Query& query) {
  return DesiredQuery{.have = TRY(digest_parameter(query, "have")),
                      .seen = TRY(digest_parameter(query, "seen")),
                      .trust = TRY(count_parameter(query, "trust")),
                      .wake = TRY(count_parameter(query, "wake"))};
}

Bytes DesiredAnswer::encode() const {
  Json out = Json::Object{{"kind", kind}, {"wake", wake}};
  if (envelope) out["envelope"] = base64(*envelope);
  return out.canonical();
}

Result<DesiredAnswer> DesiredAnswer::decode(std::string_view bytes) {
  const auto json = TRY(fields::parse(bytes, kind, max_answer_bytes));
  return DesiredAnswer{.envelope = TRY(envelope_of(json), kind), .wake = TRY(fields::get_count(json, "wake"), kind)};
}

Bytes ReportMessage::encode() const {
  Json out = Json::Object{{"kind", kind}, {"boot", boot}};
  if (status) out["status"] = to_json(*status);
  Json::Array list;
  for (const auto& event : events) list.push_back(to_json(event));
  out["events"] = std::move(list);
  return out.canonical();
}

Result<ReportMessage> ReportMessage::decode(std::string_view bytes) {
  return TRY(read_report(TRY(fields::parse(bytes, kind, max_report_bytes))), kind);
}

Bytes ReportAnswer::encode() const {
  Json out = Json::Object{{"kind", kind}, {"acknowledged", acknowledged}, {"wake", wake}};
  if (facts) out["facts"] = facts->str();
  return out.canonical();
}

Result<ReportAnswer> ReportAnswer::decode(std::string_view bytes) {
  const auto json = TRY(fields::parse(bytes, kind, max_answer_bytes));
  return ReportAnswer{.acknowledged = TRY(fields::get_count(json, "acknowledged"), kind),
                      .wake = TRY(fields::get_count(json, "wake"), kind),
                      .facts = TRY(fields::maybe_digest(json, "facts"), kind)};
}

Bytes Problem::encode() const {
  Json out = Json::Object{{"type", type}, {"title", title}, {"code", code}, {"status", status}};
  if (!detail.empty()) out["detail"] = detail;
  return out.canonical();
}

Result<Problem> Problem::decode(std::string_view bytes) {
  if (bytes.size() > max_report_bytes) return fail(Errc::invalid, "problem: longer than ", max_report_bytes, " bytes");
  const auto json = TRY(Json::parse(bytes), "problem");
  if (json.object() == nullptr) return fail(Errc::invalid, "problem: not an object");
  // RFC 9457 makes every member optional, and whatever stands between may have written it.
  const auto status = maybe_integer(json, "status").value_or(0);
  return Problem{.type = maybe_string(json, "type").value_or("about:blank"),
                 .title = maybe_string(json, "title").value_or(""),
                 .code = maybe_string(json, "code").value_or(""),
                 .status = status < 0 || status > 999 ? 0 : static_cast<int>(status),
                 .detail = maybe_string(json, "detail").value_or("")};
}

}  // namespace flyball::wire
