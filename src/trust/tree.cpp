#include "trust/tree.hpp"

#include <algorithm>

namespace flyball::trust {
namespace {

// Concatenated first: one short call of the hash is much cheaper than three.
Digest hash(char tag, std::string_view left, std::string_view right) {
  Bytes bytes;
  bytes.reserve(1 + left.size() + right.size());
  bytes += tag;
  bytes += left;
  bytes += right;
  return sha256(bytes);
}

std::vector<Digest> level_above(const std::vector<Digest>& level) {
  std::vector<Digest> above;
  above.reserve((level.size() + 1) / 2);
  for (std::size_t i = 0; i + 1 < level.size(); i += 2) above.push_back(node_hash(level[i], level[i + 1]));
  if (level.size() % 2 == 1) above.push_back(level.back());
  return above;
}

std::string_view git_mode(SnapshotFile::Type type) {
  switch (type) {
    case SnapshotFile::Type::regular:
      return "100644";
    case SnapshotFile::Type::executable:
      return "100755";
    case SnapshotFile::Type::symlink:
      return "120000";
    case SnapshotFile::Type::submodule:
      return "160000";
  }
  return "";
}

}  // namespace

std::string device_audience(const DeviceId& device) { return text("device:", device); }

std::string key_audience(const Digest& key) { return text("key:", hex(key.bytes())); }

Digest leaf_hash(std::string_view audience, const Digest& digest) { return hash('\0', audience, digest.bytes()); }

Digest node_hash(const Digest& left, const Digest& right) { return hash('\1', left.bytes(), right.bytes()); }

bool verifies(const Proof& proof, std::string_view audience, const Digest& digest, std::uint64_t leaves,
              const Digest& root) {
  if (proof.index >= leaves) return false;
  std::uint64_t fn = proof.index;  // Names as in the RFC: the node's place in its level, and the last place there.
  std::uint64_t sn = leaves - 1;
  Digest r = leaf_hash(audience, digest);
  for (const auto& p : proof.path) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      r = node_hash(p, r);
      while (fn % 2 == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && r == root;
}

Tree::Tree(const Entries& entries) {
  std::vector<Digest> leaves;
  leaves.reserve(entries.size());
  audiences_.reserve(entries.size());
  for (const auto& [audience, digest] : entries) {
    audiences_.push_back(audience);
    leaves.push_back(leaf_hash(audience, digest));
  }
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) levels_.push_back(level_above(levels_.back()));
}

Digest Tree::root() const { return levels_.back().empty() ? sha256("") : levels_.back().front(); }

std::optional<std::uint64_t> Tree::find(std::string_view audience) const {
  const auto found = std::ranges::lower_bound(audiences_, audience);
  if (found == audiences_.end() || *found != audience) return std::nullopt;
  return static_cast<std::uint64_t>(found - audiences_.begin());
}

Proof Tree::proof(std::uint64_t index) const {
  Proof out{.index = index};
  for (const auto& level : levels_) {
    const auto sibling = index ^ 1U;
    if (sibling < level.size()) out.path.push_back(level[sibling]);
    index >>= 1U;
  }
  return out;
}

Result<Digest> snapshot_digest(const Snapshot& snapshot) {
  Tree::Entries entries;
  for (const auto& [path, file] : snapshot.files) {
    if (file.bytes == nullptr && file.type != SnapshotFile::Type::submodule)
      return fail(Errc::unsupported, "`", path, "` is too large: ", file.size, " bytes");
    Sha256 content;
    content.update(git_mode(file.type)).update(std::string_view("\0", 1));
    if (file.bytes != nullptr) content.update(*file.bytes);
    entries.emplace(path, content.finish());
  }
  return Tree(entries).root();
}

}  // namespace flyball::trust
