#include "wire/json_fields.hpp"

namespace flyball::wire::fields {
namespace {

constexpr std::int64_t max_integer = (std::int64_t{1} << 53U) - 1;

}  // namespace

Result<Json> parse(std::string_view bytes, std::string_view kind, std::size_t max_bytes) {
  if (bytes.size() > max_bytes) return fail(Errc::invalid, kind, ": longer than ", max_bytes, " bytes");
  auto json = TRY(Json::parse(bytes), kind);
  const auto found = TRY(get_string(json, "kind"), kind);
  if (found != kind) return fail(Errc::unsupported, kind, ": this is a message of another kind or version");
  return json;
}

Result<std::uint64_t> get_count(const Json& object, std::string_view name) {
  const auto value = TRY(get_integer(object, name));
  if (value < 0 || value > max_integer) return fail(Errc::invalid, "`", name, "` is out of range");
  return static_cast<std::uint64_t>(value);
}

Result<std::string> get_text(const Json& object, std::string_view name, std::size_t max) {
  auto value = TRY(get_string(object, name));
  if (value.size() > max) return fail(Errc::invalid, "`", name, "` is longer than ", max, " bytes");
  return value;
}

Result<std::string> maybe_text(const Json& object, std::string_view name, std::size_t max) {
  if (object.find(name) == nullptr) return std::string();
  return get_text(object, name, max);
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

Result<Json::Array> maybe_list(const Json& object, std::string_view name, std::size_t max) {
  const auto* member = object.find(name);
  if (member == nullptr) return Json::Array{};
  if (member->array() == nullptr) return fail(Errc::invalid, "`", name, "` is not a list");
  if (member->array()->size() > max) return fail(Errc::invalid, "`", name, "` holds more than ", max);
  return *member->array();
}

}  // namespace flyball::wire::fields
