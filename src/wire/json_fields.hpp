#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading of messages: what is known is checked for type and bounds, what is not known is left alone.
namespace flyball::wire::fields {

inline constexpr std::size_t max_text = 64 * 1024;  ///< Of any one text in a message.

/// Parses a message of that kind. `invalid`: too long, no JSON, no kind. `unsupported`: of another kind.
Result<Json> parse(std::string_view bytes, std::string_view kind, std::size_t max_bytes);

Result<std::uint64_t> get_count(const Json& object, std::string_view name);  ///< 0…2^53-1
Result<std::string> get_text(const Json& object, std::string_view name, std::size_t max = max_text);
Result<std::string> maybe_text(const Json& object, std::string_view name, std::size_t max = max_text);  ///< Or empty.
Result<Digest> get_digest(const Json& object, std::string_view name);
Result<std::optional<Digest>> maybe_digest(const Json& object, std::string_view name);
Result<WallTime> get_time(const Json& object, std::string_view name);
Result<Bytes> get_base64(const Json& object, std::string_view name);
/// The elements of a list of at most so many; an empty one when it is missing.
Result<Json::Array> maybe_list(const Json& object, std::string_view name, std::size_t max);

}  // namespace flyball::wire::fields
