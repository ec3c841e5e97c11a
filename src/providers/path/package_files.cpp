#include "providers/path/package_files.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace flyball::providers {
namespace {

constexpr std::string_view info = "/var/lib/dpkg/info";
constexpr std::uint64_t max_list_bytes = std::uint64_t{64} << 20U;

// The name right below `directory/` that leads to each line of a list.
void collect(std::string_view list, std::string_view directory, std::set<std::string>& out) {
  while (!list.empty()) {
    const auto end = std::min(list.find('\n'), list.size());
    const auto line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!line.starts_with(directory)) continue;
    const auto rest = line.substr(directory.size());
    if (rest.size() < 2 || rest[0] != '/') continue;
    out.emplace(rest.substr(1, rest.find('/', 1) - 1));
  }
}

// Packages may name what lies in /usr/bin as /bin/...: one is a link to the other (usr-merge).
std::optional<std::string_view> without_usr(std::string_view directory) {
  for (const std::string_view merged : {"/usr/bin", "/usr/sbin", "/usr/lib"}) {
    if (directory == merged || directory.starts_with(std::string(merged) + "/")) return directory.substr(4);
  }
  return std::nullopt;
}

}  // namespace

Result<std::set<std::string>> PackageFiles::read_lists(const os::Path& directory) {
  std::set<std::string> out;
  const auto names = TRY(files_.list(os::Path(info)), "cannot list ", info);
  if (!names) return out;
  for (const auto& name : *names) {
    if (!name.ends_with(".list")) continue;
    const auto list = TRY(files_.read(text(info, '/', name), max_list_bytes), "cannot read the list ", name);
    if (!list) continue;
    collect(*list, directory, out);
    if (const auto alias = without_usr(directory)) collect(*list, *alias, out);
  }
  return out;
}

Result<std::set<std::string>> PackageFiles::in(const os::Path& directory) {
  const auto lists = TRY(files_.stat(os::Path(info)), "cannot look at ", info);
  const auto changed = lists ? lists->changed_ns : 0;
  if (changed != lists_changed_ns_) known_.clear();
  lists_changed_ns_ = changed;
  if (const auto found = known_.find(directory); found != known_.end()) return found->second;
  auto owned = TRY(read_lists(directory == "/" ? os::Path{} : directory));
  return known_.emplace(directory, std::move(owned)).first->second;
}

Result<bool> PackageFiles::owns(const os::Path& path) {
  const auto owned = TRY(in(os::parent_of(path)));
  return owned.contains(path.substr(path.rfind('/') + 1));
}

}  // namespace flyball::providers
