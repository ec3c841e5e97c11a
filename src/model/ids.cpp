#include "model/ids.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball {

std::string short_form(const Revision& revision) { return revision.str().substr(0, 7); }

ResourceId::ResourceId() {
  static const auto nothing = std::make_shared<const std::string>(":");
  text_ = nothing;
}

ResourceId::ResourceId(std::string_view kind, std::string_view name)
    : text_(std::make_shared<const std::string>(text(kind, ':', name))), colon_(kind.size()) {}

std::optional<ResourceId> ResourceId::parse(std::string_view input) {
  const auto colon = input.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == input.size()) return std::nullopt;
  const auto kind = input.substr(0, colon);
  if (!std::ranges::all_of(kind, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; })) return std::nullopt;
  return ResourceId(kind, input.substr(colon + 1));
}

}  // namespace flyball
