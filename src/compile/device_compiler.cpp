#include "compile/device_compiler.hpp"

#include "compile/codes.hpp"
#include "compile/relations.hpp"

#include <algorithm>

// Conditions that only the device can decide (`facts`, `until`) make variants. With n such blocks touching a resource
// there are 2^n choices of layers; each is merged and evaluated whole, under the conjunction of its blocks' conditions.
// They are written from "all of them" down to "none", counting like a binary number with the highest layer as its
// highest digit. The first whose condition holds is then the right one: a choice that holds is a subset of the blocks
// that hold, and the full set of those counts highest among its subsets.
//
//     group:  content "a"          variants:  [os.id=debian, until Friday]  → c
//     when debian:  content "b"               [until Friday]                → c
//     override until Friday:  "c"             [os.id=debian]                → b
//                                             []                            → a
namespace flyball::compile {
namespace {

constexpr std::size_t max_conditions = 4;  // 2^4 is the bound of 16 variants.

std::optional<Manage> manage_of(const Layers& layers) {
  std::optional<Manage> out;
  for (const auto* block : layers) {
    if (block->manage) out = block->manage;
  }
  return out;
}

// The variables that a value mentions, and those that they mention in turn.
void note_uses(std::string_view text, const Layers& layers, std::set<std::string>& variables, bool& device);

void note_uses(const yaml::Node& node, const Layers& layers, std::set<std::string>& variables, bool& device) {
  note_uses(node.text(), layers, variables, device);
  for (const auto& item : node.items()) note_uses(item, layers, variables, device);
  for (const auto& entry : node.entries()) note_uses(entry.value, layers, variables, device);
}

void note_uses(std::string_view text, const Layers& layers, std::set<std::string>& variables, bool& device) {
  if (!text.contains("${{")) return;
  for (const auto& piece : take_apart(text).pieces) {
    if (!piece.reference) continue;
    if (piece.text.starts_with("device.")) device = true;
    if (!piece.text.starts_with("vars.")) continue;
    const auto whole = piece.text.substr(5);
    for (const auto& name : {whole, whole.substr(0, whole.find('.'))}) {
      if (!variables.insert(name).second) continue;
      for (const auto* block : layers) {
        if (const auto found = block->vars.find(name); found != block->vars.end())
          note_uses(found->second.value, layers, variables, device);
      }
    }
  }
}

bool touches(const Block& block, const ResourceId& id, const std::set<std::string>& uses) {
  if (block.manage || block.resources.contains(id)) return true;
  return std::ranges::any_of(uses, [&](const std::string& name) { return block.vars.contains(name); });
}

When conjunction(const Layers& conditions, std::size_t choice) {
  When out;
  std::vector<When> chosen;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    if ((choice >> i & 1U) != 0) chosen.push_back(conditions[i]->when);
  }
  if (chosen.size() == 1) return chosen[0];
  out.also = std::move(chosen);
  return out;
}

Layers without(const Layers& layers, const Layers& conditions, std::size_t choice) {
  Layers out;
  for (const auto* block : layers) {
    const auto at = std::ranges::find(conditions, block);
    if (at == conditions.end() ? block->when.always() : (choice >> (at - conditions.begin()) & 1U) != 0)
      out.push_back(block);
  }
  return out;
}

// A variant that a later one repeats word for word, with nothing between, says nothing.
void drop_repetitions(std::vector<Variant>& variants) {
  const auto same = [](const Variant& a, const Variant& b) {
    return a.outcome == b.outcome && a.fields == b.fields && a.relations == b.relations;
  };
  while (variants.size() > 1 && same(variants[variants.size() - 2], variants.back()))
    variants.erase(variants.end() - 2);
}

}  // namespace

DeviceCompiler::Likeness DeviceCompiler::likeness_of(const Layers& layers, const DeviceDeclaration& device) const {
  Likeness out{.layers = layers};
  if (device.block.resources.empty() && !device.block.manage) std::erase(out.layers, &device.block);
  for (const auto& [name, value] : device.block.vars) out.variables.push_back(name);
  return out;
}

void DeviceCompiler::find_resources(const Layers& layers, const DeviceDeclaration& device, Shared& shared) const {
  std::set<ResourceId> own;
  for (const auto* block : layers) {
    for (const auto& [id, written] : block->resources) {
      if (mentions_device(written, layers, shared.uses[id])) own.insert(id);
    }
  }
  shared.tree = tree_files(snapshot_, layers);
  for (const auto& [id, file] : shared.tree) {
    shared.uses[id] = shared.uses[file.directory];
    if (own.contains(file.directory)) own.insert(id);
  }
  for (const auto& [id, uses] : shared.uses) {
    if (own.contains(id) ||
        std::ranges::any_of(uses, [&](const std::string& name) { return device.block.vars.contains(name); }))
      shared.own.push_back(id);
  }
}

// Also notes the variables that it uses.
bool DeviceCompiler::mentions_device(const Written& written, const Layers& layers, std::set<std::string>& uses) const {
  bool out = false;
  note_uses(written.value, layers, uses, out);
  // What a template mentions is only known from the template; when its path holds references, that may be anything.
  const auto* path = written.value.find("template");
  if (path == nullptr || !path->is_scalar()) return out;
  if (path->text().contains("${{")) return true;
  const auto file = snapshot_.files.find(path->text());
  if (file != snapshot_.files.end() && file->second.bytes != nullptr)
    note_uses(std::string_view(*file->second.bytes), layers, uses, out);
  return out;
}

Layers DeviceCompiler::conditions_on(const ResourceId& id, const Layers& layers, const Shared& shared) const {
  Layers out;
  const auto tree = shared.tree.find(id);
  for (const auto* block : layers) {
    if (block->when.always()) continue;
    if (touches(*block, tree == shared.tree.end() ? id : tree->second.directory, shared.uses.at(id)))
      out.push_back(block);
  }
  return out;
}

DeviceCompiler::Way DeviceCompiler::way(const ResourceId& id, const DeviceDeclaration& device, const Layers& chosen,
                                        const Shared& shared) {
  Scope scope(&device, chosen, out_);
  Evaluator evaluator(snapshot_, scope);
  const auto tree = shared.tree.find(id);
  Way out{.merged = merge_resource(tree == shared.tree.end() ? id : tree->second.directory, chosen)};
  const auto manage = manage_of(chosen);
  out.evaluated = tree == shared.tree.end() ? evaluator.evaluate(id, out.merged, manage)
                                            : evaluator.evaluate_tree_file(id, tree->second, out.merged, manage);
  return out;
}

std::optional<SpecBlob> DeviceCompiler::resource(const ResourceId& id, const DeviceDeclaration& device,
                                                 const Layers& layers, const Shared& shared) {
  const auto conditions = conditions_on(id, layers, shared);
  if (conditions.size() > max_conditions) {
    const auto merged = merge_resource(id, layers);
    auto fault = diagnose(Code::too_many_variants, merged.key.place(),
                          text("`", id, "` hangs on ", conditions.size(),
                               " conditions that only the device can decide; at most ", max_conditions, " fit"));
    for (const auto* block : conditions) fault.notes.push_back({.at = block->at.place(), .message = block->layer});
    out_.push_back(std::move(fault));
    return std::nullopt;
  }
  SpecBlob blob;
  for (std::size_t choice = std::size_t{1} << conditions.size(); choice-- > 0;) {
    auto [merged, evaluated] = way(id, device, without(layers, conditions, choice), shared);
    evaluated.variant.when = conjunction(conditions, choice);
    blobs_.insert(evaluated.contents.begin(), evaluated.contents.end());
    blob.variants.push_back(std::move(evaluated.variant));
  }
  drop_repetitions(blob.variants);
  if (blob.variants.size() == 1 && blob.variants[0].outcome == Variant::Outcome::none) return std::nullopt;
  return blob;
}

std::vector<DeviceCompiler::Line> DeviceCompiler::lines_of(const std::vector<ResourceId>& ids,
                                                           const DeviceDeclaration& device, const Layers& layers,
                                                           const Shared& shared, Specs* specs) {
  std::vector<Line> out;
  for (const auto& id : ids) {
    auto blob = resource(id, device, layers, shared);
    if (!blob) continue;
    auto bytes = std::make_shared<const Bytes>(blob->encode());
    const Manifest::Entry entry(id, sha256(*bytes));
    blobs_.emplace(entry.second, std::move(bytes));
    out.push_back({.entry = entry, .text = Manifest::encode_entry(entry)});
    if (specs != nullptr) specs->emplace(id, std::move(*blob));
  }
  return out;
}

// Both sorted by id.
DeviceCompiler::Compiled DeviceCompiler::put_together(const std::vector<Line>& common, const std::vector<Line>& own) {
  std::vector<const Line*> lines;
  std::vector<std::string_view> texts;
  lines.reserve(common.size() + own.size());
  texts.reserve(common.size() + own.size());
  const auto put = [&](const Line& line) {
    lines.push_back(&line);
    texts.push_back(line.text);
  };
  auto next = common.begin();
  const auto id_of = [](const Line& line) -> const ResourceId& { return line.entry.first; };
  for (const auto& line : own) {
    const auto after = std::ranges::lower_bound(next, common.end(), id_of(line), {}, id_of);
    for (; next != after; ++next) put(*next);
    put(line);
  }
  for (; next != common.end(); ++next) put(*next);

  const auto digest = sha256(Manifest::join(texts));
  auto& manifest = manifests_[digest];
  if (manifest == nullptr) {
    auto made = std::make_shared<Manifest>();
    made->resources.reserve(lines.size());
    for (const auto* line : lines) made->resources.push_back(line->entry);
    manifest = std::move(made);
  }
  return {.manifest = manifest, .digest = digest};
}

DeviceCompiler::Compiled DeviceCompiler::compile(const DeviceDeclaration& device) {
  const auto layers = layers_of(declarations_, device);
  const auto [found, first] = shared_.try_emplace(likeness_of(layers, device));
  auto& shared = found->second;
  if (shared.whole) return *shared.whole;
  if (!first) return put_together(shared.common, lines_of(shared.own, device, layers, shared, nullptr));

  find_resources(layers, device, shared);
  std::vector<ResourceId> common;
  for (const auto& [id, uses] : shared.uses) {
    if (!std::ranges::binary_search(shared.own, id)) common.push_back(id);
  }
  Specs specs;
  shared.common = lines_of(common, device, layers, shared, &specs);
  const auto out = put_together(shared.common, lines_of(shared.own, device, layers, shared, &specs));
  if (shared.own.empty()) shared.whole = out;
  std::map<ResourceId, const SpecBlob*> to_check;
  for (const auto& [id, blob] : specs) to_check.emplace(id, &blob);
  check_relations(device, layers, to_check, out_);
  return out;
}

void check_blocks(const Snapshot& snapshot, const Declarations& declarations, std::vector<Diagnostic>& out) {
  std::vector<const Block*> blocks;
  for (const auto& [name, profile] : declarations.profiles) blocks.push_back(&profile.block);
  for (const auto& [name, group] : declarations.groups) {
    blocks.push_back(&group.block);
    for (const auto& block : group.when) blocks.push_back(&block);
  }
  for (const auto& [id, device] : declarations.devices) blocks.push_back(&device.block);
  for (const auto& [name, override_] : declarations.overrides) blocks.push_back(&override_.block);
  for (const auto* block : blocks) {
    const Layers alone = {block};
    Scope lenient(nullptr, alone, out);
    Evaluator evaluator(snapshot, lenient);
    for (const auto& [id, written] : block->resources) {
      check_keys(id, written, out);
      (void)evaluator.evaluate(id, merge_resource(id, alone), std::nullopt);
    }
  }
}

}  // namespace flyball::compile
