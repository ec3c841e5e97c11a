#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"
#include "model/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::trust {

/// Whom a leaf is for.
std::string device_audience(const DeviceId& device);  ///< `device:kiosk-0042`
std::string key_audience(const Digest& key);          ///< `key:` and the hex digits of the key's digest.

/// The way from a leaf to the root.
struct Proof {
  static constexpr std::size_t max_path = 40;
  std::uint64_t index = 0;
  std::vector<Digest> path;  ///< The siblings, from the leaf up.
  bool operator==(const Proof&) const = default;
};

Digest leaf_hash(std::string_view audience, const Digest& digest);  ///< SHA-256(0x00 ‖ audience ‖ digest)
Digest node_hash(const Digest& left, const Digest& right);          ///< SHA-256(0x01 ‖ left ‖ right)

/// RFC 9162, section 2.1.3.2. `leaves` must be the signed number: a path can also verify under another.
bool verifies(const Proof& proof, std::string_view audience, const Digest& digest, std::uint64_t leaves,
              const Digest& root);

/// A Merkle tree (RFC 6962, section 2.1) over (audience, digest), sorted by the bytes of the audience.
/// Immutable; any thread.
class Tree {
 public:
  using Entries = std::map<std::string, Digest, std::less<>>;
  explicit Tree(const Entries& entries);

  Digest root() const;  ///< Without entries: SHA-256 of nothing.
  std::uint64_t leaves() const { return audiences_.size(); }
  std::optional<std::uint64_t> find(std::string_view audience) const;  ///< Its index.
  Proof proof(std::uint64_t index) const;                              ///< `index` below `leaves()`.

 private:
  std::vector<std::string> audiences_;
  std::vector<std::vector<Digest>> levels_;  // Leaves first; an odd last node moves up as it is.
};

/// A tree over (path, SHA-256(mode ‖ 0 ‖ content)), the mode as git writes it (`100644`, `100755`, `120000`,
/// `160000`), so that nothing rests on SHA-1. `unsupported` names a file that is too large to have been read.
Result<Digest> snapshot_digest(const Snapshot& snapshot);

}  // namespace flyball::trust
