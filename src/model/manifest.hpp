#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball {

/// The desired state of a device as a list of (resource id, digest of its spec blob), sorted by the bytes of the ids,
/// each once. It names no device, so that equal devices share it; it is addressed by the digest of its bytes.
struct Manifest {
  static constexpr std::string_view kind = "flyball-manifest@v1";
  static constexpr std::size_t max_resources = 100'000;

  using Entry = std::pair<ResourceId, Digest>;
  std::vector<Entry> resources;

  Bytes encode() const;  ///< Canonical JSON.
  /// The two steps of `encode`. Whoever makes many manifests that are nearly alike keeps the texts of what they share.
  static Bytes encode_entry(const Entry& entry);
  static Bytes join(std::span<const std::string_view> entries);
  Digest digest() const { return sha256(encode()); }
  /// Refuses all but the canonical bytes: `malformed` input is `invalid`.
  static Result<Manifest> decode(std::string_view bytes);
  bool operator==(const Manifest&) const = default;
};

/// Immutable bytes by their digest: spec blobs and file contents.
using Blobs = std::map<Digest, std::shared_ptr<const Bytes>>;

}  // namespace flyball
