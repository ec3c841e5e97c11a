#include "model/manifest.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace flyball {

Bytes Manifest::encode() const {
  std::vector<Bytes> texts;
  texts.reserve(resources.size());
  for (const auto& entry : resources) texts.push_back(encode_entry(entry));
  return join(std::vector<std::string_view>(texts.begin(), texts.end()));
}

Bytes Manifest::encode_entry(const Entry& entry) {
  return Json(Json::Array{entry.first.str(), entry.second.str()}).canonical();
}

Bytes Manifest::join(std::span<const std::string_view> entries) {
  auto out = text(R"({"kind":")", kind, R"(","resources":[)");
  std::size_t size = out.size() + entries.size() + 2;
  for (const auto entry : entries) size += entry.size();
  out.reserve(size);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out += ',';
    out += entries[i];
  }
  out += "]}";
  return out;
}

Result<Manifest> Manifest::decode(std::string_view bytes) {
  const auto json = TRY(Json::parse(bytes), "manifest");
  if (maybe_string(json, "kind") != kind) return fail(Errc::unsupported, "manifest: not of kind ", kind);
  const auto* list = json.find("resources");
  if (list == nullptr || list->array() == nullptr) return fail(Errc::invalid, "manifest: `resources` is not a list");
  if (list->array()->size() > max_resources)
    return fail(Errc::invalid, "manifest: more than ", max_resources, " resources");
  Manifest out;
  out.resources.reserve(list->array()->size());
  for (const auto& item : *list->array()) {
    const auto* pair = item.array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].string() == nullptr || (*pair)[1].string() == nullptr) {
      return fail(Errc::invalid, "manifest: an entry is not a pair of id and digest");
    }
    auto id = ResourceId::parse(*(*pair)[0].string());
    const auto digest = Digest::parse(*(*pair)[1].string());
    if (!id || !digest) return fail(Errc::invalid, "manifest: `", *(*pair)[0].string(), "` has no proper id or digest");
    if (!out.resources.empty() && !(out.resources.back().first < *id)) {
      return fail(Errc::invalid, "manifest: `", id->str(), "` is out of order");
    }
    out.resources.emplace_back(std::move(*id), *digest);
  }
  if (out.encode() != bytes) return fail(Errc::invalid, "manifest: not in canonical form");
  return out;
}

}  // namespace flyball
