#include "agent/desired_state.hpp"

#include "plan/order.hpp"

namespace flyball::agent {
namespace {

bool holds_facts(const Json& value) {
  if (value.find("parts") != nullptr) return true;
  if (value.array() == nullptr) return false;
  for (const auto& item : *value.array()) {
    if (holds_facts(item)) return true;
  }
  return false;
}

bool moves(const SpecBlob& blob) {
  for (const auto& variant : blob.variants) {
    if (!variant.when.always()) return true;
    for (const auto& [name, value] : *variant.fields.object()) {
      if (holds_facts(value)) return true;
    }
  }
  return false;
}

}  // namespace

Resolution resolve_all(const Resources& resources, const Adopted& adopted, const Facts& facts, WallTime now) {
  Resolution out;
  out.desired = {.manifest = resources.manifest.digest(),
                 .sequence = adopted.trust.floor.sequence,
                 .deletion_approved = adopted.deletion_approved};
  out.desired.resources.reserve(resources.blobs.size());
  for (std::size_t i = 0; i < resources.blobs.size(); ++i) {
    const auto& [id, digest] = resources.manifest.resources[i];
    const auto blob = SpecBlob::decode(resources.blobs[i]);
    auto resolved = blob ? resolve(id, *blob, facts, now) : std::unexpected(blob.error());
    if (blob && moves(*blob)) out.moves = true;
    auto resource = plan::desired_resource(id, digest, resolved);
    const auto* file = resource.spec ? std::get_if<File>(&*resource.spec) : nullptr;
    if (file != nullptr && file->content && !resolved->contents.contains(*file->content))
      out.contents.insert(*file->content);
    if (resolved) out.derived.merge(resolved->contents);
    out.desired.resources.push_back(std::move(resource));
  }
  out.desired.arrangement = plan::arrange(out.desired);
  return out;
}

std::set<Digest> all_contents(const std::vector<Bytes>& blobs) {
  std::set<Digest> out;
  for (const auto& bytes : blobs) {
    const auto blob = SpecBlob::decode(bytes);
    if (!blob) continue;
    for (const auto& digest : contents_of(*blob)) out.insert(digest);
  }
  return out;
}

}  // namespace flyball::agent
