#pragma once

#include "base/digest.hpp"
#include "base/json.hpp"
#include "resources/values.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// How a field is written in YAML and told to people.
enum class FieldType {
  boolean,
  integer,
  string,
  ensure,
  mode,
  version,
  duration,
  names,    ///< A list of short texts.
  content,  ///< Bytes by digest; in YAML one of `content`, `source`, `template`.
};

/// What a field is for.
enum class FieldUse {
  compared,  ///< Observed on the device and made equal.
  steering,  ///< Says how to act; never observed, never a difference.
  derived,   ///< Compared, but written by Flyball, not by users.
};

/// A field of a kind, as the reader, the JSON Schema, the reference page and the diff see it.
struct FieldInfo {
  std::string_view name;
  FieldType type;
  FieldUse use;
  std::string_view help;
};

/// One line of a kind's table: the name users write, where it is kept, and what it means.
template <class Spec, class T>
struct Field {
  std::string_view name;
  std::optional<T> Spec::* member;
  std::string_view help;
  FieldUse use = FieldUse::compared;
};

template <class Spec, class T>
constexpr Field<Spec, T> field(std::string_view name, std::optional<T> Spec::* member, std::string_view help) {
  return {name, member, help};
}
template <class Spec, class T>
constexpr Field<Spec, T> steering(std::string_view name, std::optional<T> Spec::* member, std::string_view help) {
  return {name, member, help, FieldUse::steering};
}
template <class Spec, class T>
constexpr Field<Spec, T> derived(std::string_view name, std::optional<T> Spec::* member, std::string_view help) {
  return {name, member, help, FieldUse::derived};
}

// The wire form of each type, and whether what is observed meets what is desired.
template <class T>
struct FieldCodec;

template <>
struct FieldCodec<bool> {
  static constexpr auto type = FieldType::boolean;
  static Json encode(bool value) { return value; }
  static Result<bool> decode(const Json& json);
};
template <>
struct FieldCodec<std::int64_t> {
  static constexpr auto type = FieldType::integer;
  static Json encode(std::int64_t value) { return value; }
  static Result<std::int64_t> decode(const Json& json);
};
template <>
struct FieldCodec<std::string> {
  static constexpr auto type = FieldType::string;
  static Json encode(const std::string& value) { return value; }
  static Result<std::string> decode(const Json& json);
};
template <>
struct FieldCodec<Ensure> {
  static constexpr auto type = FieldType::ensure;
  static Json encode(Ensure value) { return value == Ensure::present ? "present" : "absent"; }
  static Result<Ensure> decode(const Json& json);
};
template <>
struct FieldCodec<Mode> {
  static constexpr auto type = FieldType::mode;
  static Json encode(Mode value) { return value.str(); }
  static Result<Mode> decode(const Json& json);
};
template <>
struct FieldCodec<Version> {
  static constexpr auto type = FieldType::version;
  static Json encode(const Version& value) { return value.text; }
  static Result<Version> decode(const Json& json);
};
template <>
struct FieldCodec<Duration> {
  static constexpr auto type = FieldType::duration;
  static Json encode(Duration value);
  static Result<Duration> decode(const Json& json);
};
template <>
struct FieldCodec<Digest> {
  static constexpr auto type = FieldType::content;
  static Json encode(const Digest& value) { return value.str(); }
  static Result<Digest> decode(const Json& json);
};
template <>
struct FieldCodec<NameSet> {
  static constexpr auto type = FieldType::names;
  static Json encode(const NameSet& value);
  static Result<NameSet> decode(const Json& json);
};
template <>
struct FieldCodec<NamesWithin> {
  static constexpr auto type = FieldType::names;
  static Json encode(const NamesWithin& value);
  static Result<NamesWithin> decode(const Json& json);
};

template <class T>
bool satisfied(const T& desired, const T& observed) {
  return desired == observed;
}
bool satisfied(const Version& desired, const Version& observed);
bool satisfied(const NamesWithin& desired, const NamesWithin& observed);

}  // namespace flyball
