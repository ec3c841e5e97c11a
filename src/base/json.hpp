#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flyball {

/// A JSON value (RFC 8259). Numbers without fraction or exponent that fit are integers; all others are doubles.
/// Members of an object are kept sorted by the bytes of their names, so equal values are equal texts.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;  ///< null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(std::int64_t value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  /// Parses one value that fills the text. Duplicate names, bad UTF-8, NaN, trailing bytes and nesting deeper than
  /// 64 are `invalid`, with the offset in the message.
  static Result<Json> parse(std::string_view text);

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  Array* array() { return std::get_if<Array>(&value_); }
  Object* object() { return std::get_if<Object>(&value_); }

  /// The member of that name, or null (the pointer) when there is none or this is no object.
  const Json* find(std::string_view name) const;
  /// The member of that name; this becomes an object first when it is null.
  Json& operator[](std::string_view name);

  /// RFC 8785 (JSON Canonicalization Scheme): the one spelling of this value; no line end.
  std::string canonical() const;
  /// Two spaces a level, for people; the same order of members as `canonical`.
  std::string pretty() const;

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_ = nullptr;
};

// For decoding messages: the member's value, or an error that names it.
Result<std::string> get_string(const Json& object, std::string_view name);
Result<std::int64_t> get_integer(const Json& object, std::string_view name);
Result<bool> get_boolean(const Json& object, std::string_view name);
std::optional<std::string> maybe_string(const Json& object, std::string_view name);
std::optional<std::int64_t> maybe_integer(const Json& object, std::string_view name);
std::optional<bool> maybe_boolean(const Json& object, std::string_view name);

}  // namespace flyball
