#include "compile/compile.hpp"
#include "compile/declarations.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

const Json& at(const Json& json, std::initializer_list<std::string_view> way) {
  static const Json nothing;
  const auto* here = &json;
  for (const auto step : way) {
    here = here->find(step);
    if (here == nullptr) return nothing;
  }
  return *here;
}

TEST(JsonSchema, EveryKeyThatTheReaderTakesIsThereAndNoOther) {
  for (const std::string_view kind : {"fleet", "devices", "group", "profile", "override"}) {
    const auto schema = json_schema(kind);
    EXPECT_EQ(at(schema, {"$schema"}), Json("http://json-schema.org/draft-07/schema#"));
    EXPECT_EQ(at(schema, {"additionalProperties"}), Json(false));
    EXPECT_EQ(at(schema, {"properties", "kind", "const"}), Json(kind));
    ASSERT_NE(at(schema, {"properties"}).object(), nullptr);
    EXPECT_EQ(at(schema, {"properties"}).object()->size(), keys_of(kind).size()) << kind;
    for (const auto& key : keys_of(kind)) EXPECT_FALSE(at(schema, {"properties", key.name}).is_null()) << key.name;
  }
}

TEST(JsonSchema, EveryFieldOfEveryKindIsThereButWhatUsersNeverWrite) {
  const auto schema = json_schema("group");
  for (const auto& kind : kinds()) {
    const auto& choices = at(schema, {"definitions", kind.collection, "additionalProperties", "anyOf"});
    ASSERT_NE(choices.array(), nullptr) << kind.collection;
    const auto& properties = at((*choices.array())[0], {"properties"});
    for (const auto& field : kind.fields)
      EXPECT_EQ(at(properties, {field.name}).is_null(), field.use == FieldUse::derived) << kind.kind << field.name;
    for (const auto& key : common_keys(kind.kind)) EXPECT_FALSE(at(properties, {key.name}).is_null()) << key.name;
  }
}

TEST(JsonSchema, EveryReferenceLeadsToADefinition) {
  for (const std::string_view kind : {"fleet", "devices", "group", "profile", "override"}) {
    const auto schema = json_schema(kind);
    std::function<void(const Json&)> walk = [&](const Json& json) {
      if (const auto target = maybe_string(json, "$ref")) {
        const auto name = target->substr(std::string_view("#/definitions/").size());
        EXPECT_FALSE(at(schema, {"definitions", name}).is_null()) << kind << ": " << *target;
      }
      if (json.object() != nullptr) {
        for (const auto& [key, value] : *json.object()) walk(value);
      }
      if (json.array() != nullptr) {
        for (const auto& value : *json.array()) walk(value);
      }
    };
    walk(schema);
  }
}

}  // namespace
}  // namespace flyball::compile
