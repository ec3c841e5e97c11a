#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flyball::compile::yaml {

/// What an unquoted word means (YAML 1.2.2, section 10.3.2). Quoted and block text is always `string`.
enum class Type : std::uint8_t { null, boolean, integer, decimal, string };

/// The type of a plain scalar by the core schema, with one narrowing of ours: a number with a leading zero (`0644`,
/// `007.5`) is a string, since whoever writes it means the digits. So are `no`, `on`, `12:30` and dates.
Type resolve(std::string_view plain);

/// The value of a text that `resolve` calls `integer`; nothing when it does not fit.
std::optional<std::int64_t> integer_of(std::string_view plain);

/// The value of a text that `resolve` calls `integer` or `decimal`, `.inf` and `.nan` included.
std::optional<double> decimal_of(std::string_view plain);

/// The value of a text that `resolve` calls `boolean`.
std::optional<bool> boolean_of(std::string_view plain);

}  // namespace flyball::compile::yaml
