#include "plan/protected.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace flyball::plan {
namespace {

constexpr std::array<std::string_view, 6> paths{
    "/var/lib/flyball-agent",
    "/run/flyball-agent",
    "/usr/bin/flyball-agent",
    "/lib/systemd/system/flyball-agent.service",
    "/usr/lib/systemd/system/flyball-agent.service",
    "/etc/systemd/system/flyball-agent.service",
};

// `/var/lib` of `/var/lib/flyball-agent`; a path is not above itself.
bool is_above(std::string_view path, std::string_view below) {
  return path == "/" || (below.starts_with(path) && below.substr(path.size()).starts_with('/'));
}

}  // namespace

std::optional<std::string> protected_reason(const ResourceId& id, const Spec& spec) {
  const auto name = id.name();
  const bool in_file_system = id.kind() == File::kind || id.kind() == Directory::kind || id.kind() == Link::kind;
  const auto own = [&](std::string_view path) { return name == path || is_above(path, name); };
  if (in_file_system && std::ranges::any_of(paths, own)) return "it belongs to the agent itself";
  if (id.kind() == Package::kind && name == "flyball-agent") return "it is the agent itself";
  if (id.kind() == Service::kind && unit_name(name) == "flyball-agent.service") return "it is the agent itself";
  const auto* directory = std::get_if<Directory>(&spec);
  const auto purged = [&](std::string_view path) { return is_above(name, path); };
  if (directory != nullptr && directory->purge == true && std::ranges::any_of(paths, purged))
    return "`purge` would take the agent itself away";
  return std::nullopt;
}

}  // namespace flyball::plan
