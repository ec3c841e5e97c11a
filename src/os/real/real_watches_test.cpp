#include "os/real/real_watches.hpp"

#include "os/real/fd.hpp"
#include "os/real/real_files.hpp"
#include "os/real/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

using std::filesystem::create_directories;
using std::filesystem::create_directory;
using std::filesystem::create_hard_link;
using std::filesystem::create_symlink;
using std::filesystem::remove_all;
using std::filesystem::rename;

class RealWatchesTest : public testing::Test {
 protected:
  void watch(const std::vector<Watch>& all) {
    const auto impossible = watches->watch(all);
    ASSERT_TRUE(impossible);
    EXPECT_EQ(*impossible, std::vector<Watch>{});
    EXPECT_EQ(fired(), std::vector<Watch>{});
  }
  /// inotify tells before the call that changes something returns, so nothing needs to be waited for.
  std::vector<Watch> fired() {
    std::vector<Watch> out;
    for (auto& dirty : watches->take()) {
      EXPECT_EQ(dirty.cause, "");
      out.push_back(dirty.watch);
    }
    return out;
  }
  bool readable() const {
    pollfd fd{watches->descriptor(), POLLIN, 0};
    return ::poll(&fd, 1, 0) == 1;
  }
  std::string at(std::string_view below) const { return folder.at(below); }

  TemporaryFolder folder;
  std::unique_ptr<RealWatches> watches = std::move(*RealWatches::open(folder.path(), RealWatches::Units::not_watched));
};

TEST_F(RealWatchesTest, EveryWayToChangeAFileFires) {
  const auto file = Watch::path("/etc/app/config");
  const struct {
    std::string name;
    std::function<void()> change;
  } cases[] = {
      {"written in place", [&] { folder.put("/etc/app/config", "two"); }},
      {"appended by an open file",
       [&] {
         const Fd fd(::open(at("/etc/app/config").c_str(), O_WRONLY | O_APPEND));
         EXPECT_EQ(::write(fd.get(), "x", 1), 1);
       }},
      {"replaced by rename",
       [&] {
         folder.put("/etc/app/new", "three");
         rename(at("/etc/app/new"), at("/etc/app/config"));
       }},
      {"written after it was replaced", [&] { folder.put("/etc/app/config", "four"); }},
      {"its mode", [&] { ::chmod(at("/etc/app/config").c_str(), 0600); }},
      {"removed", [&] { remove_all(at("/etc/app/config")); }},
      {"made again", [&] { folder.put("/etc/app/config", "five"); }},
      {"written through another name",
       [&] {
         create_hard_link(at("/etc/app/config"), at("/elsewhere"));
         (void)watches->take();
         folder.put("/elsewhere", "six");
       }},
      {"made a link",
       [&] {
         remove_all(at("/etc/app/config"));
         create_symlink("other", at("/etc/app/config"));
       }},
      {"its directory removed", [&] { remove_all(at("/etc/app")); }},
      {"its directory and it made again", [&] { folder.put("/etc/app/config", "seven"); }},
      {"its directory moved away", [&] { rename(at("/etc/app"), at("/etc/old")); }},
      {"another directory moved there", [&] { rename(at("/etc/old"), at("/etc/app")); }},
      {"a directory further up moved away", [&] { rename(at("/etc"), at("/gone")); }},
      {"all made again", [&] { folder.put("/etc/app/config", "eight"); }},
      {"written at last", [&] { folder.put("/etc/app/config", "nine"); }},
  };
  folder.put("/etc/app/config", "one");
  watch({file});
  for (const auto& c : cases) {
    EXPECT_FALSE(readable()) << c.name;
    c.change();
    EXPECT_TRUE(readable()) << c.name;
    EXPECT_EQ(fired(), std::vector<Watch>{file}) << c.name;
    EXPECT_EQ(fired(), std::vector<Watch>{}) << c.name;
  }
}

TEST_F(RealWatchesTest, WhatIsNotThereYetFiresWhenItComes) {
  const auto file = Watch::path("/a/b/c/file");
  watch({file});
  EXPECT_EQ(fired(), std::vector<Watch>{});
  for (const auto* directory : {"/a", "/a/b", "/a/b/c"}) {
    create_directory(at(directory));
    EXPECT_EQ(fired(), std::vector<Watch>{file}) << directory;
  }
  folder.put("/a/b/c/file", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{file});
}

TEST_F(RealWatchesTest, SeveralDirectoriesMadeAtOnceAreNotMissed) {
  const auto file = Watch::path("/a/b/c/file");
  watch({file});
  folder.put("/a/b/c/file", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{file});
  folder.put("/a/b/c/file", "y");
  EXPECT_EQ(fired(), std::vector<Watch>{file});
}

TEST_F(RealWatchesTest, NeighboursDoNotFire) {
  folder.put("/etc/file", "x");
  folder.put("/etc/log", "x");
  create_directory(at("/etc/directory"));
  watch({Watch::path("/etc/file"), Watch::path("/etc/directory")});
  folder.put("/etc/log", "y");
  folder.put("/etc/new", "y");
  folder.put("/etc/directory/below", "y");
  remove_all(at("/etc/log"));
  EXPECT_EQ(fired(), std::vector<Watch>{});
}

TEST_F(RealWatchesTest, WritingToAWatchedFilesNeighbourDoesNotEvenWake) {
  folder.put("/etc/file", "x");
  folder.put("/etc/log", "x");
  watch({Watch::path("/etc/file")});
  folder.put("/etc/log", "y");
  EXPECT_FALSE(readable());
}

TEST_F(RealWatchesTest, ADirectoryFiresForItselfAndItsNamesApart) {
  const auto itself = Watch::path("/d");
  const auto names = Watch::children("/d");
  create_directory(at("/d"));
  watch({itself, names});
  folder.put("/d/file", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{names});
  folder.put("/d/file", "y");
  EXPECT_EQ(fired(), std::vector<Watch>{});
  ::chmod(at("/d").c_str(), 0700);
  EXPECT_EQ(fired(), std::vector<Watch>{itself});
  remove_all(at("/d"));
  EXPECT_EQ(fired(), (std::vector<Watch>{itself, names}));
  create_directory(at("/d"));
  EXPECT_EQ(fired(), (std::vector<Watch>{itself, names}));
  folder.put("/d/file", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{names});
}

TEST_F(RealWatchesTest, ManyChangesAreOne) {
  folder.put("/file", "x");
  watch({Watch::path("/file")});
  for (int i = 0; i < 100; ++i) folder.put("/file", std::to_string(i));
  EXPECT_EQ(fired(), std::vector<Watch>{Watch::path("/file")});
}

TEST_F(RealWatchesTest, WhatIsAddedOrGivenUpLeavesTheOthersWithoutAGap) {
  const auto a = Watch::path("/a");
  const auto b = Watch::path("/b");
  watch({a});
  folder.put("/a", "changed before the others came");
  ASSERT_TRUE(watches->watch({a, b}));
  EXPECT_EQ(fired(), std::vector<Watch>{a});
  folder.put("/b", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{b});
  folder.put("/a", "y");
  ASSERT_TRUE(watches->watch({b}));
  EXPECT_EQ(fired(), std::vector<Watch>{});
  folder.put("/a", "z");
  EXPECT_EQ(fired(), std::vector<Watch>{});
}

TEST_F(RealWatchesTest, AfterAnOverflowAllFire) {
  std::vector<Watch> all;
  for (int i = 0; i < 10; ++i) all.push_back(Watch::path(text("/file", i)));
  create_directory(at("/busy"));
  all.push_back(Watch::children("/busy"));
  std::ranges::sort(all);
  watch(all);
  // The kernel keeps 16,384 events (max_queued_events) and merges only equal neighbours.
  for (int i = 0; i < 20'000; ++i) {
    const auto name = at(text("/busy/", i % 2));
    ::close(::open(name.c_str(), O_CREAT | O_CLOEXEC, 0600));
    ::unlink(name.c_str());
  }
  EXPECT_EQ(fired(), all);
  folder.put("/file3", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{Watch::path("/file3")});
}

TEST_F(RealWatchesTest, PackagesAndAccountsFireForTheirFiles) {
  watch({Watch::packages(), Watch::accounts()});
  create_directories(at("/var/lib/dpkg"));
  create_directories(at("/etc"));
  (void)watches->take();
  folder.put("/var/lib/dpkg/status-new", "x");
  EXPECT_EQ(fired(), std::vector<Watch>{});
  rename(at("/var/lib/dpkg/status-new"), at("/var/lib/dpkg/status"));
  EXPECT_EQ(fired(), std::vector<Watch>{Watch::packages()});
  for (const auto* file : {"/etc/passwd", "/etc/group", "/etc/shadow"}) {
    folder.put(file, "x");
    EXPECT_EQ(fired(), std::vector<Watch>{Watch::accounts()}) << file;
  }
}

TEST_F(RealWatchesTest, UnitsOfAFolderCannotBeWatched) {
  const auto impossible = watches->watch({Watch::unit("ssh"), Watch::path("/file")});
  ASSERT_TRUE(impossible);
  EXPECT_EQ(*impossible, std::vector<Watch>{Watch::unit("ssh")});
}

TEST_F(RealWatchesTest, ReadingFiresNothing) {
  folder.put("/etc/file", "x");
  auto files = std::move(*RealFiles::open(folder.path()));
  watch({Watch::path("/etc/file"), Watch::path("/etc"), Watch::children("/etc")});
  EXPECT_TRUE(files.look("/etc/file", 10));
  EXPECT_TRUE(files.list("/etc"));
  EXPECT_FALSE(readable());
}

}  // namespace
}  // namespace flyball::os::real
