#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Reading of the documents that get signed: RFC 8785, narrowed to integers from 0 to 2^53-1. A reader takes what it
/// knows and then compares what it would write with what it was given: that refuses unknown members, null, other
/// spellings and stray bytes in one stroke.
namespace flyball::trust::strict {

/// Parses a document of that kind. `invalid`: too long, no JSON. `unsupported`: of another kind.
Result<Json> parse(std::string_view bytes, std::string_view kind, std::size_t max_bytes);
/// The last step of every `decode`.
Result<> same(std::string_view encoded, std::string_view given, std::string_view kind);

Result<std::uint64_t> get_count(const Json& object, std::string_view name);
/// Not empty, at most 255 bytes, printable ASCII without spaces: names that travel in signed documents.
Result<std::string> get_name(const Json& object, std::string_view name);
bool is_name(std::string_view text);
Result<Digest> get_digest(const Json& object, std::string_view name);
Result<std::optional<Digest>> maybe_digest(const Json& object, std::string_view name);
Result<WallTime> get_time(const Json& object, std::string_view name);
Result<Bytes> get_base64(const Json& object, std::string_view name);
/// A list of strings; their order and uniqueness is checked by `same` when they are kept in a set.
Result<std::vector<std::string>> get_strings(const Json& object, std::string_view name);
Result<Json::Object> get_object(const Json& object, std::string_view name);

/// Each element by `read`, into a set.
template <class T, class Read>
Result<std::set<T>> get_set(const Json& object, std::string_view name, Read read) {
  std::set<T> out;
  for (const auto& item : TRY(get_strings(object, name))) {
    auto value = read(item);
    if (!value) return fail(Errc::invalid, "`", name, "` holds the unknown `", item, "`");
    out.insert(std::move(*value));
  }
  return out;
}

/// Each element by `write`, in order.
template <class Range, class Write>
Json list(const Range& items, Write write) {
  Json::Array out;
  for (const auto& item : items) out.emplace_back(write(item));
  return out;
}

}  // namespace flyball::trust::strict
