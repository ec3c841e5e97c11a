#include "resources/resource.hpp"

#include <algorithm>
#include <set>

namespace flyball {
namespace {

Json ids_json(const std::vector<ResourceId>& ids) {
  Json::Array out;
  for (const auto& id : ids) out.emplace_back(id.str());
  return out;
}

Result<std::vector<ResourceId>> ids_from(const Json& json, std::string_view name) {
  std::vector<ResourceId> out;
  const auto* list = json.find(name);
  if (list == nullptr) return out;
  if (list->array() == nullptr) return fail(Errc::invalid, "`", name, "` is not a list");
  for (const auto& item : *list->array()) {
    auto id = item.string() != nullptr ? ResourceId::parse(*item.string()) : std::nullopt;
    if (!id) return fail(Errc::invalid, "`", name, "` holds ", item.canonical(), ", which is no resource id");
    out.push_back(std::move(*id));
  }
  return out;
}

Json variant_json(const Variant& variant) {
  Json out{Json::Object{}};
  if (!variant.when.always()) out["when"] = variant.when.to_json();
  if (variant.outcome == Variant::Outcome::released) out["outcome"] = "released";
  if (variant.outcome == Variant::Outcome::none) out["outcome"] = "none";
  if (variant.outcome != Variant::Outcome::managed) return out;
  out["fields"] = variant.fields;
  const auto& relations = variant.relations;
  if (!relations.needs.empty()) out["needs"] = ids_json(relations.needs);
  if (!relations.restart_on.empty()) out["restart_on"] = ids_json(relations.restart_on);
  if (!relations.reload_on.empty()) out["reload_on"] = ids_json(relations.reload_on);
  if (!relations.released.empty()) {
    Json::Array names;
    for (const auto& name : relations.released) names.emplace_back(name);
    out["released"] = std::move(names);
  }
  if (relations.manage == Manage::observe) out["manage"] = "observe";
  return out;
}

Result<Variant> variant_from(const Json& json) {
  if (json.object() == nullptr) return fail(Errc::invalid, "a variant is not an object");
  Variant out;
  if (const auto* when = json.find("when")) out.when = TRY(When::from_json(*when));
  if (const auto outcome = maybe_string(json, "outcome")) {
    if (*outcome != "released" && *outcome != "none") return fail(Errc::invalid, "unknown outcome `", *outcome, "`");
    out.outcome = *outcome == "released" ? Variant::Outcome::released : Variant::Outcome::none;
    return out;
  }
  const auto* fields = json.find("fields");
  if (fields == nullptr || fields->object() == nullptr) return fail(Errc::invalid, "a variant has no fields");
  out.fields = *fields;
  out.relations = {.needs = TRY(ids_from(json, "needs")),
                   .restart_on = TRY(ids_from(json, "restart_on")),
                   .reload_on = TRY(ids_from(json, "reload_on"))};
  if (const auto* released = json.find("released"); released != nullptr && released->array() != nullptr) {
    for (const auto& name : *released->array()) {
      if (name.string() != nullptr) out.relations.released.push_back(*name.string());
    }
  }
  if (maybe_string(json, "manage") == "observe") out.relations.manage = Manage::observe;
  return out;
}

// The `parts` of a text that still holds facts, or null.
const Json::Array* parts_of(const Json& value) {
  const auto* parts = value.find("parts");
  return parts != nullptr ? parts->array() : nullptr;
}

std::string spelled(const Json& fact) { return fact.string() != nullptr ? *fact.string() : fact.canonical(); }

class Filling {
 public:
  explicit Filling(const Facts& facts) : facts_(facts) {}

  Json fill(const Json& value) {
    if (const auto* parts = parts_of(value)) return joined(*parts);
    if (const auto* list = value.array()) {
      Json::Array out;
      for (const auto& item : *list) out.push_back(fill(item));
      return out;
    }
    return value;
  }
  const std::set<std::string>& unknown() const { return unknown_; }

 private:
  Json joined(const Json::Array& parts) {
    // A whole value that is one reference keeps the fact's type.
    if (parts.size() == 1 && parts[0].string() == nullptr) return fact(parts[0]);
    std::string out;
    for (const auto& part : parts) out += part.string() != nullptr ? *part.string() : spelled(fact(part));
    return out;
  }
  Json fact(const Json& reference) {
    const auto name = maybe_string(reference, "fact").value_or("");
    const auto found = facts_.find(name);
    if (found != facts_.end()) return found->second;
    unknown_.insert(name);
    return "";
  }

  const Facts& facts_;
  std::set<std::string> unknown_;
};

void name_unknown_facts(const When& when, const Facts& facts, std::set<std::string>& out) {
  for (const auto* tests : {&when.all, &when.any, &when.none}) {
    for (const auto& test : *tests) {
      if (!facts.contains(test.fact)) out.insert(test.fact);
    }
  }
  for (const auto& w : when.also) name_unknown_facts(w, facts, out);
}

Resolved waiting(const std::set<std::string>& unknown) {
  Resolved out{.outcome = Resolved::Outcome::waiting};
  for (const auto& name : unknown) out.waiting_for += text(out.waiting_for.empty() ? "" : ", ", name);
  return out;
}

Result<Resolved> resolve_variant(const ResourceId& id, const Variant& variant, const Facts& facts) {
  if (variant.outcome == Variant::Outcome::none) return Resolved{};
  if (variant.outcome == Variant::Outcome::released) return Resolved{.outcome = Resolved::Outcome::released};
  const auto* kind = find_kind(id.kind());
  if (kind == nullptr) return fail(Errc::unsupported, "unknown kind `", id.kind(), "`: the agent is too old for it");
  Filling filling(facts);
  Resolved out{.outcome = Resolved::Outcome::managed, .relations = variant.relations};
  Json fields{Json::Object{}};
  for (const auto& [name, value] : *variant.fields.object()) {
    Json filled = filling.fill(value);
    const auto* field = kind->find(name);
    if (field != nullptr && field->type == FieldType::content && parts_of(value) != nullptr) {
      Bytes bytes = spelled(filled);
      const auto digest = sha256(bytes);
      out.contents.emplace(digest, std::move(bytes));
      filled = digest.str();
    }
    fields[name] = std::move(filled);
  }
  if (!filling.unknown().empty()) return waiting(filling.unknown());
  out.spec = TRY(decode(id.kind(), fields));
  return out;
}

}  // namespace

Bytes SpecBlob::encode() const {
  Json::Array list;
  for (const auto& variant : variants) list.push_back(variant_json(variant));
  Json out;
  out["kind"] = kind;
  out["variants"] = std::move(list);
  return out.canonical();
}

Result<SpecBlob> SpecBlob::decode(std::string_view bytes) {
  const auto json = TRY(Json::parse(bytes), "spec");
  if (maybe_string(json, "kind") != kind) return fail(Errc::unsupported, "spec: not of kind ", kind);
  const auto* list = json.find("variants");
  if (list == nullptr || list->array() == nullptr || list->array()->size() > max_variants) {
    return fail(Errc::invalid, "spec: `variants` is not a list of at most ", max_variants);
  }
  SpecBlob out;
  for (const auto& item : *list->array()) out.variants.push_back(TRY(variant_from(item), "spec"));
  if (out.encode() != bytes)
    return fail(Errc::invalid, "spec: not in canonical form, or holds what this version does not know");
  return out;
}

std::vector<Digest> contents_of(const SpecBlob& blob) {
  std::vector<Digest> out;
  for (const auto& variant : blob.variants) {
    const auto content = maybe_string(variant.fields, "content");
    if (const auto digest = content ? Digest::parse(*content) : std::nullopt) out.push_back(*digest);
  }
  return out;
}

Result<Resolved> resolve(const ResourceId& id, const SpecBlob& blob, const Facts& facts, WallTime now) {
  for (const auto& variant : blob.variants) {
    const auto holds = variant.when.holds(facts, now);
    if (holds == Truth::yes) return resolve_variant(id, variant, facts);
    if (holds == Truth::unknown) {
      std::set<std::string> unknown;
      name_unknown_facts(variant.when, facts, unknown);
      return waiting(unknown);
    }
  }
  return Resolved{};
}

}  // namespace flyball
