#include "sim/oracle.hpp"

#include "os/sim/accounts.hpp"

#include <algorithm>

namespace flyball::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 24U;
using os::FileMeta;

/// Looks at one resource on one device. Each overload says what is wrong, or nothing.
class Look {
 public:
  Look(const std::string& name, os::sim::SimHost& host, const Blobs& blobs, const std::map<Digest, Bytes>& contents)
      : name_(name), host_(host), blobs_(blobs), contents_(contents) {}

  std::string operator()(const File& want) const {
    const auto meta = *host_.disk().stat(name_);
    if (want.ensure == Ensure::absent) return meta ? "is there" : "";
    if (!meta || meta->type != FileMeta::Type::regular) return "is no regular file";
    if (want.content && *host_.disk().read(name_, plenty) != content(*want.content)) return "has other content";
    return access(*meta, want.mode, want.owner, want.group);
  }
  std::string operator()(const Directory& want) const {
    const auto meta = *host_.disk().stat(name_);
    if (want.ensure == Ensure::absent) return meta ? "is there" : "";
    if (!meta || meta->type != FileMeta::Type::directory) return "is no directory";
    return access(*meta, want.mode, want.owner, want.group);
  }
  std::string operator()(const Link& want) const {
    const auto target = host_.disk().read_link(name_);
    if (want.ensure == Ensure::absent) return target && *target ? "is there" : "";
    if (!target || !*target) return "is no link";
    return want.target && **target != *want.target ? "leads elsewhere" : "";
  }
  std::string operator()(const Package& want) const {
    const auto database = os::sim::DpkgDatabase::load(host_.disk());
    const auto it = database->records.find(name_);
    const bool installed = it != database->records.end() && it->second.installed();
    if (want.ensure == Ensure::absent) return installed ? "is installed" : "";
    if (!installed) return "is not installed";
    return want.version && it->second.version != want.version->text ? text("is at ", it->second.version) : "";
  }
  std::string operator()(const Service& want) const {
    const auto unit = host_.as("oracle", [&](os::sim::SimHost& host) { return host.systemd().unit(name_); });
    if (!unit || !*unit) return "there is no such unit";
    if (want.running && ((*unit)->active_state == "active") != *want.running) return text("is ", (*unit)->active_state);
    if (want.enabled && ((*unit)->unit_file_state == "enabled") != *want.enabled)
      return text("is ", (*unit)->unit_file_state);
    return "";
  }
  std::string operator()(const User& want) const {
    const auto line = find("/etc/passwd");
    if (want.ensure == Ensure::absent) return line.empty() ? "" : "is there";
    if (line.empty()) return "is no user";
    if (want.shell && line.at(6) != *want.shell) return text("has the shell ", line.at(6));
    for (const auto& group : want.groups.value_or(NamesWithin{}).names)
      if (!is_member(group)) return text("is not in ", group);
    return "";
  }
  std::string operator()(const UserGroup& want) const {
    const auto line = find("/etc/group");
    if (want.ensure == Ensure::absent) return line.empty() ? "" : "is there";
    if (line.empty()) return "is no group";
    auto members = os::sim::split(line.at(3), ',');
    std::ranges::sort(members);
    return want.members && members != want.members->names ? "has other members" : "";
  }
  std::string operator()(const Sysctl& want) const {
    auto path = text("/proc/sys/", name_);
    std::ranges::replace(path, '.', '/');
    const auto value = *host_.disk().read(path, plenty);
    if (!value || *value != text(want.value.value_or(""), '\n')) return "has another value";
    for (const auto& file : **host_.disk().list("/etc/sysctl.d")) {
      const auto persisted = *host_.disk().read(text("/etc/sysctl.d/", file), plenty);
      if (persisted->find(name_) != Bytes::npos) return "";
    }
    return "would not survive a boot";
  }
  std::string operator()(const Command& want) const {
    if (!want.check) return "";
    const auto exit = host_.as("oracle", [&](os::sim::SimHost& host) {
      return host.processes().run({.argv = {"/bin/sh", "-c", *want.check}}, {});
    });
    return exit && exit->ok() ? "" : "its check fails";
  }

 private:
  Bytes content(const Digest& digest) const {
    if (const auto it = contents_.find(digest); it != contents_.end()) return it->second;
    const auto it = blobs_.find(digest);
    return it == blobs_.end() ? Bytes("the fleet does not have it") : *it->second;
  }
  os::sim::AccountFile::Line find(const os::Path& path) const {
    const auto file = os::sim::AccountFile::load(host_.disk(), path);
    const auto* line = file->find(name_);
    return line == nullptr ? os::sim::AccountFile::Line{} : *line;
  }
  std::uint32_t id_in(const os::Path& path, const std::string& account) const {
    const auto file = os::sim::AccountFile::load(host_.disk(), path);
    const auto* line = file->find(account);
    return os::sim::number(line == nullptr ? account : line->at(2)).value_or(~0U);
  }
  bool is_member(const std::string& group) const {
    const auto file = os::sim::AccountFile::load(host_.disk(), "/etc/group");
    const auto* line = file->find(group);
    if (line == nullptr) return false;
    const auto members = os::sim::split(line->at(3), ',');
    return std::ranges::find(members, name_) != members.end();
  }
  std::string access(const FileMeta& meta, const std::optional<Mode>& mode, const std::optional<std::string>& owner,
                     const std::optional<std::string>& group) const {
    if (mode && meta.mode != mode->bits) return text("has mode ", Mode{meta.mode});
    if (owner && meta.uid != id_in("/etc/passwd", *owner)) return "has another owner";
    if (group && meta.gid != id_in("/etc/group", *group)) return "has another group";
    return "";
  }

  std::string name_;
  os::sim::SimHost& host_;
  const Blobs& blobs_;
  const std::map<Digest, Bytes>& contents_;
};

}  // namespace

std::vector<std::string> differences(const compile::Fleet& fleet, DeviceNode& device) {
  const auto declared = fleet.devices.find(DeviceId(device.name()));
  if (declared == fleet.devices.end()) return {text(device.name(), " is not in the fleet")};
  std::vector<std::string> wrong;
  for (const auto& [id, digest] : declared->second.manifest->resources) {
    const auto blob = fleet.spec(declared->second, id);
    const auto resolved = blob ? resolve(id, *blob, device.facts(), device.host().clocks().wall())
                               : Result<Resolved>(fail(Errc::corrupt, "no spec"));
    if (!resolved) {
      wrong.push_back(text(device.name(), ": ", id, ": ", resolved.error().message));
    } else if (resolved->outcome == Resolved::Outcome::managed) {
      const auto found =
          std::visit(Look(std::string(id.name()), device.host(), fleet.blobs, resolved->contents), *resolved->spec);
      if (!found.empty()) wrong.push_back(text(device.name(), ": ", id, ' ', found));
    }
  }
  return wrong;
}

std::vector<std::string> leftovers(const DeviceNode& device) {
  std::vector<std::string> wrong;
  for (const auto& path : device.host().disk().all_paths()) {
    // S6: nothing temporary stays beside a managed path.
    if (path.ends_with(".flyball-new")) wrong.push_back(text(device.name(), ": ", path, " was left behind"));
    // S7: no plan stays open.
    if (path == text(DeviceNode::agent_directory, "/plan.json"))
      wrong.push_back(text(device.name(), ": a plan is still open"));
  }
  return wrong;
}

}  // namespace flyball::sim
