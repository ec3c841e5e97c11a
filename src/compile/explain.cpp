#include "compile/compile.hpp"
#include "compile/device_compiler.hpp"

#include <algorithm>

namespace flyball::compile {
namespace {

std::vector<FieldOrigin::Use> uses_of(const std::set<std::string>& used, const Layers& layers) {
  std::vector<FieldOrigin::Use> out;
  for (const auto& name : used) {
    const auto variable = merge_variable(name, layers);
    if (!variable) continue;
    out.push_back({.variable = text("vars.", name),
                   .set = origin_of(variable->block, variable->written.value.spot()),
                   .over = variable->over});
  }
  return out;
}

FieldOrigin field_origin(const ResourceId& id, const MergedField& field, const DeviceDeclaration& device,
                         const Layers& layers, const Snapshot& snapshot) {
  std::vector<Diagnostic> unwanted;
  Scope scope(&device, layers, unwanted);
  Evaluator evaluator(snapshot, scope);
  MergedResource alone{.present = true, .block = field.block};
  alone.fields.emplace(field_of(id.kind(), field.key), field);
  (void)evaluator.evaluate(id, alone, std::nullopt);
  return {.field = field.key,
          .set = origin_of(field.block, field.written.value.spot()),
          .over = field.over,
          .uses = uses_of(scope.used(), layers)};
}

std::string docs_of(const ResourceId& id, const MergedResource& merged, const Layers& layers) {
  if (const auto docs = merged.fields.find("docs"); docs != merged.fields.end())
    return std::string(docs->second.written.value.text());
  std::string out;
  for (const auto* block : layers) {
    if (!block->docs.empty() && block->resources.contains(id)) out = block->docs;
  }
  return out;
}

}  // namespace

struct Explainer::Read {
  const Snapshot& snapshot;
  Declarations declarations;
};

Explainer::Explainer(const Snapshot& snapshot) {
  std::vector<Diagnostic> unwanted;
  read_ = std::make_unique<Read>(Read{snapshot, read_declarations(snapshot, unwanted)});
}
Explainer::~Explainer() = default;

std::optional<ResourceOrigin> Explainer::explain(const DeviceId& device, const ResourceId& resource) const {
  const auto& [snapshot, declarations] = *read_;
  const auto declared = declarations.devices.find(device);
  if (declared == declarations.devices.end()) return std::nullopt;
  // As if every condition held: that shows all who have a say.
  const auto layers = layers_of(declarations, declared->second);
  const auto id = normal_id(resource);
  auto merged = merge_resource(id, layers);
  if (!merged.present) {
    const auto tree = tree_files(snapshot, layers);
    const auto found = tree.find(id);
    if (found == tree.end()) return std::nullopt;
    merged = merge_resource(found->second.directory, layers);
  }
  ResourceOrigin out{.set = origin_of(merged.block, merged.key), .docs = docs_of(id, merged, layers)};
  for (const auto& [name, field] : merged.fields) {
    if (name != "docs") out.fields.push_back(field_origin(id, field, declared->second, layers, snapshot));
  }
  return out;
}

std::optional<ResourceOrigin> explain(const Snapshot& snapshot, const DeviceId& device, const ResourceId& resource) {
  return Explainer(snapshot).explain(device, resource);
}

}  // namespace flyball::compile
