#include "sim/workload.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::sim {
namespace {

// The resources of a feature: collection → lines. `V` in a line stands for the version.
struct Feature {
  const char* name;
  std::vector<std::pair<const char*, const char*>> lines;
};
const std::vector<Feature>& features() {
  static const std::vector<Feature> all = {
      {"motd", {{"files", R"(/etc/motd: { content: "release V\n" })"}}},
      {"issue", {{"files", R"(/etc/issue: { content: "issue V\n", mode: "0640", owner: root, group: adm })"}}},
      {"app",
       {{"directories", R"(/etc/app: { mode: "0750" })"},
        {"files", R"(/etc/app/one.conf: { content: "one V\n", mode: "0600" })"},
        {"files", R"(/etc/app/two.conf: { content: "two V for ${{ facts.arch }}\n" })"}}},
      {"link", {{"links", "/etc/current: { target: /srv/vV }"}}},
      {"gone", {{"files", "/etc/hostname: { ensure: absent }"}}},
      {"web",
       {{"packages", "web: {}"},
        {"files", R"(/etc/web/web.conf: { content: "port V\n", needs: ["package:web"] })"},
        {"services",
         R"(web: { running: true, enabled: true, needs: ["package:web"], restart_on: ["file:/etc/web/web.conf"] })"}}},
      {"tool", {{"packages", R"(tool: { version: "1.V" })"}}},
      {"kiosk",
       {{"users", "kiosk: { shell: /bin/bash, groups: [adm] }"},
        {"files",
         R"(/etc/systemd/system/kiosk.service: { content: "[Service]\nExecStart=/usr/bin/kiosk V\n[Install]\nWantedBy=multi-user.target\n" })"},
        {"services",
         R"(kiosk: { running: true, enabled: true, needs: ["user:kiosk"], restart_on: ["file:/etc/systemd/system/kiosk.service"] })"}}},
      {"ops", {{"user_groups", "ops: { members: [alice] }"}}},
      {"forward", {{"sysctl", R"(net.ipv4.ip_forward: { value: "1" })"}}},
      {"swap", {{"sysctl", R"(vm.swappiness: { value: "1V" })"}}},
      {"mark",
       {{"commands",
         R"(mark: { check: "test -e /srv/mark-V", apply: "touch /srv/mark-V", undo: "rm -f /srv/mark-V" })"}}},
      {"cron", {{"services", "cron: { running: true, enabled: true }"}}},
  };
  return all;
}

std::string filled(std::string_view line, int version) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    // A `V` inside a word is a letter.
    const bool alone =
        line[i] == 'V' && (i + 1 == line.size() || !std::isalpha(static_cast<unsigned char>(line[i + 1])));
    out += alone ? std::to_string(version) : std::string(1, line[i]);
  }
  return out;
}

constexpr const char* group_names[] = {"kiosks", "laptops", "gateways"};
constexpr int versions = 5;

}  // namespace

Workload::Workload(std::uint64_t seed, std::size_t devices) : random_(seed) {
  for (std::size_t i = 0; i < devices; ++i) {
    devices_.push_back(text("d", i / 100, i / 10 % 10, i % 10));
    now_.group_of[devices_.back()] = group_names[random_.below(std::size(group_names))];
  }
  for (const auto* group : group_names)
    for (const auto& feature : features())
      if (random_.chance(0.5)) now_.groups[group][feature.name] = 1 + static_cast<int>(random_.below(versions));
}

std::map<std::string, std::string> Workload::files() const {
  std::map<std::string, std::string> files;
  files["fleet.yaml"] = "kind: fleet\nid: sim-5f0c1e9a\nname: sim\n";
  for (const auto* group : group_names) {
    std::map<std::string, std::string> collections;
    if (const auto has = now_.groups.find(group); has != now_.groups.end())
      for (const auto& feature : features())
        if (const auto version = has->second.find(feature.name); version != has->second.end())
          for (const auto& [collection, line] : feature.lines)
            collections[collection] += text("  ", filled(line, version->second), '\n');
    auto& file = files[text("groups/", group, ".yaml")];
    file = text("kind: group\nname: ", group, '\n');
    for (const auto& [collection, lines] : collections) file += text(collection, ":\n", lines);
    auto& inventory = files[text("devices/", group, ".yaml")];
    for (const auto& [device, in] : now_.group_of)
      if (in == group) inventory += text("  ", device, ": {}\n");
    if (inventory.empty()) {
      files.erase(text("devices/", group, ".yaml"));
    } else {
      inventory = text("kind: devices\ngroup: ", group, "\ndevices:\n", inventory);
    }
  }
  return files;
}

std::string Workload::change() {
  before_.push_back(now_);
  const auto what = random_.below(10);
  if (what == 0) {
    now_ = before_[random_.below(before_.size())];
    return "go back to what was";
  }
  return what <= 2 ? move_device() : change_feature();
}

std::map<std::string, std::string> Workload::broken_files() const {
  auto broken = files();
  broken["groups/kiosks.yaml"] += "fils: {}\n";
  return broken;
}

std::string Workload::change_feature() {
  const auto* group = group_names[random_.below(std::size(group_names))];
  const auto& feature = features()[random_.below(features().size())];
  auto& has = now_.groups[group];
  if (has.contains(feature.name) && random_.chance(0.4)) {
    has.erase(feature.name);
    return text(group, ": no more ", feature.name);
  }
  const auto version = 1 + static_cast<int>(random_.below(versions));
  has[feature.name] = version;
  return text(group, ": ", feature.name, " at ", version);
}

std::string Workload::move_device() {
  const auto& device = devices_[random_.below(devices_.size())];
  const auto* group = group_names[random_.below(std::size(group_names))];
  now_.group_of[device] = group;
  return text(device, " moves to ", group);
}

std::shared_ptr<os::sim::Mirror> Workload::mirror() {
  auto mirror = std::make_shared<os::sim::Mirror>();
  const Bytes unit = "[Service]\nExecStart=/usr/bin/web\n[Install]\nWantedBy=multi-user.target\n";
  mirror->packages = {{.name = "libweb", .version = "2.0", .files = {{"/usr/lib/libweb.so", "lib"}}},
                      {.name = "web",
                       .version = "1.0",
                       .depends = {"libweb"},
                       .files = {{"/usr/bin/web", "web"}, {"/usr/lib/systemd/system/web.service", unit}},
                       .conffiles = {{"/etc/web/web.conf", "port 80\n"}},
                       .units = {"web"}}};
  for (int version = 1; version <= versions; ++version)
    mirror->packages.push_back(
        {.name = "tool", .version = text("1.", version), .files = {{"/usr/bin/tool", text("tool ", version)}}});
  return mirror;
}

}  // namespace flyball::sim
