#include "compile/compile.hpp"
#include "compile/declarations.hpp"
#include "resources/spec.hpp"

#include <array>

// JSON Schema, draft 7 (json-schema.org/draft-07), for editors. It says what the reader takes, from the same tables;
// the reader alone judges, and says more. Strings may hold `${{ … }}`, so values of other types may be texts too.
namespace flyball::compile {
namespace {

Json typed(std::string_view type) { return Json::Object{{"type", Json(type)}}; }
Json list_of(Json items) { return Json::Object{{"type", "array"}, {"items", std::move(items)}}; }
Json any_of(Json::Array choices) { return Json::Object{{"anyOf", std::move(choices)}}; }
Json one_of(std::initializer_list<std::string_view> words) {
  Json::Array out;
  for (const auto word : words) out.emplace_back(word);
  return Json::Object{{"enum", std::move(out)}};
}
Json matching(std::string_view pattern) { return Json::Object{{"type", "string"}, {"pattern", Json(pattern)}}; }

// A whole value that is one reference takes the reference's type; an unquoted number stands for a text as well.
Json text_schema() { return Json::Object{{"type", Json::Array{"string", "number", "boolean"}}}; }
Json reference() { return matching(R"(\$\{\{.*\}\})"); }

Json nullable(Json schema) { return any_of({std::move(schema), typed("null")}); }
Json described(Json schema, std::string_view help) {
  schema["description"] = help;
  return schema;
}

Json field_schema(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return any_of({typed("boolean"), reference()});
    case FieldType::integer:
      return any_of({typed("integer"), reference()});
    case FieldType::ensure:
      return one_of({"present", "absent"});
    case FieldType::mode:
      return any_of({matching("^[0-7]{3,4}$"), typed("integer"), reference()});
    case FieldType::names:
      return any_of({list_of(text_schema()), reference()});
    case FieldType::string:
    case FieldType::version:
    case FieldType::duration:
    case FieldType::content:
      return text_schema();
  }
  return Json::Object{};
}

Json key_schema(const KeyInfo& key, std::string_view item);

Json object_schema(Json properties) {
  return Json::Object{{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}
Json map_of(Json values) { return Json::Object{{"type", "object"}, {"additionalProperties", std::move(values)}}; }

// An empty value (`nginx:` with nothing behind it) is null too, and means release: the editor shows what `null` does.
Json resource_schema(const KindInfo& kind) {
  Json properties{Json::Object{}};
  for (const auto& field : kind.fields) {
    if (field.use != FieldUse::derived)
      properties[field.name] = described(nullable(field_schema(field.type)), field.help);
  }
  for (const auto& key : common_keys(kind.kind)) properties[key.name] = key_schema(key, kind.kind);
  return described(nullable(object_schema(std::move(properties))), kind.help);
}

Json item_schema(std::string_view item) {
  Json properties{Json::Object{}};
  for (const auto& key : keys_of(item)) properties[key.name] = key_schema(key, item);
  return object_schema(std::move(properties));
}

Json selector_schema() {
  Json properties{Json::Object{}};
  for (const auto* word : {"all", "any", "none"}) properties[word] = list_of(typed("string"));
  return object_schema(std::move(properties));
}

// What the maps of the tables hold; every collection of resources is one of them.
Json map_schema(std::string_view key) {
  if (key == "vars" || key == "labels") return map_of(text_schema());
  if (key == "guards") return item_schema("guards");
  if (key == "match" || key == "facts") return selector_schema();
  if (key == "devices") return map_of(nullable(Json::Object{{"$ref", "#/definitions/device"}}));
  if (find_collection(key) != nullptr) return Json::Object{{"$ref", Json(text("#/definitions/", key))}};
  return typed("object");
}

Json key_schema(const KeyInfo& key, std::string_view item) {
  if (key.name == "kind") return described(Json::Object{{"const", Json(item)}}, key.help);
  if (key.name == "manage") return described(one_of({"enforce", "observe"}), key.help);
  if (key.type == "map" && find_collection(key.name) != nullptr) return map_schema(key.name);
  if (key.type == "map") return described(map_schema(key.name), key.help);
  if (key.type == "list" && key.name == "when")
    return described(list_of(Json::Object{{"$ref", "#/definitions/when"}}), key.help);
  if (key.type == "list") return described(list_of(typed("string")), key.help);
  if (key.type == "number") return described(typed("integer"), key.help);
  if (key.type == "truth") return described(typed("boolean"), key.help);
  if (key.type == "percent") return described(any_of({matching("^[0-9.]+ ?%$"), typed("number")}), key.help);
  return described(text_schema(), key.help);
}

bool has_key(std::string_view item, std::string_view name) {
  for (const auto& key : keys_of(item)) {
    if (key.name == name) return true;
  }
  return false;
}

Json definitions(std::string_view item) {
  Json out{Json::Object{}};
  if (item == "fleet") return out;
  for (const auto& kind : kinds()) out[kind.collection] = described(map_of(resource_schema(kind)), kind.help);
  if (item == "devices") out["device"] = item_schema("device");
  if (has_key(item, "when")) out["when"] = item_schema("when");
  return out;
}

}  // namespace

Json json_schema(std::string_view file_kind) {
  auto out = item_schema(file_kind);
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  out["title"] = text("Flyball ", file_kind);
  out["required"] = Json::Array{"kind"};
  if (auto shared = definitions(file_kind); !shared.object()->empty()) out["definitions"] = std::move(shared);
  return out;
}

}  // namespace flyball::compile
