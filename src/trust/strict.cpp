#include "trust/strict.hpp"

#include <algorithm>

namespace flyball::trust::strict {
namespace {

constexpr std::int64_t max_integer = (std::int64_t{1} << 53U) - 1;  // What every JSON reader can hold exactly.
constexpr std::size_t max_name = 255;

}  // namespace

Result<Json> parse(std::string_view bytes, std::string_view kind, std::size_t max_bytes) {
  if (bytes.size() > max_bytes) return fail(Errc::invalid, kind, ": longer than ", max_bytes, " bytes");
  auto json = TRY(Json::parse(bytes), kind);
  const auto found = maybe_string(json, "kind");
  if (!found) return fail(Errc::invalid, kind, ": `kind` is missing");
  if (*found != kind) return fail(Errc::unsupported, kind, ": of another kind");
  return json;
}

Result<> same(std::string_view encoded, std::string_view given, std::string_view kind) {
  if (encoded != given) return fail(Errc::invalid, kind, ": not in canonical form, or with unknown members");
  return {};
}

Result<std::uint64_t> get_count(const Json& object, std::string_view name) {
  const auto value = TRY(get_integer(object, name));
  if (value < 0 || value > max_integer) return fail(Errc::invalid, "`", name, "` is out of range");
  return static_cast<std::uint64_t>(value);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= max_name &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Result<std::string> get_name(const Json& object, std::string_view name) {
  auto value = TRY(get_string(object, name));
  if (!is_name(value)) return fail(Errc::invalid, "`", name, "` is empty, too long or not plain");
  return value;
}

Result<Digest> get_digest(const Json& object, std::string_view name) {
  const auto digest = Digest::parse(TRY(get_string(object, name)));
  if (!digest) return fail(Errc::invalid, "`", name, "` is no digest");
  return *digest;
}

Result<std::optional<Digest>> maybe_digest(const Json& object, std::string_view name) {
  if (object.find(name) == nullptr) return std::nullopt;
  return TRY(get_digest(object, name));
}

Result<WallTime> get_time(const Json& object, std::string_view name) {
  const auto time = parse_rfc3339(TRY(get_string(object, name)));
  if (!time) return fail(Errc::invalid, "`", name, "` is no time");
  return *time;
}

Result<Bytes> get_base64(const Json& object, std::string_view name) {
  auto bytes = unbase64(TRY(get_string(object, name)));
  if (!bytes) return fail(Errc::invalid, "`", name, "` is no base64");
  return std::move(*bytes);
}

Result<std::vector<std::string>> get_strings(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->array() == nullptr)
    return fail(Errc::invalid, "`", name, "` is missing or not a list");
  std::vector<std::string> out;
  for (const auto& item : *member->array()) {
    if (item.string() == nullptr) return fail(Errc::invalid, "`", name, "` holds something that is no string");
    out.push_back(*item.string());
  }
  return out;
}

Result<Json::Object> get_object(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->object() == nullptr)
    return fail(Errc::invalid, "`", name, "` is missing or not an object");
  return *member->object();
}

}  // namespace flyball::trust::strict
