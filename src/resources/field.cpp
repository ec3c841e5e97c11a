#include "resources/field.hpp"

#include <algorithm>

namespace flyball {
namespace {

std::unexpected<Error> not_a(std::string_view what, const Json& json) {
  return fail(Errc::invalid, json.canonical(), " is not ", what);
}

Result<std::string> string_of(const Json& json, std::string_view what) {
  if (json.string() == nullptr) return not_a(what, json);
  return *json.string();
}

Json names_json(const std::vector<std::string>& names) {
  Json::Array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

Result<std::vector<std::string>> names_of(const Json& json) {
  if (json.array() == nullptr) return not_a("a list of texts", json);
  std::vector<std::string> out;
  for (const auto& item : *json.array()) out.push_back(TRY(string_of(item, "a text")));
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

}  // namespace

Result<bool> FieldCodec<bool>::decode(const Json& json) {
  if (json.boolean() == nullptr) return not_a("true or false", json);
  return *json.boolean();
}

Result<std::int64_t> FieldCodec<std::int64_t>::decode(const Json& json) {
  if (json.integer() == nullptr) return not_a("a whole number", json);
  return *json.integer();
}

Result<std::string> FieldCodec<std::string>::decode(const Json& json) { return string_of(json, "a text"); }

Result<Ensure> FieldCodec<Ensure>::decode(const Json& json) {
  if (json == Json("present")) return Ensure::present;
  if (json == Json("absent")) return Ensure::absent;
  return not_a("present or absent", json);
}

Result<Mode> FieldCodec<Mode>::decode(const Json& json) {
  return Mode::parse(TRY(string_of(json, "a mode such as \"0644\"")));
}

Result<Version> FieldCodec<Version>::decode(const Json& json) {
  return Version::parse(TRY(string_of(json, "a version")));
}

Json FieldCodec<Duration>::encode(Duration value) {
  return text(std::chrono::duration_cast<std::chrono::milliseconds>(value).count(), "ms");
}

Result<Duration> FieldCodec<Duration>::decode(const Json& json) {
  const auto written = TRY(string_of(json, "a duration such as 90s"));
  const auto duration = parse_duration(written);
  if (!duration) return fail(Errc::invalid, "`", written, "` is not a duration such as 90s, 10m or 1h30m");
  return *duration;
}

Result<Digest> FieldCodec<Digest>::decode(const Json& json) {
  const auto digest = Digest::parse(TRY(string_of(json, "a digest")));
  if (!digest) return not_a("a digest", json);
  return *digest;
}

Json FieldCodec<NameSet>::encode(const NameSet& value) { return names_json(value.names); }
Result<NameSet> FieldCodec<NameSet>::decode(const Json& json) { return NameSet{TRY(names_of(json))}; }
Json FieldCodec<NamesWithin>::encode(const NamesWithin& value) { return names_json(value.names); }
Result<NamesWithin> FieldCodec<NamesWithin>::decode(const Json& json) { return NamesWithin{TRY(names_of(json))}; }

bool satisfied(const Version& desired, const Version& observed) {
  if (desired.text == observed.text) return true;
  if (desired.text.starts_with(">="))
    return observed.text == "latest" || compare_versions(observed.text, std::string_view(desired.text).substr(2)) >= 0;
  return false;
}

bool satisfied(const NamesWithin& desired, const NamesWithin& observed) {
  return std::ranges::includes(observed.names, desired.names);
}

}  // namespace flyball
