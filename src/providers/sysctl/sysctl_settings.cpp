#include "providers/sysctl/sysctl_settings.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::providers {

std::string sysctl_path(std::string_view key) {
  std::string out(key);
  const auto first = out.find_first_of("./");
  if (first == std::string::npos || out[first] == '/') return out;
  for (auto& c : out) {
    if (c == '.') {
      c = '/';
    } else if (c == '/') {
      c = '.';
    }
  }
  return out;
}

std::string squeezed(std::string_view value) {
  constexpr std::string_view white = " \t\r\n";
  std::string out;
  for (std::size_t at = value.find_first_not_of(white); at != std::string_view::npos;) {
    const auto end = std::min(value.find_first_of(white, at), value.size());
    out += text(out.empty() ? "" : " ", value.substr(at, end - at));
    at = value.find_first_not_of(white, end);
  }
  return out;
}

SysctlSettings SysctlSettings::parse(std::string_view input) {
  SysctlSettings out;
  while (!input.empty()) {
    const auto end = std::min(input.find('\n'), input.size());
    auto line = squeezed(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '-') line = squeezed(line.substr(1));  // sysctl.d(5): failures to set it are ignored.
    const auto equals = line.find('=');
    if (equals != std::string::npos) out.set(squeezed(line.substr(0, equals)), line.substr(equals + 1));
  }
  return out;
}

std::string SysctlSettings::str() const {
  std::string out = "# Written by Flyball. Changes are undone: change them in git.\n";
  for (const auto& [path, setting] : by_path_) out += text(setting.key, " = ", setting.value, '\n');
  return out;
}

std::optional<std::string> SysctlSettings::find(std::string_view key) const {
  const auto found = by_path_.find(sysctl_path(key));
  if (found == by_path_.end()) return std::nullopt;
  return found->second.value;
}

void SysctlSettings::set(std::string_view key, std::string_view value) {
  by_path_.insert_or_assign(sysctl_path(key), Setting{.key = std::string(key), .value = squeezed(value)});
}

void SysctlSettings::erase(std::string_view key) { by_path_.erase(sysctl_path(key)); }

}  // namespace flyball::providers
