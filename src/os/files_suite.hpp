#pragma once

#include "os/files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// What every `Files` must do, real or simulated. A device under test is a type with
//   Files& files();
//   Path base();                           an empty directory on it, "" for its root
//   Access own(std::uint32_t mode);        the owner and group we may give to what we make
//   bool follows_own();                    whether links of that owner are followed on the way
//   std::optional<std::uint32_t> other();  another user we may give files to, whose links are not followed
// and is tried by INSTANTIATE_TYPED_TEST_SUITE_P(Name, FilesSuite, Device).

namespace flyball::os {

template <class Device>
class FilesSuite : public testing::Test {
 protected:
  using Type = FileMeta::Type;
  static constexpr std::uint64_t plenty = 1U << 24U;

  Files& files() { return device_.files(); }
  Path at(const std::string& below) { return device_.base() + below; }
  Access own(std::uint32_t mode) { return device_.own(mode); }

  void put(const std::string& below, std::string_view bytes, std::uint32_t mode = 0644) {
    const auto done = files().write_new(at(below), bytes, own(mode));
    ASSERT_TRUE(done) << done.error().message;
  }
  void directory(const std::string& below) {
    const auto done = files().make_directory(at(below), own(0755));
    ASSERT_TRUE(done) << done.error().message;
  }
  void link(const std::string& below, const std::string& target) {
    const auto done = files().make_link(at(below), target, own(0777));
    ASSERT_TRUE(done) << done.error().message;
  }
  std::optional<Bytes> content(const std::string& below) {
    const auto read = files().read(at(below), plenty);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : std::nullopt;
  }
  std::optional<FileMeta> meta(const std::string& below) {
    const auto read = files().stat(at(below));
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : std::nullopt;
  }
  template <class T>
  static std::optional<Errc> code(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  Device device_;
};

TYPED_TEST_SUITE_P(FilesSuite);

TYPED_TEST_P(FilesSuite, WhatIsNotThereIsNothingAndNoError) {
  this->put("/file", "x");
  for (const auto* below : {"/missing", "/missing/below", "/file/below", "/file/below/it"}) {
    const auto path = this->at(below);
    EXPECT_EQ(this->files().read(path, 10), std::nullopt) << below;
    EXPECT_EQ(this->files().stat(path), std::nullopt) << below;
    EXPECT_EQ(this->files().look(path, 10), std::nullopt) << below;
    EXPECT_EQ(this->files().read_link(path), std::nullopt) << below;
    EXPECT_EQ(this->files().list(path), std::nullopt) << below;
    EXPECT_TRUE(this->files().remove(path)) << below;
  }
}

TYPED_TEST_P(FilesSuite, WhatWasWrittenIsReadBackWithItsAccess) {
  const struct {
    std::string name;
    Bytes bytes;
    std::uint32_t mode;
  } cases[] = {
      {"/empty", "", 0644},
      {"/text", "hello\n", 0600},
      {"/binary", Bytes("a\0b\xff", 4), 0755},
      {"/large", Bytes(1'000'003, 'x'), 0444},
      {"/setuid", "x", 04755},
  };
  for (const auto& c : cases) {
    this->put(c.name, c.bytes, c.mode);
    EXPECT_EQ(this->content(c.name), c.bytes) << c.name;
    const auto meta = this->meta(c.name);
    ASSERT_TRUE(meta) << c.name;
    EXPECT_EQ(meta->type, FileMeta::Type::regular) << c.name;
    EXPECT_EQ(meta->size, c.bytes.size()) << c.name;
    EXPECT_EQ((Access{meta->mode, meta->uid, meta->gid}), this->own(c.mode)) << c.name;
    const auto view = this->files().look(this->at(c.name), this->plenty);
    ASSERT_TRUE(view && *view) << c.name;
    EXPECT_EQ(**view, (FileView{*meta, c.bytes})) << c.name;
  }
}

TYPED_TEST_P(FilesSuite, NothingNewIsPutOverWhatIsThere) {
  this->put("/file", "old");
  this->directory("/directory");
  this->link("/link", "nowhere");
  for (const auto* below : {"/file", "/directory", "/link"}) {
    const auto path = this->at(below);
    EXPECT_EQ(this->code(this->files().write_new(path, "new", this->own(0644))), Errc::conflict) << below;
    EXPECT_EQ(this->code(this->files().make_directory(path, this->own(0755))), Errc::conflict) << below;
    EXPECT_EQ(this->code(this->files().make_link(path, "target", this->own(0777))), Errc::conflict) << below;
  }
  EXPECT_EQ(this->content("/file"), "old");
  EXPECT_EQ(this->meta("/nowhere"), std::nullopt);
}

TYPED_TEST_P(FilesSuite, NothingIsMadeWhereNoDirectoryIs) {
  this->put("/file", "x");
  for (const auto* below : {"/missing/new", "/file/new"}) {
    const auto path = this->at(below);
    EXPECT_EQ(this->code(this->files().write_new(path, "new", this->own(0644))), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().make_directory(path, this->own(0755))), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().make_link(path, "target", this->own(0777))), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().set_access(path, this->own(0644))), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().rename(path, this->at("/there"))), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().rename(this->at("/file"), path)), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().sync(path)), Errc::not_found) << below;
    EXPECT_EQ(this->code(this->files().write_kernel(path, "1")), Errc::not_found) << below;
  }
}

TYPED_TEST_P(FilesSuite, OnlyRegularFilesUpToTheLimitAreRead) {
  this->put("/file", "12345");
  this->directory("/directory");
  this->link("/link", "file");
  EXPECT_EQ(this->files().read(this->at("/file"), 5), "12345");
  EXPECT_EQ(this->code(this->files().read(this->at("/file"), 4)), Errc::invalid);
  EXPECT_EQ(this->code(this->files().read(this->at("/directory"), 100)), Errc::invalid);
  EXPECT_EQ(this->code(this->files().read(this->at("/link"), 100)), Errc::invalid);
  for (const auto* below : {"/file", "/directory", "/link"}) {
    const auto view = this->files().look(this->at(below), 4);
    ASSERT_TRUE(view && *view) << below;
    EXPECT_EQ((*view)->meta, this->meta(below)) << below;
    EXPECT_EQ((*view)->bytes, std::nullopt) << below;
  }
}

TYPED_TEST_P(FilesSuite, PathsThatAreNotAbsoluteOrClimbAreInvalid) {
  for (const auto* path : {"", "relative", "/..", "/a/../b", "/a/.."}) {
    EXPECT_EQ(this->code(this->files().stat(path)), Errc::invalid) << path;
    EXPECT_EQ(this->code(this->files().read(path, 1)), Errc::invalid) << path;
    EXPECT_EQ(this->code(this->files().list(path)), Errc::invalid) << path;
    EXPECT_EQ(this->code(this->files().write_new(path, "x", this->own(0644))), Errc::invalid) << path;
    EXPECT_EQ(this->code(this->files().remove(path)), Errc::invalid) << path;
  }
}

TYPED_TEST_P(FilesSuite, TheLastPartOfAPathIsNeverFollowed) {
  this->directory("/directory");
  this->put("/file", "untouched");
  this->link("/to_file", "file");
  this->link("/to_directory", this->at("/directory"));
  EXPECT_EQ(this->meta("/to_file")->type, FileMeta::Type::symlink);
  EXPECT_EQ(this->files().read_link(this->at("/to_file")), "file");
  EXPECT_EQ(this->files().read_link(this->at("/to_directory")), this->at("/directory"));
  EXPECT_EQ(this->code(this->files().list(this->at("/to_directory"))), Errc::invalid);
  EXPECT_EQ(this->code(this->files().read_link(this->at("/file"))), Errc::invalid);
  this->put("/new", "new");
  EXPECT_TRUE(this->files().rename(this->at("/new"), this->at("/to_file")));
  EXPECT_EQ(this->content("/to_file"), "new");
  EXPECT_EQ(this->content("/file"), "untouched");
  EXPECT_TRUE(this->files().remove(this->at("/to_directory")));
  EXPECT_EQ(this->meta("/directory")->type, FileMeta::Type::directory);
}

TYPED_TEST_P(FilesSuite, LinksOnTheWayAreFollowedWhenTheyMayBe) {
  this->directory("/real");
  this->directory("/real/deep");
  this->put("/real/deep/file", "x");
  this->link("/relative", "real/deep");
  this->link("/absolute", this->at("/real"));
  this->link("/real/up", "../absolute/../real/./deep");
  this->link("/chain", "absolute/up");
  for (const auto* below : {"/relative/file", "/absolute/deep/file", "/real/up/file", "/chain/file"}) {
    if (this->device_.follows_own()) {
      EXPECT_EQ(this->content(below), "x") << below;
    } else {
      EXPECT_EQ(this->code(this->files().read(this->at(below), 10)), Errc::denied) << below;
    }
  }
  if (this->device_.follows_own()) {
    this->put("/chain/new", "made through links");
    EXPECT_EQ(this->content("/real/deep/new"), "made through links");
  }
}

TYPED_TEST_P(FilesSuite, LinksThatLoopOrLeadNowhereDoNoHarm) {
  this->link("/loop", "loop");
  this->link("/dangling", "missing");
  if (!this->device_.follows_own()) {
    EXPECT_EQ(this->code(this->files().stat(this->at("/loop/file"))), Errc::denied);
    return;
  }
  EXPECT_EQ(this->code(this->files().stat(this->at("/loop/file"))), Errc::invalid);
  EXPECT_EQ(this->meta("/dangling/file"), std::nullopt);
  EXPECT_EQ(this->code(this->files().write_new(this->at("/dangling/file"), "x", this->own(0644))), Errc::not_found);
}

TYPED_TEST_P(FilesSuite, SomebodyElsesLinkOnTheWayIsDenied) {
  const auto other = this->device_.other();
  if (!other) GTEST_SKIP() << "only root can make a link of somebody else's";
  this->directory("/target");
  const auto access = Access{.mode = 0777, .uid = *other, .gid = *other};
  ASSERT_TRUE(this->files().make_link(this->at("/theirs"), "target", access));
  EXPECT_EQ(this->meta("/theirs")->uid, *other);
  const auto path = this->at("/theirs/file");
  EXPECT_EQ(this->code(this->files().write_new(path, "x", this->own(0644))), Errc::denied);
  EXPECT_EQ(this->code(this->files().read(path, 10)), Errc::denied);
  EXPECT_EQ(this->code(this->files().stat(path)), Errc::denied);
  EXPECT_EQ(this->code(this->files().remove(path)), Errc::denied);
  EXPECT_EQ(this->files().list(this->at("/target")), std::vector<std::string>{});
}

TYPED_TEST_P(FilesSuite, AListIsWholeAndSorted) {
  this->directory("/d");
  EXPECT_EQ(this->files().list(this->at("/d")), std::vector<std::string>{});
  this->put("/d/b", "");
  this->put("/d/.hidden", "");
  this->directory("/d/a");
  this->link("/d/c", "nowhere");
  EXPECT_EQ(this->files().list(this->at("/d")), (std::vector<std::string>{".hidden", "a", "b", "c"}));
  EXPECT_EQ(this->code(this->files().list(this->at("/d/b"))), Errc::invalid);
}

TYPED_TEST_P(FilesSuite, ARenameReplacesWhatIsThere) {
  this->put("/a", "a");
  this->put("/b", "b");
  const auto moved = this->meta("/a");
  EXPECT_TRUE(this->files().rename(this->at("/a"), this->at("/b")));
  EXPECT_EQ(this->content("/b"), "a");
  EXPECT_EQ(this->meta("/b")->inode, moved->inode);
  EXPECT_EQ(this->meta("/a"), std::nullopt);
  this->directory("/d");
  this->directory("/d/below");
  EXPECT_TRUE(this->files().rename(this->at("/d"), this->at("/e")));
  EXPECT_EQ(this->meta("/e/below")->type, FileMeta::Type::directory);
}

TYPED_TEST_P(FilesSuite, FilesLinksAndEmptyDirectoriesAreRemoved) {
  this->put("/file", "x");
  this->link("/link", "file");
  this->directory("/directory");
  this->directory("/full");
  this->put("/full/file", "x");
  for (const auto* below : {"/link", "/file", "/directory"}) {
    EXPECT_TRUE(this->files().remove(this->at(below))) << below;
    EXPECT_EQ(this->meta(below), std::nullopt) << below;
  }
  EXPECT_EQ(this->code(this->files().remove(this->at("/full"))), Errc::conflict);
  EXPECT_EQ(this->content("/full/file"), "x");
}

TYPED_TEST_P(FilesSuite, AccessIsSetOnFilesAndDirectories) {
  this->put("/file", "x", 0600);
  this->directory("/directory");
  const auto before = this->meta("/file");
  for (const auto* below : {"/file", "/directory"}) {
    for (const std::uint32_t mode : {0750U, 01777U, 02755U, 0400U, 0700U}) {
      const auto done = this->files().set_access(this->at(below), this->own(mode));
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_EQ(this->meta(below)->mode, mode) << below;
    }
    const auto other = this->device_.other();
    if (!other) continue;
    ASSERT_TRUE(this->files().set_access(this->at(below), Access{04750, *other, *other}));
    const auto meta = this->meta(below);
    EXPECT_EQ((Access{meta->mode, meta->uid, meta->gid}), (Access{04750, *other, *other})) << below;
  }
  EXPECT_GE(this->meta("/file")->changed_ns, before->changed_ns);
  EXPECT_EQ(this->meta("/file")->inode, before->inode);
}

TYPED_TEST_P(FilesSuite, AReplacedFileIsWhollyNewAndLeavesNoTemporary) {
  const auto path = this->at("/file");
  ASSERT_TRUE(replace_file(this->files(), path, "one", this->own(0644)));
  const auto before = this->meta("/file");
  this->put("/.file.flyball-new", "left by a crash");
  ASSERT_TRUE(replace_file(this->files(), path, "two", this->own(0600)));
  EXPECT_EQ(this->content("/file"), "two");
  EXPECT_EQ(this->meta("/file")->mode, 0600U);
  EXPECT_NE(this->meta("/file"), before);
  EXPECT_EQ(this->meta("/.file.flyball-new"), std::nullopt);
}

TYPED_TEST_P(FilesSuite, DirectoriesAreMadeWithThoseAboveThem) {
  ASSERT_TRUE(make_directories(this->files(), this->at("/a/b/c"), this->own(0750)));
  ASSERT_TRUE(make_directories(this->files(), this->at("/a/b/c"), this->own(0700)));
  EXPECT_EQ(this->meta("/a/b")->mode, 0750U);
  EXPECT_EQ(this->meta("/a/b/c")->mode, 0750U);
  this->put("/a/file", "x");
  EXPECT_EQ(this->code(make_directories(this->files(), this->at("/a/file/d"), this->own(0750))), Errc::conflict);
}

TYPED_TEST_P(FilesSuite, FilesAndDirectoriesCanBeSynced) {
  this->put("/file", "x", 0600);
  this->directory("/directory");
  EXPECT_TRUE(this->files().sync(this->at("/file")));
  EXPECT_TRUE(this->files().sync(this->at("/directory")));
  EXPECT_TRUE(this->files().sync(this->device_.base().empty() ? "/" : this->device_.base()));
}

TYPED_TEST_P(FilesSuite, ThereIsRoomEvenWhereNothingIsYet) {
  for (const auto* below : {"/", "/missing/below"}) {
    const auto room = this->files().room(this->at(below));
    ASSERT_TRUE(room) << room.error().message;
    EXPECT_GT(*room, 0U) << below;
  }
}

TYPED_TEST_P(FilesSuite, TheRootIsADirectory) {
  const auto root = this->files().stat("/");
  ASSERT_TRUE(root && *root);
  EXPECT_EQ((*root)->type, FileMeta::Type::directory);
  EXPECT_TRUE(this->files().list("/"));
  EXPECT_EQ(this->code(this->files().make_directory("/", this->own(0755))), Errc::conflict);
}

REGISTER_TYPED_TEST_SUITE_P(FilesSuite, WhatIsNotThereIsNothingAndNoError, WhatWasWrittenIsReadBackWithItsAccess,
                            NothingNewIsPutOverWhatIsThere, NothingIsMadeWhereNoDirectoryIs,
                            OnlyRegularFilesUpToTheLimitAreRead, PathsThatAreNotAbsoluteOrClimbAreInvalid,
                            TheLastPartOfAPathIsNeverFollowed, LinksOnTheWayAreFollowedWhenTheyMayBe,
                            LinksThatLoopOrLeadNowhereDoNoHarm, SomebodyElsesLinkOnTheWayIsDenied,
                            AListIsWholeAndSorted, ARenameReplacesWhatIsThere, FilesLinksAndEmptyDirectoriesAreRemoved,
                            AccessIsSetOnFilesAndDirectories, AReplacedFileIsWhollyNewAndLeavesNoTemporary,
                            DirectoriesAreMadeWithThoseAboveThem, FilesAndDirectoriesCanBeSynced,
                            ThereIsRoomEvenWhereNothingIsYet, TheRootIsADirectory);

}  // namespace flyball::os
