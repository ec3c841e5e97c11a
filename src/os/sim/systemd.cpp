#include "os/sim/systemd.hpp"

#include "base/text.hpp"
#include "os/sim/accounts.hpp"

#include <set>

namespace flyball::os::sim {
namespace {

const Path etc = "/etc/systemd/system";
const Path usr = "/usr/lib/systemd/system";
constexpr std::uint64_t plenty = 1U << 20U;

std::string full(const std::string& name) {
  return name.find('.') == std::string::npos ? text(name, ".service") : name;
}

// The value of the first `key=` line; keys of different sections do not collide among those read here.
std::optional<std::string> value(const Bytes& unit, std::string_view key) {
  for (const auto& line : split(unit, '\n'))
    if (line.starts_with(text(key, '='))) return line.substr(key.size() + 1);
  return std::nullopt;
}

bool fails_to_start(const Bytes& unit) {
  const auto command = value(unit, "ExecStart");
  const auto program = split(command.value_or(""), ' ').front();
  return program == "false" || program.ends_with("/false");
}

}  // namespace

Read<Unit> SimSystemd::unit(const std::string& given) {
  TRY(fuse_.read_call("unit", given));
  const auto name = full(given);
  const auto file = TRY(find(name));
  const auto it = loaded_.find(name);
  if (!file && it == loaded_.end()) return std::nullopt;
  Unit unit{.active_state = "inactive", .sub_state = "dead", .result = "success"};
  unit.unit_file_state = TRY(file_state(name, file));
  unit.path = file ? file->path : "";
  if (it == loaded_.end()) return unit;
  unit.active_state = it->second.active;
  unit.sub_state = it->second.sub;
  unit.result = it->second.result;
  unit.needs_daemon_reload = !file || file->text != it->second.file.text || file->path != it->second.file.path;
  return unit;
}

Result<> SimSystemd::start(const std::string& name) {
  TRY(fuse_.call("start", name));
  return start_full(full(name));
}

Result<> SimSystemd::stop(const std::string& name) {
  TRY(fuse_.call("stop", name));
  return stop_full(full(name));
}

Result<> SimSystemd::restart(const std::string& name) {
  TRY(fuse_.call("restart", name));
  if (runs(full(name))) TRY(stop_full(full(name)));
  return start_full(full(name));
}

Result<> SimSystemd::reload_or_restart(const std::string& name) {
  TRY(fuse_.call("reload", name));
  const auto it = loaded_.find(full(name));
  if (it != loaded_.end() && runs(full(name)) && value(it->second.file.text, "ExecReload")) return {};
  if (runs(full(name))) TRY(stop_full(full(name)));
  return start_full(full(name));
}

Result<> SimSystemd::set_enabled(const std::string& given, bool enabled) {
  TRY(fuse_.call(enabled ? "enable" : "disable", given));
  const auto name = full(given);
  const auto file = TRY(find(name));
  if (!file) return fail(Errc::not_found, "there is no unit ", name);
  if (TRY(masked(name))) return fail(Errc::conflict, "unit ", name, " is masked");
  const auto wanted_by = value(file->text, "WantedBy");
  if (!wanted_by) return fail(Errc::invalid, "unit ", name, " says nothing on how to enable it");
  if (!enabled) {
    const auto links = TRY(links_to(name));
    for (const auto& link : links) TRY(disk_.remove(link));
  } else {
    for (const auto& target : split(*wanted_by, ' ')) {
      const auto folder = text(etc, '/', target, ".wants");
      TRY(disk_.make_directories(folder));
      if (!TRY(disk_.stat(text(folder, '/', name)))) TRY(disk_.make_link(text(folder, '/', name), file->path, {}));
    }
  }
  tell(name);
  return {};
}

Result<> SimSystemd::set_masked(const std::string& given, bool mask) {
  TRY(fuse_.call(mask ? "mask" : "unmask", given));
  const auto name = full(given);
  const auto path = text(etc, '/', name);
  const bool is = TRY(masked(name));
  if (mask == is) return {};
  if (!mask) {
    TRY(disk_.remove(path));
  } else {
    if (TRY(disk_.stat(path))) return fail(Errc::conflict, path, " is there already");
    TRY(disk_.make_link(path, "/dev/null", {}));
  }
  tell(name);
  return {};
}

Result<> SimSystemd::daemon_reload() {
  TRY(fuse_.call("daemon-reload", ""));
  for (auto& [name, unit] : loaded_)
    if (auto file = TRY(find(name))) unit.file = *std::move(file);
  return {};
}

Result<> SimSystemd::reset_failed(const std::string& name) {
  TRY(fuse_.call("reset-failed", name));
  const auto it = loaded_.find(full(name));
  if (it == loaded_.end() || it->second.active != "failed") return {};
  loaded_.erase(it);
  tell(full(name));
  return {};
}

void SimSystemd::boot() {
  loaded_.clear();
  starts_.clear();
  const auto folders = disk_.list(etc);
  if (!folders || !*folders) return;
  std::set<std::string> enabled;
  for (const auto& folder : **folders) {
    if (!folder.ends_with(".target.wants")) continue;
    const auto names = disk_.list(text(etc, '/', folder));
    if (names && *names) enabled.insert((**names).begin(), (**names).end());
  }
  for (const auto& name : enabled) (void)start_full(name);
}

void SimSystemd::fail_by_itself(const std::string& given) {
  const auto it = loaded_.find(full(given));
  if (it == loaded_.end()) return;
  it->second.active = "failed";
  it->second.sub = "failed";
  it->second.result = "exit-code";
  tell(full(given));
}

std::uint64_t SimSystemd::starts(const std::string& name) const {
  const auto it = starts_.find(full(name));
  return it == starts_.end() ? 0 : it->second;
}

Read<SimSystemd::File> SimSystemd::find(const std::string& name) const {
  for (const auto& folder : {etc, usr}) {
    auto path = text(folder, '/', name);
    const auto meta = TRY(disk_.stat(path));
    if (!meta) continue;
    // A link names its unit file elsewhere, or /dev/null when the unit is masked.
    if (meta->type == FileMeta::Type::symlink) {
      const auto target = *TRY(disk_.read_link(path));
      if (target == "/dev/null") return File{path, {}};
      path = target;
    }
    if (auto text = TRY(disk_.read(path, plenty))) return File{std::move(path), *std::move(text)};
  }
  return std::nullopt;
}

Result<bool> SimSystemd::masked(const std::string& name) const {
  const auto path = text(etc, '/', name);
  const auto meta = TRY(disk_.stat(path));
  if (!meta || meta->type != FileMeta::Type::symlink) return false;
  return *TRY(disk_.read_link(path)) == "/dev/null";
}

Result<std::vector<Path>> SimSystemd::links_to(const std::string& name) const {
  std::vector<Path> links;
  const auto folders = TRY(disk_.list(etc));
  for (const auto& folder : folders.value_or(std::vector<std::string>{})) {
    if (!folder.ends_with(".wants")) continue;
    auto link = text(etc, '/', folder, '/', name);
    if (TRY(disk_.stat(link))) links.push_back(std::move(link));
  }
  return links;
}

Result<std::string> SimSystemd::file_state(const std::string& name, const std::optional<File>& file) const {
  if (!file) return "";
  if (TRY(masked(name))) return "masked";
  if (!TRY(links_to(name)).empty()) return "enabled";
  return value(file->text, "WantedBy") ? "disabled" : "static";
}

Result<> SimSystemd::start_full(const std::string& name) {
  if (runs(name)) return {};
  auto file = TRY(find(name));
  if (!file) return fail(Errc::not_found, "there is no unit ", name);
  if (TRY(masked(name))) return fail(Errc::denied, "unit ", name, " is masked");
  const bool fails = fails_to_start(file->text);
  const bool oneshot = value(file->text, "Type") == "oneshot";
  const bool remains = value(file->text, "RemainAfterExit") == "yes";
  ++starts_[name];
  auto& unit = loaded_[name] = {.file = *std::move(file)};
  if (fails) {
    unit.active = unit.sub = "failed";
    unit.result = "exit-code";
  } else if (oneshot && !remains) {
    loaded_.erase(name);
  } else {
    unit.active = "active";
    unit.sub = oneshot ? "exited" : "running";
  }
  tell(name);
  if (fails) return fail(Errc::conflict, "cannot start ", name, ": the unit is failed, result exit-code");
  return {};
}

Result<> SimSystemd::stop_full(const std::string& name) {
  const auto it = loaded_.find(name);
  if (it == loaded_.end()) {
    if (!TRY(find(name))) return fail(Errc::not_found, "there is no unit ", name);
    return {};
  }
  if (it->second.active == "failed") return {};
  loaded_.erase(it);
  tell(name);
  return {};
}

bool SimSystemd::runs(const std::string& name) const {
  const auto it = loaded_.find(name);
  return it != loaded_.end() && it->second.active == "active";
}

void SimSystemd::tell(const std::string& name) const {
  if (changed_) changed_(name);
}

}  // namespace flyball::os::sim
