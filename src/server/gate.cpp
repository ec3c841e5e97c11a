#include "server/gate.hpp"

#include "plan/make_plan.hpp"

#include <set>

namespace flyball::server {
namespace {

bool depends_on_facts(const Json& value) {
  if (value.find("parts") != nullptr) return true;
  if (const auto* object = value.object()) {
    for (const auto& [name, member] : *object) {
      if (depends_on_facts(member)) return true;
    }
  }
  if (const auto* list = value.array()) {
    for (const auto& item : *list) {
      if (depends_on_facts(item)) return true;
    }
  }
  return false;
}

const Bytes* find(const Blobs& blobs, const Digest& digest) {
  const auto found = blobs.find(digest);
  return found == blobs.end() ? nullptr : found->second.get();
}

Result<SpecBlob> judge_blob(const compile::Fleet& fleet, const ResourceId& id, const Digest& digest) {
  const auto* bytes = find(fleet.blobs, digest);
  if (bytes == nullptr || sha256(*bytes) != digest) return fail(Errc::corrupt, id, ": its spec is missing or damaged");
  auto blob = TRY(SpecBlob::decode(*bytes), id);
  for (const auto& content : contents_of(blob)) {
    if (find(fleet.blobs, content) == nullptr) return fail(Errc::corrupt, id, ": its content is missing");
  }
  for (const auto& variant : blob.variants) {
    if (variant.outcome == Variant::Outcome::managed && !depends_on_facts(variant.fields))
      TRY(decode(id.kind(), variant.fields), id);
  }
  return blob;
}

Result<> judge_manifest(const compile::Fleet& fleet, const Manifest& manifest) {
  const auto read = TRY(Manifest::decode(manifest.encode()));
  plan::DesiredState desired{.manifest = read.digest()};
  plan::ObservedState observed;
  for (const auto& [id, digest] : read.resources) {
    const auto blob = TRY(judge_blob(fleet, id, digest));
    // Without facts every condition is undecided; what is left is planned as on an empty device.
    desired.resources.push_back(plan::desired_resource(id, digest, resolve(id, blob, {}, {})));
    observed.emplace(id, std::nullopt);
  }
  const auto plan = plan::make_plan(desired, observed, {});
  for (const auto& [id, condition] : plan.conditions) {
    if (condition.state == State::failed) return fail(Errc::invalid, id, ": ", condition.message);
  }
  return {};
}

}  // namespace

Result<> judge_manifests(const compile::Fleet& fleet) {
  std::set<Digest> judged;
  for (const auto& [id, device] : fleet.devices) {
    if (!judged.insert(device.digest).second) continue;
    TRY(judge_manifest(fleet, *device.manifest), "the agent's planner refuses the manifest of ", id);
  }
  return {};
}

}  // namespace flyball::server
