#include "compile/field_changes.hpp"

#include "compile/text_diff.hpp"

#include <algorithm>
#include <string>

namespace flyball::compile {
namespace {

constexpr std::uint64_t max_compared = std::uint64_t{1} << 20U;

// A text that still holds facts, as it was written.
Json as_written(const Json& value) {
  const auto* parts = value.find("parts");
  if (parts == nullptr || parts->array() == nullptr) return value;
  std::string out;
  for (const auto& part : *parts->array())
    out +=
        part.string() != nullptr ? *part.string() : text("${{ facts.", maybe_string(part, "fact").value_or(""), " }}");
  return out;
}

struct Side {
  const Variant* variant = nullptr;  // Managed, or null.
  const SpecReader* contents = nullptr;

  std::optional<Json> field(std::string_view name) const {
    if (variant == nullptr) return std::nullopt;
    if (std::ranges::find(variant->relations.released, name) != variant->relations.released.end())
      return Json("(released)");
    const auto* value = variant->fields.find(name);
    return value != nullptr ? std::optional(as_written(*value)) : std::nullopt;
  }
  bool sensitive() const { return variant != nullptr && maybe_boolean(variant->fields, "sensitive").value_or(false); }
  // What a content field stands for: the bytes of its digest, or the text that holds facts. Nothing when not known.
  std::optional<std::string> bytes(const Json& value) const {
    if (value.string() == nullptr) return std::nullopt;
    const auto digest = Digest::parse(*value.string());
    if (!digest) return *value.string();
    const auto* found = contents->content(*digest);
    return found != nullptr ? std::optional(*found) : std::nullopt;
  }
};

Json size_text(const std::string& bytes, std::string_view what) { return text(what, ", ", bytes.size(), " bytes"); }

FieldChange masked(std::string_view field, bool before, bool after) {
  FieldChange out{.field = std::string(field)};
  const bool both = before && after;
  if (before) out.before = both ? "(sensitive)" : "(sensitive, gone)";
  if (after) out.after = both ? "(sensitive, changed)" : "(sensitive)";
  return out;
}

// Digests tell people nothing, so a content is shown as the lines that differ; what cannot be shown says why.
FieldChange content_change(std::string_view field, const std::optional<Json>& before, const Side& old_side,
                           const std::optional<Json>& after, const Side& new_side) {
  FieldChange out{.field = std::string(field), .before = before, .after = after};
  const auto was = before ? old_side.bytes(*before) : std::optional<std::string>("");
  const auto is = after ? new_side.bytes(*after) : std::optional<std::string>("");
  if (!was || !is) return out;
  if (!is_text(*was) || !is_text(*is)) {
    if (before) out.before = size_text(*was, is_text(*was) ? "text" : "binary");
    if (after) out.after = size_text(*is, is_text(*is) ? "text" : "binary");
    if (before && after && out.before == out.after) out.after = text("other ", *out.after->string());
    return out;
  }
  if (was->size() > max_compared || is->size() > max_compared) {
    if (before) out.before = size_text(*was, "too long to compare");
    if (after) out.after = size_text(*is, "too long to compare");
    return out;
  }
  if (before && *before != Json("(released)")) out.before.reset();
  if (after && *after != Json("(released)")) out.after.reset();
  out.diff = text_diff(*was, *is);
  return out;
}

std::optional<Json> list_of(const Side& side, std::vector<ResourceId> Relations::* member) {
  if (side.variant == nullptr || (side.variant->relations.*member).empty()) return std::nullopt;
  Json::Array out;
  for (const auto& id : side.variant->relations.*member) out.emplace_back(id.str());
  return Json(std::move(out));
}

std::optional<Json> manage_of(const Side& side) {
  if (side.variant == nullptr || side.variant->relations.manage == Manage::enforce) return std::nullopt;
  return Json("observe");
}

void compare_relations(std::vector<FieldChange>& out, std::string_view kind, const Side& before, const Side& after) {
  const auto put = [&](std::string_view name, std::optional<Json> was, std::optional<Json> is) {
    if (was != is) out.push_back({.field = std::string(name), .before = std::move(was), .after = std::move(is)});
  };
  const auto list = [&](std::string_view name, std::vector<ResourceId> Relations::* member) {
    put(name, list_of(before, member), list_of(after, member));
  };
  list("needs", &Relations::needs);
  list(kind == Command::kind ? "on_change" : "restart_on", &Relations::restart_on);
  list("reload_on", &Relations::reload_on);
  put("manage", manage_of(before), manage_of(after));
}

void compare_fields(std::vector<FieldChange>& out, const ResourceId& id, const Side& before, const Side& after) {
  const auto* kind = find_kind(id.kind());
  if (kind == nullptr) return;
  const bool sensitive = before.sensitive() || after.sensitive();
  for (const auto& field : kind->fields) {
    const auto was = before.field(field.name);
    const auto is = after.field(field.name);
    if (was == is) continue;
    if (field.name == "password_hash" || (sensitive && field.type == FieldType::content)) {
      out.push_back(masked(field.name, was.has_value(), is.has_value()));
    } else if (field.type == FieldType::content) {
      out.push_back(content_change(field.name, was, before, is, after));
    } else {
      out.push_back({.field = std::string(field.name), .before = was, .after = is});
    }
  }
  compare_relations(out, id.kind(), before, after);
}

std::optional<Json> outcome_of(const Variant* variant) {
  if (variant == nullptr) return std::nullopt;
  if (variant->outcome == Variant::Outcome::released) return Json("released");
  if (variant->outcome == Variant::Outcome::none) return Json("not managed");
  return Json("managed");
}

const Variant* managed(const Variant* variant) {
  return variant != nullptr && variant->outcome == Variant::Outcome::managed ? variant : nullptr;
}

const Variant* with_condition(const SpecBlob* blob, const When& when) {
  if (blob == nullptr) return nullptr;
  const auto found = std::ranges::find(blob->variants, when, &Variant::when);
  return found == blob->variants.end() ? nullptr : &*found;
}

void compare_variants(std::vector<FieldChange>& out, const ResourceId& id, const Variant* before,
                      const SpecReader& old_contents, const Variant* after, const SpecReader& new_contents) {
  const auto* variant = after != nullptr ? after : before;
  const auto condition = when_text(variant->when);
  std::vector<FieldChange> changes;
  if (!condition.empty() && outcome_of(before) != outcome_of(after))
    out.push_back({.field = text("when ", condition), .before = outcome_of(before), .after = outcome_of(after)});
  if (managed(after) != nullptr || condition.empty())
    compare_fields(changes, id, {managed(before), &old_contents}, {managed(after), &new_contents});
  for (auto& change : changes) {
    if (!condition.empty()) change.field += text(" (when ", condition, ")");
    out.push_back(std::move(change));
  }
}

void add_tests(std::string& out, std::string_view lead, const std::vector<FactTest>& tests, std::string_view between) {
  if (tests.empty()) return;
  if (!out.empty()) out += ", ";
  out += lead;
  for (std::size_t i = 0; i < tests.size(); ++i) out += text(i > 0 ? between : std::string_view(), tests[i]);
}

}  // namespace

std::string when_text(const When& when) {
  std::string out;
  add_tests(out, "", when.all, ", ");
  add_tests(out, "", when.any, " or ");
  add_tests(out, "not ", when.none, ", not ");
  if (when.until) out += text(out.empty() ? "" : ", ", "until ", rfc3339(*when.until).substr(0, 10));
  for (const auto& also : when.also) {
    const auto part = when_text(also);
    if (!part.empty()) out += text(out.empty() ? "" : ", ", part);
  }
  return out;
}

std::vector<FieldChange> field_changes(const ResourceId& id, const SpecBlob* before, const SpecReader& old_contents,
                                       const SpecBlob* after, const SpecReader& new_contents) {
  std::vector<FieldChange> out;
  if (after != nullptr) {
    for (const auto& variant : after->variants) {
      const auto* was = with_condition(before, variant.when);
      if (was == nullptr || !(*was == variant)) compare_variants(out, id, was, old_contents, &variant, new_contents);
    }
  }
  if (before != nullptr && after != nullptr) {
    for (const auto& variant : before->variants) {
      if (with_condition(after, variant.when) == nullptr)
        compare_variants(out, id, &variant, old_contents, nullptr, new_contents);
    }
  }
  return out;
}

}  // namespace flyball::compile
