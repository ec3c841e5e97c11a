#pragma once

#include "compile/fleet.hpp"

#include <compare>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <vector>

namespace flyball::compile {

/// Which fates the variants of a resource hold for it, over all that a device may say of itself.
struct Standing {
  bool present = false;   ///< Some variant wants it as its fields say.
  bool absent = false;    ///< Some variant wants it not to exist.
  bool released = false;  ///< Some variant lets it go.
  bool none = false;      ///< On some devices it is as if it were not in git.
  bool managed() const { return present || absent; }
  bool operator==(const Standing&) const = default;
};

Standing standing_of(const SpecBlob& blob);
/// Of a resource that a manifest does not name.
inline constexpr Standing not_named{.none = true};

/// Whether a (device, resource) pair leaves, as guards count: gone, released or newly absent, under some variant.
bool leaves(const Standing& before, const Standing& after);

/// The decoded blobs of a fleet, each read once. What cannot be read is null and counts as present, so that damage
/// never looks like nothing.
class SpecReader {
 public:
  explicit SpecReader(const Fleet& fleet) : fleet_(fleet) {}
  const SpecBlob* blob(const Digest& digest);
  Standing standing(const Digest& digest);
  /// The bytes of a file's content, or null.
  const Bytes* content(const Digest& digest) const;

 private:
  struct Read {
    std::optional<SpecBlob> blob;
    Standing standing;
  };
  // A digest is as good a hash as any: its first bytes will do.
  struct FirstBytes {
    std::size_t operator()(const Digest& digest) const {
      std::size_t out = 0;
      std::memcpy(&out, digest.raw().data(), sizeof out);
      return out;
    }
  };
  const Read& read(const Digest& digest);

  const Fleet& fleet_;
  std::unordered_map<Digest, Read, FirstBytes> read_;
};

/// Devices whose manifest was `before` and becomes `after`; null where a device is not in that fleet.
struct ManifestPair {
  const Manifest* before = nullptr;
  const Manifest* after = nullptr;
  std::vector<const FleetDevice*> devices;  ///< As the new fleet has them, else the old one.
  bool equal = false;
};

/// Every device of either fleet, by the distinct pairs of manifests. Deterministic.
std::vector<ManifestPair> pair_up(const Fleet* before, const Fleet& after);

/// Walks the resources of both manifests in order: `visit(id, digest before or null, digest after or null)`.
template <class Visit>
void each_resource(const ManifestPair& pair, Visit&& visit) {
  static const Manifest empty;
  const auto& a = pair.before != nullptr ? pair.before->resources : empty.resources;
  const auto& b = pair.after != nullptr ? pair.after->resources : empty.resources;
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() || j != b.end()) {
    const auto order = i == a.end()   ? std::strong_ordering::greater
                       : j == b.end() ? std::strong_ordering::less
                                      : i->first <=> j->first;
    const bool old_only = order < 0;
    const bool new_only = order > 0;
    visit(new_only ? j->first : i->first, new_only ? nullptr : &i->second, old_only ? nullptr : &j->second);
    if (!new_only) ++i;
    if (!old_only) ++j;
  }
}

}  // namespace flyball::compile
