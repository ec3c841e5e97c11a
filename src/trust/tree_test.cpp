#include "trust/tree.hpp"

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

Tree tree_of(std::size_t leaves) {
  Tree::Entries entries;
  for (std::size_t i = 0; i < leaves; ++i) entries[text("device:d", i)] = sha256(text("manifest ", i));
  return Tree(entries);
}

// RFC 6962 section 2.1 as it is written, to compare with.
Digest root_by_definition(const std::vector<Digest>& leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return leaves.front();
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(k);
  return node_hash(root_by_definition({leaves.begin(), middle}), root_by_definition({middle, leaves.end()}));
}

TEST(Tree, GivesThePublishedVector) {
  const Tree tree(
      {{"device:kiosk-0042", sha256("a")}, {"device:kiosk-0043", sha256("b")}, {"group:kiosks/berlin", sha256("c")}});
  EXPECT_EQ(leaf_hash("device:kiosk-0042", sha256("a")).str().substr(7, 8), "fd250216");
  EXPECT_EQ(leaf_hash("group:kiosks/berlin", sha256("c")).str().substr(7, 8), "26fd3a1f");
  EXPECT_EQ(tree.root().str(), "sha256:9642ca2521dd4c38318e8195f9f9e613d0b64e5a72ce2feb9f15b45559b85e97");
  EXPECT_EQ(tree.proof(1).path,
            (std::vector{leaf_hash("device:kiosk-0042", sha256("a")), leaf_hash("group:kiosks/berlin", sha256("c"))}));
}

TEST(Tree, HasTheRootOfItsDefinitionAndProvesEveryEntryAtEverySize) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const auto tree = tree_of(size);
    std::map<std::string, Digest> entries;
    for (std::size_t i = 0; i < size; ++i) entries[text("device:d", i)] = sha256(text("manifest ", i));
    std::vector<Digest> leaves;
    for (const auto& [audience, digest] : entries) leaves.push_back(leaf_hash(audience, digest));
    EXPECT_EQ(tree.root(), root_by_definition(leaves)) << size;
    for (const auto& [audience, digest] : entries) {
      const auto index = tree.find(audience);
      ASSERT_TRUE(index);
      EXPECT_TRUE(verifies(tree.proof(*index), audience, digest, size, tree.root())) << audience << " of " << size;
    }
  }
}

TEST(Tree, KnowsWhoIsNotInIt) {
  const auto tree = tree_of(5);
  EXPECT_FALSE(tree.find("device:nobody"));
  EXPECT_FALSE(tree.find(""));
  EXPECT_FALSE(tree_of(0).find("device:d0"));
}

TEST(Tree, RefusesEveryProofThatIsNotTheOne) {
  const auto tree = tree_of(7);
  const auto honest = tree.proof(4);
  const auto digest = sha256("manifest 4");
  ASSERT_TRUE(verifies(honest, "device:d4", digest, 7, tree.root()));
  auto longer = honest;
  longer.path.push_back(honest.path.back());
  auto shorter = honest;
  shorter.path.pop_back();
  auto reordered = honest;
  std::swap(reordered.path[0], reordered.path[1]);
  auto moved = honest;
  moved.index = 5;
  auto beyond = honest;
  beyond.index = 7;
  auto endless = honest;
  endless.path.assign(41, Digest());
  // An inner node offered as a leaf: its two children as audience and digest. The tag of leaves keeps them apart.
  Proof inner = honest;
  inner.index = 1;
  inner.path.erase(inner.path.begin());
  struct {
    const char* name;
    Proof proof;
    std::string audience;
    Digest digest;
    std::uint64_t leaves;
  } const cases[] = {
      {"longer", longer, "device:d4", digest, 7},
      {"shorter", shorter, "device:d4", digest, 7},
      {"reordered", reordered, "device:d4", digest, 7},
      {"index moved", moved, "device:d4", digest, 7},
      {"index beyond the leaves", beyond, "device:d4", digest, 7},
      {"path of 41", endless, "device:d4", digest, 7},
      {"other leaves", honest, "device:d4", digest, 4},
      {"no leaves", honest, "device:d4", digest, 0},
      {"other audience", honest, "device:d5", digest, 7},
      {"other digest", honest, "device:d4", sha256("manifest 5"), 7},
      {"bytes moved from audience to digest", honest, "device:d", sha256("4"), 7},
      {"inner node as leaf", inner, std::string(leaf_hash("device:d4", digest).bytes()), honest.path[0], 7},
  };
  for (const auto& c : cases) EXPECT_FALSE(verifies(c.proof, c.audience, c.digest, c.leaves, tree.root())) << c.name;
}

TEST(Tree, OfOneLeafProvesItsOnlyEntry) {
  const auto tree = tree_of(1);
  EXPECT_TRUE(verifies(tree.proof(0), "device:d0", sha256("manifest 0"), 1, tree.root()));
  EXPECT_FALSE(verifies({.index = 1}, "device:d0", sha256("manifest 0"), 1, tree.root()));
}

TEST(Tree, Of100000DevicesProvesWithAtMost17Hashes) {
  const auto tree = tree_of(100'000);
  for (const std::uint64_t index : {0U, 1U, 49'999U, 65'535U, 65'536U, 99'999U})
    EXPECT_LE(tree.proof(index).path.size(), 17U);
  EXPECT_TRUE(verifies(tree.proof(*tree.find("device:d77777")), "device:d77777", sha256("manifest 77777"), 100'000,
                       tree.root()));
}

TEST(SnapshotDigest, ChangesWithPathModeAndContentAndWithNothingElse) {
  const auto file = [](const char* content, SnapshotFile::Type type = SnapshotFile::Type::regular) {
    return SnapshotFile{
        .type = type, .size = std::string_view(content).size(), .bytes = std::make_shared<const Bytes>(content)};
  };
  const Snapshot base{.revision = Revision("a"), .files = {{"fleet.yaml", file("x")}, {"groups/a.yaml", file("y")}}};
  auto other_revision = base;
  other_revision.revision = Revision("b");
  EXPECT_EQ(snapshot_digest(base), snapshot_digest(other_revision));
  for (const auto& changed : {
           Snapshot{.files = {{"fleet.yaml", file("x")}, {"groups/b.yaml", file("y")}}},
           Snapshot{.files = {{"fleet.yaml", file("x")}, {"groups/a.yaml", file("z")}}},
           Snapshot{.files = {{"fleet.yaml", file("x")}, {"groups/a.yaml", file("y", SnapshotFile::Type::executable)}}},
           Snapshot{.files = {{"fleet.yaml", file("x")}}},
       }) {
    EXPECT_NE(*snapshot_digest(base), *snapshot_digest(changed));
  }
  EXPECT_EQ(snapshot_digest(Snapshot{.files = {{"big", SnapshotFile{.size = 1U << 30U}}}}).error().code,
            Errc::unsupported);
}

}  // namespace
}  // namespace flyball::trust
