#include "compile/compile.hpp"

#include "compile/codes.hpp"
#include "compile/device_compiler.hpp"
#include "compile/yaml/source.hpp"

#include <algorithm>
#include <tuple>

namespace flyball::compile {
namespace {

bool any_error(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
}

// Sorted by place; what many devices run into is told once.
void tidy(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) { return std::tie(d.at, d.code, d.message); };
  std::ranges::sort(diagnostics, [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto twice = std::ranges::unique(
      diagnostics, [](const Diagnostic& a, const Diagnostic& b) { return a.at == b.at && a.code == b.code; });
  diagnostics.erase(twice.begin(), twice.end());
}

void check_fleet(const Declarations& declarations, std::vector<Diagnostic>& out) {
  const Place root{.file = "fleet.yaml"};
  if (!declarations.has_fleet && declarations.complete) {
    out.push_back(diagnose(Code::no_fleet, root, "the repository has no fleet.yaml", "`flyball init` writes one"));
  } else if (declarations.devices.empty() && declarations.groups.empty() && declarations.complete && !any_error(out)) {
    out.push_back(
        diagnose(Code::empty_fleet, root, "the fleet is empty: no devices and no groups", "is this the right branch?"));
  }
}

Digest policy_of(const Guards& guards) {
  Json json;
  json["max_delete_percent"] = guards.max_delete_percent;
  json["max_devices"] = guards.max_devices;
  return sha256(json.canonical());
}

}  // namespace

std::optional<SpecBlob> Fleet::spec(const FleetDevice& device, const ResourceId& id) const {
  const auto& list = device.manifest->resources;
  const auto entry = std::ranges::lower_bound(list, id, {}, &std::pair<ResourceId, Digest>::first);
  if (entry == list.end() || entry->first != id) return std::nullopt;
  const auto blob = blobs.find(entry->second);
  if (blob == blobs.end()) return std::nullopt;
  auto decoded = SpecBlob::decode(*blob->second);
  return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
}

Compiled compile(const Snapshot& snapshot) {
  Compiled out;
  const auto declarations = read_declarations(snapshot, out.diagnostics);
  out.files = declarations.files;
  check_fleet(declarations, out.diagnostics);
  check_layers(declarations, out.diagnostics);
  check_blocks(snapshot, declarations, out.diagnostics);
  Fleet fleet{.repository = declarations.id,
              .name = declarations.name,
              .guards = declarations.guards,
              .policy = policy_of(declarations.guards)};
  for (const auto& [name, group] : declarations.groups) fleet.groups.push_back(name);
  DeviceCompiler compiler(snapshot, declarations, fleet.blobs, out.diagnostics);
  for (const auto& [id, device] : declarations.devices) {
    auto [manifest, digest] = compiler.compile(device);
    fleet.devices.emplace(id, FleetDevice{.id = id,
                                          .group = device.group,
                                          .labels = device.labels,
                                          .serial = device.serial,
                                          .at = device.block.at.place(),
                                          .manifest = std::move(manifest),
                                          .digest = digest});
  }
  tidy(out.diagnostics);
  if (!any_error(out.diagnostics)) out.fleet = std::move(fleet);
  return out;
}

SourceLines lines_of(const Snapshot& snapshot) {
  return [&snapshot](const std::string& file, std::uint32_t line) -> std::optional<std::string> {
    const auto found = snapshot.files.find(file);
    if (found == snapshot.files.end() || found->second.bytes == nullptr) return std::nullopt;
    return yaml::shown_line(*found->second.bytes, line);
  };
}

}  // namespace flyball::compile
