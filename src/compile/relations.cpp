#include "compile/relations.hpp"

#include "compile/codes.hpp"
#include "compile/did_you_mean.hpp"
#include "compile/evaluate.hpp"

#include <algorithm>
#include <set>

namespace flyball::compile {
namespace {

using Specs = std::map<ResourceId, const SpecBlob*>;

bool managed(const SpecBlob& blob) {
  return std::ranges::any_of(blob.variants, [](const Variant& v) { return v.outcome == Variant::Outcome::managed; });
}

std::set<ResourceId> named_by(const SpecBlob& blob) {
  std::set<ResourceId> out;
  for (const auto& variant : blob.variants) {
    for (const auto* list : {&variant.relations.needs, &variant.relations.restart_on, &variant.relations.reload_on})
      out.insert(list->begin(), list->end());
  }
  return out;
}

// Where a resource names another: the entry of the list, or the resource itself.
Place place_of_reference(const ResourceId& from, const ResourceId& to, const Layers& layers) {
  const auto merged = merge_resource(from, layers);
  for (const auto* key : {"needs", "restart_on", "reload_on", "on_change"}) {
    const auto field = merged.fields.find(key);
    if (field == merged.fields.end()) continue;
    for (const auto& item : field->second.written.value.items()) {
      const auto id = ResourceId::parse(item.text());
      if (id && normal_id(*id) == to) return item.spot().place();
    }
  }
  return merged.key.place();
}

void check_references(const DeviceDeclaration& device, const Layers& layers, const Specs& specs,
                      std::vector<Diagnostic>& out) {
  std::vector<std::string_view> known;
  for (const auto& [id, blob] : specs) known.push_back(id.str());
  for (const auto& [id, blob] : specs) {
    for (const auto& other : named_by(*blob)) {
      const auto found = specs.find(other);
      if (found != specs.end() && managed(*found->second)) continue;
      const bool released = found != specs.end();
      out.push_back(diagnose(Code::unknown_resource, place_of_reference(id, other, layers),
                             text("`", id, "` names `", other, "`, which device `", device.id,
                                  released ? "` only releases" : "` does not have"),
                             released ? "" : did_you_mean(other.str(), known)));
    }
  }
}

// Depth first; a resource met again on the way closes a cycle.
class Cycles {
 public:
  Cycles(const Layers& layers, const Specs& specs, std::vector<Diagnostic>& out)
      : layers_(layers), specs_(specs), out_(out) {}
  void run() {
    for (const auto& [id, blob] : specs_) visit(id);
  }

 private:
  void visit(const ResourceId& id) {
    if (done_.contains(id)) return;
    if (const auto at = std::ranges::find(way_, id); at != way_.end()) {
      tell({at, way_.end()});
      return;
    }
    const auto found = specs_.find(id);
    if (found == specs_.end()) return;
    way_.push_back(id);
    for (const auto& next : named_by(*found->second)) visit(next);
    way_.pop_back();
    done_.insert(id);
  }
  void tell(const std::vector<ResourceId>& cycle) {
    if (!told_.insert(*std::ranges::min_element(cycle)).second) return;
    std::string way;
    for (const auto& id : cycle) way += text(id, " → ");
    out_.push_back(diagnose(Code::dependency_cycle, place_of_reference(cycle.back(), cycle.front(), layers_),
                            text("resources wait for each other: ", way, cycle.front()),
                            "take one of these references away"));
  }

  const Layers& layers_;
  const Specs& specs_;
  std::vector<Diagnostic>& out_;
  std::vector<ResourceId> way_;
  std::set<ResourceId> done_;
  std::set<ResourceId> told_;
};

void check_paths(const DeviceDeclaration& device, const Layers& layers, const Specs& specs,
                 std::vector<Diagnostic>& out) {
  std::map<std::string_view, const ResourceId*> taken;
  for (const auto& [id, blob] : specs) {
    if (!managed(*blob) || (id.kind() != File::kind && id.kind() != Directory::kind && id.kind() != Link::kind))
      continue;
    const auto [first, fresh] = taken.emplace(id.name(), &id);
    if (fresh) continue;
    auto fault = diagnose(Code::path_conflict, merge_resource(id, layers).key.place(),
                          text("device `", device.id, "` has both `", *first->second, "` and `", id, "`"),
                          "release one with null, or take it away");
    fault.notes.push_back({.at = merge_resource(*first->second, layers).key.place(), .message = "the other one"});
    out.push_back(std::move(fault));
  }
}

// The file or link that a managed path lies below, or null: it would have to be a directory.
const ResourceId* not_a_directory_above(const ResourceId& id, const Specs& specs) {
  const auto path = id.name();
  for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0; slash = path.rfind('/', slash - 1)) {
    const auto above = specs.find(ResourceId(File::kind, path.substr(0, slash)));
    if (above != specs.end() && managed(*above->second)) return &above->first;
  }
  return nullptr;
}

void check_ways(const DeviceDeclaration& device, const Layers& layers, const Specs& specs,
                std::vector<Diagnostic>& out) {
  for (const auto& [id, blob] : specs) {
    if (!managed(*blob) || (id.kind() != File::kind && id.kind() != Directory::kind && id.kind() != Link::kind))
      continue;
    const auto* above = not_a_directory_above(id, specs);
    if (above == nullptr) continue;
    auto fault =
        diagnose(Code::path_conflict, merge_resource(id, layers).key.place(),
                 text("`", id, "` of device `", device.id, "` lies below `", *above, "`, which is no directory"),
                 "release one with null, or take it away");
    fault.notes.push_back({.at = merge_resource(*above, layers).key.place(), .message = "the file"});
    out.push_back(std::move(fault));
  }
}

std::set<std::string> names_in(const SpecBlob& blob, std::string_view field) {
  std::set<std::string> out;
  for (const auto& variant : blob.variants) {
    const auto* list = variant.fields.find(field);
    if (list == nullptr || list->array() == nullptr) continue;
    for (const auto& name : *list->array()) {
      if (name.string() != nullptr) out.insert(*name.string());
    }
  }
  return out;
}

void check_members(const Layers& layers, const Specs& specs, std::vector<Diagnostic>& out) {
  for (const auto& [id, blob] : specs) {
    if (id.kind() != User::kind) continue;
    for (const auto& group : names_in(*blob, "groups")) {
      const ResourceId group_id(UserGroup::kind, group);
      const auto found = specs.find(group_id);
      if (found == specs.end() || std::ranges::none_of(found->second->variants, [](const Variant& v) {
            return v.fields.find("members") != nullptr;
          }))
        continue;
      auto fault =
          diagnose(Code::member_conflict, merge_resource(id, layers).key.place(),
                   text("`", id, "` is put into `", group, "` by `groups`, and `members` of `", group_id, "` is exact"),
                   "say it in one of the two places");
      fault.notes.push_back(
          {.at = merge_resource(group_id, layers).key.place(), .message = "the group with `members`"});
      out.push_back(std::move(fault));
    }
  }
}

}  // namespace

void check_keys(const ResourceId& id, const Written& written, std::vector<Diagnostic>& out) {
  const auto* kind = find_kind(id.kind());
  std::vector<std::string_view> known;
  for (const auto& field : kind->fields) {
    if (field.use != FieldUse::derived) known.push_back(field.name);
  }
  for (const auto& key : common_keys(kind->kind)) known.push_back(key.name);
  const yaml::Entry* content = nullptr;
  for (const auto& entry : written.value.entries()) {
    const auto key = entry.key.text();
    if (std::ranges::find(known, key) == known.end()) {
      out.push_back(diagnose(Code::unknown_key, entry.key.spot().place(),
                             text("unknown key `", key, "` in ", kind->kind), did_you_mean(key, known)));
      continue;
    }
    if (field_of(kind->kind, key) != "content") continue;
    if (content != nullptr) {
      auto fault = diagnose(Code::bad_value, entry.key.spot().place(),
                            text("`", key, "` and `", content->key.text(), "` both say what the file holds"),
                            "keep one of them");
      fault.notes.push_back({.at = content->key.spot().place(), .message = "the other one"});
      out.push_back(std::move(fault));
    }
    content = &entry;
  }
}

void check_relations(const DeviceDeclaration& device, const Layers& layers, const Specs& specs,
                     std::vector<Diagnostic>& out) {
  check_references(device, layers, specs, out);
  Cycles(layers, specs, out).run();
  check_paths(device, layers, specs, out);
  check_ways(device, layers, specs, out);
  check_members(layers, specs, out);
}

}  // namespace flyball::compile
