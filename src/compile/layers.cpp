#include "compile/layers.hpp"

#include "compile/codes.hpp"
#include "compile/did_you_mean.hpp"
#include "resources/spec.hpp"

#include <algorithm>

namespace flyball::compile {
namespace {

// The groups on the way from the root of the tree, those that are declared.
std::vector<const Group*> path_to(const Declarations& declarations, const GroupPath& group) {
  std::vector<const Group*> out;
  const auto& whole = group.str();
  for (std::size_t end = whole.find('/');; end = whole.find('/', end + 1)) {
    const auto found = declarations.groups.find(GroupPath(whole.substr(0, end)));
    if (found != declarations.groups.end()) out.push_back(&found->second);
    if (end == std::string::npos) return out;
  }
}

bool names(const Override& override_, const DeviceDeclaration& device) {
  if (override_.selects) return override_.block.match.takes(device.labels, device.group);
  return std::ranges::any_of(override_.devices, [&](const NameAt& name) { return name.name == device.id.str(); });
}

// Whether two values are written alike, down to their leaves.
bool same(const yaml::Node& a, const yaml::Node& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_scalar()) return a.is_null() == b.is_null() && a.text() == b.text();
  if (a.is_sequence()) return std::ranges::equal(a.items(), b.items(), same);
  return a.entries().size() == b.entries().size() && std::ranges::all_of(a.entries(), [&](const yaml::Entry& entry) {
           const auto* other = b.find(entry.key.text());
           return other != nullptr && same(entry.value, *other);
         });
}

const yaml::Node* field_in(const Written& resource, std::string_view kind, std::string_view field) {
  for (const auto& entry : resource.value.entries()) {
    if (field_of(kind, entry.key.text()) == field) return &entry.value;
  }
  return nullptr;
}

class ProfileCheck {
 public:
  ProfileCheck(const Group& group, const std::vector<const Profile*>& used, std::vector<Diagnostic>& out)
      : group_(group), used_(used), out_(out) {}

  void run() const {
    for (std::size_t i = 0; i < used_.size(); ++i) {
      for (std::size_t k = i + 1; k < used_.size(); ++k) compare(used_[i]->block, used_[k]->block);
    }
  }

 private:
  void compare(const Block& a, const Block& b) const {
    for (const auto& [name, written] : a.vars) {
      const auto other = b.vars.find(name);
      if (other == b.vars.end() || group_.block.vars.contains(name) || same(written.value, other->second.value))
        continue;
      disagree(text("variable `", name, "`"), written.key, other->second.key);
    }
    for (const auto& [id, written] : a.resources) {
      const auto other = b.resources.find(id);
      if (other != b.resources.end()) compare_resource(id, written, other->second);
    }
  }

  void compare_resource(const ResourceId& id, const Written& a, const Written& b) const {
    const auto mine = group_.block.resources.find(id);
    if (mine != group_.block.resources.end() && mine->second.value.is_null()) return;
    if (a.value.is_null() != b.value.is_null() && mine == group_.block.resources.end()) {
      disagree(text("`", id, "`: one releases it"), a.key, b.key);
      return;
    }
    for (const auto& entry : a.value.entries()) {
      const auto field = field_of(id.kind(), entry.key.text());
      const auto* other = field_in(b, id.kind(), field);
      const bool decided = mine != group_.block.resources.end() && field_in(mine->second, id.kind(), field) != nullptr;
      if (other == nullptr || decided || same(entry.value, *other)) continue;
      disagree(text("`", field, "` of `", id, "`"), entry.key.spot(), other->spot());
    }
  }

  void disagree(std::string what, const yaml::Spot& a, const yaml::Spot& b) const {
    auto fault = diagnose(Code::profiles_disagree, b.place(),
                          text("two profiles of group `", group_.name, "` disagree on ", what),
                          text("set it in group `", group_.name, "`"));
    fault.notes.push_back({.at = a.place(), .message = "the other one says"});
    fault.notes.push_back({.at = group_.block.at.place(), .message = "the group that uses both"});
    out_.push_back(std::move(fault));
  }

  const Group& group_;
  const std::vector<const Profile*>& used_;
  std::vector<Diagnostic>& out_;
};

template <class Map>
std::vector<std::string_view> keys(const Map& map) {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : map) {
    if constexpr (requires { name.str(); }) {
      out.push_back(name.str());
    } else {
      out.push_back(name);
    }
  }
  return out;
}

void check_group(const Declarations& declarations, const Group& group, std::vector<Diagnostic>& out) {
  std::vector<const Profile*> used;
  for (const auto& name : group.use) {
    const auto found = declarations.profiles.find(name.name);
    if (found != declarations.profiles.end()) {
      used.push_back(&found->second);
    } else if (declarations.complete) {
      out.push_back(diagnose(Code::unknown_profile, name.at.place(), text("no profile is named `", name.name, "`"),
                             did_you_mean(name.name, keys(declarations.profiles))));
    }
  }
  ProfileCheck(group, used, out).run();
}

}  // namespace

std::string_view field_of(std::string_view kind, std::string_view key) {
  return kind == File::kind && (key == "source" || key == "template") ? "content" : key;
}

Origin origin_of(const Block* block, const yaml::Spot& spot) {
  return {.at = spot.place(), .layer = block == nullptr ? "" : block->layer};
}

Layers layers_of(const Declarations& declarations, const DeviceDeclaration& device) {
  Layers out = {&declarations.fleet};
  std::set<std::string_view> applied;  // A profile applies once, nearest the root.
  for (const auto* group : path_to(declarations, device.group)) {
    for (const auto& name : group->use) {
      const auto found = declarations.profiles.find(name.name);
      if (found != declarations.profiles.end() && applied.insert(found->first).second)
        out.push_back(&found->second.block);
    }
    out.push_back(&group->block);
    for (const auto& block : group->when) {
      if (block.match.takes(device.labels, device.group)) out.push_back(&block);
    }
  }
  out.push_back(&device.block);
  for (const auto& [name, override_] : declarations.overrides) {
    if (names(override_, device)) out.push_back(&override_.block);
  }
  return out;
}

void check_layers(const Declarations& declarations, std::vector<Diagnostic>& out) {
  for (const auto& [name, group] : declarations.groups) check_group(declarations, group, out);
  if (!declarations.complete) return;  // What could not be read may be what is missing.
  for (const auto& [id, device] : declarations.devices) {
    if (declarations.groups.contains(device.group)) continue;
    out.push_back(diagnose(Code::unknown_group, device.group_at.place(), text("no group is named `", device.group, "`"),
                           did_you_mean(device.group.str(), keys(declarations.groups))));
  }
  for (const auto& [name, override_] : declarations.overrides) {
    for (const auto& device : override_.devices) {
      if (declarations.devices.contains(DeviceId(device.name))) continue;
      out.push_back(diagnose(Code::unknown_device, device.at.place(), text("no device is named `", device.name, "`"),
                             did_you_mean(device.name, keys(declarations.devices))));
    }
  }
}

MergedResource merge_resource(const ResourceId& id, const Layers& layers) {
  MergedResource out;
  for (const auto* block : layers) {
    const auto found = block->resources.find(id);
    if (found == block->resources.end()) continue;
    const auto& written = found->second;
    out.present = true;
    out.key = written.key;
    out.block = block;
    out.released = written.value.is_null();
    if (out.released) {
      out.fields.clear();
      continue;
    }
    for (const auto& entry : written.value.entries()) {
      auto& field = out.fields[std::string(field_of(id.kind(), entry.key.text()))];
      if (field.block != nullptr)
        field.over.insert(field.over.begin(), origin_of(field.block, field.written.value.spot()));
      field.key = entry.key.text();
      field.written = {.key = entry.key.spot(), .value = entry.value};
      field.block = block;
      field.released = entry.value.is_null();
    }
  }
  return out;
}

std::optional<MergedVariable> merge_variable(std::string_view name, const Layers& layers) {
  std::optional<MergedVariable> out;
  for (const auto* block : layers) {
    const auto found = block->vars.find(name);
    if (found == block->vars.end()) continue;
    std::vector<Origin> over;
    if (out) {
      over = std::move(out->over);
      over.insert(over.begin(), origin_of(out->block, out->written.value.spot()));
    }
    out = MergedVariable{.written = found->second, .block = block, .over = std::move(over)};
  }
  return out;
}

}  // namespace flyball::compile
