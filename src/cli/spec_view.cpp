#include "cli/spec_view.hpp"

#include "compile/text_diff.hpp"

namespace flyball::cli {
namespace {

constexpr std::size_t longest = std::size_t{64} * 1024;

// The parts of a text that still holds facts, put together again.
Json with_facts(const Json::Array& parts) {
  std::string out;
  for (const auto& part : parts)
    out +=
        part.string() != nullptr ? *part.string() : text("${{ facts.", maybe_string(part, "fact").value_or(""), " }}");
  return out;
}

Json shown_content(const compile::Fleet& fleet, const std::string& written) {
  const auto digest = Digest::parse(written);
  if (!digest) return written;
  const auto found = fleet.blobs.find(*digest);
  if (found == fleet.blobs.end()) return written;
  const auto& bytes = *found->second;
  if (!compile::is_text(bytes)) return text("(binary, ", bytes.size(), " bytes, ", digest->short_str(), ")");
  if (bytes.size() > longest) return text("(", bytes.size(), " bytes, ", digest->short_str(), ")");
  return bytes;
}

Json ids(const std::vector<ResourceId>& list) {
  Json::Array out;
  for (const auto& id : list) out.emplace_back(id.str());
  return out;
}

}  // namespace

Json shown_field(const compile::Fleet& fleet, const Variant& variant, std::string_view field, const Json& value) {
  const bool sensitive = maybe_boolean(variant.fields, "sensitive").value_or(false);
  if (field == "password_hash" || (sensitive && field == "content")) return "(sensitive)";
  const auto* parts = value.find("parts");
  if (parts != nullptr && parts->array() != nullptr) return with_facts(*parts->array());
  return field == "content" && value.string() != nullptr ? shown_content(fleet, *value.string()) : value;
}

Json shown_variant(const compile::Fleet& fleet, std::string_view kind, const Variant& variant) {
  if (variant.outcome != Variant::Outcome::managed) return Json();
  Json out{Json::Object{}};
  for (const auto& [name, value] : *variant.fields.object()) out[name] = shown_field(fleet, variant, name, value);
  const auto& relations = variant.relations;
  if (!relations.needs.empty()) out["needs"] = ids(relations.needs);
  if (!relations.restart_on.empty())
    out[kind == Command::kind ? "on_change" : "restart_on"] = ids(relations.restart_on);
  if (!relations.reload_on.empty()) out["reload_on"] = ids(relations.reload_on);
  if (relations.manage == Manage::observe) out["manage"] = "observe";
  for (const auto& name : relations.released) out[name] = Json();
  return out;
}

}  // namespace flyball::cli
