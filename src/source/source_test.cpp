#include "source/git_source.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace flyball::source {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

// A repository of its own, driven by the real git.
class GitSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / "flyball-source-XXXXXX";
    std::string name = folder_.string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    must("git init -q -b main . && git config user.name Ana && git config user.email ana@acme.example");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void must(const std::string& command) {
    ASSERT_EQ(std::system(text("cd ", folder_.string(), " && ", command).c_str()), 0) << command;
  }
  void commit(const std::string& files, const std::string& message) {
    must(files);
    must(text("git add -A && git commit -q -m '", message, "'"));
  }

  Result<Bytes> git(const std::vector<std::string>& arguments, const Bytes& input) const {
    const auto in = folder_ / ".git" / "input";
    std::ofstream(in, std::ios::binary) << input;
    std::string command = text("git -C ", folder_.string());
    for (const auto& a : arguments) command += text(" '", a, "'");
    std::FILE* pipe = popen(text(command, " < ", in.string(), " 2>/dev/null").c_str(), "r");
    Bytes out;
    std::array<char, 4096> block{};
    for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) out.append(block.data(), n);
    if (pclose(pipe) != 0) return fail(Errc::unavailable, command, " failed");
    return out;
  }
  GitSource source() {
    return GitSource([this](const auto& arguments, const auto& input) { return git(arguments, input); }, {});
  }

  fs::path folder_;
};

TEST_F(GitSourceTest, ABranchThatDoesNotExistIsNothingAndARepositoryThatCannotBeReadIsAnError) {
  auto readable = source();
  EXPECT_EQ(*readable.head(), std::nullopt);
  GitSource unreadable([](const auto&, const auto&) -> Result<Bytes> { return fail(Errc::unavailable, "no disk"); },
                       {});
  EXPECT_FALSE(unreadable.head());
}

TEST_F(GitSourceTest, ASnapshotHoldsEveryFileAsItIsInTheCommit) {
  commit(
      "mkdir -p groups && printf 'kind: group\\n' > groups/a.yaml && printf '\\0\\377' > binary && ln -s /etc/passwd "
      "link && : > empty && "
      "printf 'x' > 'odd name\nof two lines' && printf '#!' > run && chmod +x run",
      "all sorts");
  auto git_source = source();
  const auto head = **git_source.head();
  const auto snapshot = git_source.snapshot(head);
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->revision, head);
  EXPECT_EQ(snapshot->files.size(), 6U);
  EXPECT_EQ(*snapshot->files.at("groups/a.yaml").bytes, "kind: group\n");
  EXPECT_EQ(*snapshot->files.at("binary").bytes, Bytes("\0\xff", 2));
  EXPECT_EQ(snapshot->files.at("link").type, SnapshotFile::Type::symlink);
  EXPECT_EQ(*snapshot->files.at("link").bytes, "/etc/passwd");
  EXPECT_EQ(snapshot->files.at("run").type, SnapshotFile::Type::executable);
  EXPECT_EQ(*snapshot->files.at("odd name\nof two lines").bytes, "x");
  const auto info = git_source.commit(head);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->subject, "all sorts");
  EXPECT_EQ(info->author, "Ana <ana@acme.example>");
}

TEST_F(GitSourceTest, AFilePastTheBoundHasASizeAndNoBytes) {
  commit("truncate -s 17M big", "big");
  auto git_source = source();
  const auto snapshot = *git_source.snapshot(**git_source.head());
  EXPECT_EQ(snapshot.files.at("big").bytes, nullptr);
  EXPECT_EQ(snapshot.files.at("big").size, 17U << 20U);
}

TEST_F(GitSourceTest, TellsWhetherOneRevisionFollowsAnother) {
  commit("echo 1 > a", "one");
  auto git_source = source();
  const auto one = **git_source.head();
  commit("echo 2 > a", "two");
  const auto two = **git_source.head();
  must("git checkout -q --orphan other");
  commit("echo 3 > a", "three");
  const auto three = *git_source.resolve("other");
  EXPECT_TRUE(*git_source.follows(one, two));
  EXPECT_TRUE(*git_source.follows(one, one));
  EXPECT_FALSE(*git_source.follows(two, one));
  EXPECT_FALSE(*git_source.follows(two, three));
  EXPECT_FALSE(git_source.follows(Revision(std::string(40, 'a')), two));
  EXPECT_EQ(*git_source.resolve("main~1"), one);
  EXPECT_EQ(git_source.resolve("nonsense").error().code, Errc::not_found);
  EXPECT_EQ(git_source.resolve("--all").error().code, Errc::not_found);
}

TEST(GitOutput, ThatIsNotUnderstoodIsAnErrorAndNeverAShorterList) {
  EXPECT_EQ(parse_tree("100644 blob abc       3\tfile\0"sv)->size(), 1U);
  EXPECT_FALSE(parse_tree("nonsense"));
  EXPECT_FALSE(parse_tree("100644 blob abc three\tfile\0"sv));
  EXPECT_EQ(parse_batch("abc blob 3\nxyz\n", 1)->at(0), "xyz");
  EXPECT_FALSE(parse_batch("abc missing\n", 1));
  EXPECT_FALSE(parse_batch("abc blob 30\nxyz\n", 1));
}

TEST(MemorySource, CommitsAreOneAfterTheOther) {
  MemorySource memory;
  EXPECT_EQ(*memory.head(), std::nullopt);
  const auto one = memory.commit({{"fleet.yaml", "kind: fleet"}}, "one");
  const auto two = memory.commit({}, "two");
  EXPECT_EQ(**memory.head(), two);
  EXPECT_TRUE(*memory.follows(one, two));
  EXPECT_EQ(*memory.snapshot(one)->files.at("fleet.yaml").bytes, "kind: fleet");
  memory.set_reachable(false);
  EXPECT_FALSE(memory.head());
}

}  // namespace
}  // namespace flyball::source
