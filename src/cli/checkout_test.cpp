#include "cli/checkout.hpp"

#include "cli/fake_world.hpp"
#include "cli/local_files.hpp"
#include "cli/render.hpp"
#include "os/git_command.hpp"

#include <gtest/gtest.h>

namespace flyball::cli {
namespace {

class CheckoutTest : public testing::Test {
 protected:
  void put(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(write_new_file((fake.folder() / path).string(), bytes));
  }
  void git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-c", "user.name=a", "-c", "user.email=a@b"});
    const auto done = os::run_git(fake.world.processes, fake.folder().string(), arguments);
    ASSERT_TRUE(done) << done.error().message;
  }
  Context context(const std::string& directory = {}) {
    return {fake.world, {.directory = (fake.folder() / directory).lexically_normal().string()}, {}};
  }
  static std::string paths(const Snapshot& snapshot) {
    std::string out;
    for (const auto& [path, file] : snapshot.files) out += text(out.empty() ? "" : " ", path);
    return out;
  }
  FakeWorld fake;
};

TEST_F(CheckoutTest, TheWorkingTreeIsWhatGitTracksAndWhatItDoesNotIgnore) {
  put("fleet.yaml", "kind: fleet\n");
  put("gone.yaml", "x\n");
  put(".gitignore", "*.tmp\n");
  git({"init", "-q", "."});
  git({"add", "-A"});
  git({"commit", "-qm", "one"});
  std::filesystem::remove(fake.folder() / "gone.yaml");
  put("groups/new.yaml", "untracked\n");
  put("junk.tmp", "ignored\n");
  std::filesystem::create_symlink("/etc/shadow", fake.folder() / "link");
  const auto here = context();
  const auto checkout = *find_checkout(here);
  EXPECT_TRUE(checkout.git);
  const auto tree = working_tree(here, checkout);
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(paths(*tree), ".gitignore fleet.yaml groups/new.yaml link");
  EXPECT_EQ(tree->files.at("link").type, SnapshotFile::Type::symlink);
  EXPECT_EQ(*tree->files.at("link").bytes, "/etc/shadow");
  const auto head = *resolve(here, checkout, "HEAD");
  EXPECT_EQ(paths(*files_of(here, checkout, head)), ".gitignore fleet.yaml gone.yaml");
}

TEST_F(CheckoutTest, WithoutGitEveryFileCounts) {
  put("fleet.yaml", "kind: fleet\n");
  put("deep/er/file", "x");
  put(".git.d/file", "x");
  const auto here = context("deep/er");
  const auto checkout = *find_checkout(here);
  EXPECT_EQ(checkout.root, std::filesystem::canonical(fake.folder()).string());
  EXPECT_FALSE(checkout.git);
  EXPECT_EQ(paths(*working_tree(here, checkout)), ".git.d/file deep/er/file fleet.yaml");
  EXPECT_FALSE(resolve(here, checkout, "HEAD"));
}

TEST_F(CheckoutTest, AFleetMayLieInAFolderOfALargerRepository) {
  put("fleet/fleet.yaml", "kind: fleet\n");
  put("other/file", "x");
  git({"init", "-q", "."});
  git({"add", "-A"});
  git({"commit", "-qm", "one"});
  const auto here = context("fleet");
  const auto checkout = *find_checkout(here);
  EXPECT_EQ(checkout.prefix, "fleet/");
  EXPECT_EQ(paths(*working_tree(here, checkout)), "fleet.yaml");
  EXPECT_EQ(paths(*files_of(here, checkout, *resolve(here, checkout, "HEAD"))), "fleet.yaml");
}

TEST_F(CheckoutTest, FilesTooLargeToReadKeepTheirSize) {
  put("fleet.yaml", "kind: fleet\n");
  put("large", std::string(SnapshotFile::max_file_bytes + 1, 'x'));
  const auto here = context();
  const auto tree = *working_tree(here, *find_checkout(here));
  EXPECT_EQ(tree.files.at("large").bytes, nullptr);
  EXPECT_EQ(tree.files.at("large").size, SnapshotFile::max_file_bytes + 1);
}

TEST(Render, NumbersTextsAndTablesFitTheirPlace) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(4310), "4 310");
  EXPECT_EQ(grouped(1234567), "1 234 567");
  EXPECT_EQ(counted(1, "device"), "1 device");
  EXPECT_EQ(counted(0, "device"), "0 devices");
  EXPECT_EQ(columns_of("Größe"), 5U);
  EXPECT_EQ(cut("Größe", 5), "Größe");
  EXPECT_EQ(cut("Größen", 5), "Größ…");
  EXPECT_EQ(padded("Gr", 4), "Gr  ");
  EXPECT_EQ(harmless("a\x1b[0m\n"), "a\\x1b[0m\\x0a");
  EXPECT_EQ(table({{"a", "b"}, {"ccc", "d"}}, 0), "a    b\nccc  d\n");
  EXPECT_EQ(table({{"a", "a long message"}}, 8), "a  a lo…\n");
  EXPECT_EQ(painted("x", Colour::red, false), "x");
  EXPECT_EQ(painted("x", Colour::red, true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace flyball::cli
