#include "sim/leavings.hpp"

#include "os/sim/accounts.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace flyball::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 24U;

// The files that features name, and what the image had there; null: nothing.
struct NamedFile {
  const char* path;
  const char* before;
};
constexpr NamedFile named_files[] = {{"/etc/motd", "Welcome.\n"},    {"/etc/issue", nullptr},
                                     {"/etc/app/one.conf", nullptr}, {"/etc/app/two.conf", nullptr},
                                     {"/etc/hostname", "device\n"},  {"/etc/systemd/system/kiosk.service", nullptr}};

struct NamedValue {
  const char* id;
  const char* path;
  std::set<std::string> fine;  // As the kernel has it at boot, or as an outsider wrote it.
};
const NamedValue named_values[] = {{"sysctl:net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward", {"0\n"}},
                                   {"sysctl:vm.swappiness", "/proc/sys/vm/swappiness", {"60\n", "7\n"}}};

bool in_file(const os::sim::SimHost& host, const os::Path& path, const std::string& name) {
  const auto file = os::sim::AccountFile::load(host.disk(), path);
  return file && file->find(name) != nullptr;
}

std::string without(std::string text, std::string_view end) {
  if (text.ends_with(end)) text.resize(text.size() - end.size());
  return text;
}

// `/etc/.motd.flyball-new` stands for `/etc/motd`, and so on.
os::Path meant(const os::Path& path) {
  const auto slash = path.rfind('/') + 1;
  auto name = path.substr(slash);
  if (name.starts_with('.') && name.ends_with(".flyball-new")) name = without(name.substr(1), ".flyball-new");
  for (const auto* end : {".new", ".dpkg-new", ".dpkg-dist"}) name = without(name, end);
  return path.substr(0, slash) + name;
}

}  // namespace

std::vector<std::string> not_put_back(const compile::Fleet& fleet, DeviceNode& device) {
  const auto declared = fleet.devices.find(DeviceId(device.name()));
  if (declared == fleet.devices.end()) return {};
  std::set<std::string> managed;
  for (const auto& [id, digest] : declared->second.manifest->resources) managed.insert(id.str());
  std::vector<std::string> wrong;
  const auto expect = [&](const std::string& id, bool fine) {
    if (!managed.contains(id) && !fine) wrong.push_back(text(device.name(), ": ", id, " left and was not put back"));
  };
  const auto& host = device.host();
  for (const auto& file : named_files) {
    const auto bytes = host.disk().read(file.path, plenty);
    if (!bytes || !*bytes) continue;  // Gone, or removed by an outsider before anybody managed it.
    // An outsider writes in place, without a sync: a power cut may have left nothing or zeros of it.
    const bool outsiders = (*bytes)->starts_with("tampered") || (*bytes)->find_first_not_of('\0') == Bytes::npos;
    expect(text("file:", file.path), outsiders || (file.before && **bytes == file.before));
  }
  for (const auto& value : named_values)
    expect(value.id, value.fine.contains(host.disk().read(value.path, plenty)->value_or("")));
  const auto database = os::sim::DpkgDatabase::load(host.disk());
  for (const auto* package : {"web", "tool"}) {
    const auto it = database->records.find(package);
    expect(text("package:", package), it == database->records.end() || !it->second.installed());
  }
  expect("link:/etc/current", !*host.disk().stat("/etc/current"));
  expect("directory:/etc/app", !*host.disk().stat("/etc/app"));
  expect("user:kiosk", !in_file(host, "/etc/passwd", "kiosk"));
  expect("user_group:ops", !in_file(host, "/etc/group", "ops"));
  return wrong;
}

bool may_touch(const os::Path& path) {
  static const std::set<os::Path> exactly = {"/etc/app",
                                             "/etc/current",
                                             "/etc/web",
                                             "/etc/web/web.conf",
                                             "/etc/passwd",
                                             "/etc/shadow",
                                             "/etc/group",
                                             "/home/kiosk",
                                             "/usr/bin/web",
                                             "/usr/bin/tool",
                                             "/usr/lib/libweb.so",
                                             "/usr/lib/systemd/system/web.service",
                                             "/proc/sys/net/ipv4/ip_forward",
                                             "/proc/sys/vm/swappiness"};
  static const std::vector<std::string> below = {DeviceNode::agent_directory,
                                                 "/var/lib/dpkg/",
                                                 "/var/lib/apt/",
                                                 "/etc/sysctl.d/",
                                                 "/etc/systemd/system/multi-user.target.wants/",
                                                 "/srv/mark-"};
  const auto it = meant(path);
  if (exactly.contains(it)) return true;
  if (std::ranges::any_of(named_files, [&](const NamedFile& file) { return it == file.path; })) return true;
  return std::ranges::any_of(below, [&](const std::string& start) { return it.starts_with(start); });
}

}  // namespace flyball::sim
