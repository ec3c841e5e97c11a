#include "providers/subject.hpp"

namespace flyball::providers {

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) out += text(i == 0 ? "" : ", ", names[i]);
  if (names.size() > shown) out += text(" and ", names.size() - shown, " more");
  return out;
}

Result<> Provider::trigger(const Subject&, Trigger) { return {}; }

}  // namespace flyball::providers
