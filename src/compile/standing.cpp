#include "compile/standing.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace flyball::compile {

Standing standing_of(const SpecBlob& blob) {
  Standing out;
  for (const auto& variant : blob.variants) {
    if (variant.outcome == Variant::Outcome::released) out.released = true;
    if (variant.outcome == Variant::Outcome::none) out.none = true;
    if (variant.outcome != Variant::Outcome::managed) continue;
    (maybe_string(variant.fields, "ensure") == "absent" ? out.absent : out.present) = true;
  }
  if (std::ranges::none_of(blob.variants, [](const Variant& variant) { return variant.when.always(); }))
    out.none = true;
  return out;
}

bool leaves(const Standing& before, const Standing& after) {
  const bool let_go = (after.released && !before.released) || (after.none && !before.none);
  return (before.managed() && let_go) || (after.absent && !before.absent);
}

const SpecReader::Read& SpecReader::read(const Digest& digest) {
  const auto found = read_.find(digest);
  if (found != read_.end()) return found->second;
  Read out{.standing = {.present = true}};
  const auto bytes = fleet_.blobs.find(digest);
  if (bytes != fleet_.blobs.end() && bytes->second != nullptr) {
    if (auto blob = SpecBlob::decode(*bytes->second)) {
      out.standing = standing_of(*blob);
      out.blob = std::move(*blob);
    }
  }
  return read_.emplace(digest, std::move(out)).first->second;
}

const SpecBlob* SpecReader::blob(const Digest& digest) {
  const auto& found = read(digest);
  return found.blob ? &*found.blob : nullptr;
}

Standing SpecReader::standing(const Digest& digest) { return read(digest).standing; }

const Bytes* SpecReader::content(const Digest& digest) const {
  const auto found = fleet_.blobs.find(digest);
  return found == fleet_.blobs.end() ? nullptr : found->second.get();
}

std::vector<ManifestPair> pair_up(const Fleet* before, const Fleet& after) {
  static const std::map<DeviceId, FleetDevice> nobody;
  const auto& old_devices = before != nullptr ? before->devices : nobody;
  std::map<std::pair<Digest, Digest>, ManifestPair> pairs;
  const auto put = [&](const FleetDevice* was, const FleetDevice* is) {
    auto& pair = pairs[{was != nullptr ? was->digest : Digest(), is != nullptr ? is->digest : Digest()}];
    pair.before = was != nullptr ? was->manifest.get() : nullptr;
    pair.after = is != nullptr ? is->manifest.get() : nullptr;
    pair.equal = was != nullptr && is != nullptr && was->digest == is->digest;
    pair.devices.push_back(is != nullptr ? is : was);
  };
  for (const auto& [id, device] : after.devices) {
    const auto was = old_devices.find(id);
    put(was != old_devices.end() ? &was->second : nullptr, &device);
  }
  for (const auto& [id, device] : old_devices) {
    if (!after.devices.contains(id)) put(&device, nullptr);
  }
  std::vector<ManifestPair> out;
  out.reserve(pairs.size());
  for (auto& [digests, pair] : pairs) out.push_back(std::move(pair));
  return out;
}

}  // namespace flyball::compile
