#include "os/real/real_files.hpp"

#include "os/files_suite.hpp"
#include "os/real/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::os {
namespace {

using real::RealFiles;
using real::TemporaryFolder;

bool is_root() { return ::geteuid() == 0; }

struct Common {
  Access own(std::uint32_t mode) const { return Access{mode, ::geteuid(), ::getegid()}; }
  std::optional<std::uint32_t> other() const { return is_root() ? std::optional<std::uint32_t>(4242) : std::nullopt; }
  TemporaryFolder folder;
};

/// The machine itself, in a folder on it: only root's links are followed.
struct Machine : Common {
  Files& files() { return real; }
  Path base() const { return folder.path(); }
  bool follows_own() const { return is_root(); }
  RealFiles real = std::move(*RealFiles::open("/"));
};

/// A folder that is the device: its owner's links are followed as well.
struct Folder : Common {
  Files& files() { return real; }
  Path base() const { return ""; }
  bool follows_own() const { return true; }
  RealFiles real = std::move(*RealFiles::open(folder.path()));
};

INSTANTIATE_TYPED_TEST_SUITE_P(RealMachine, FilesSuite, Machine);
INSTANTIATE_TYPED_TEST_SUITE_P(RealFolder, FilesSuite, Folder);

TEST(RealFiles, NothingLeadsOutOfAFolder) {
  TemporaryFolder outside;
  outside.put("/secret", "outside");
  Folder device;
  const auto up = std::string("../../../../../../../../..") + outside.path();
  ASSERT_TRUE(device.files().make_link("/absolute", outside.path(), device.own(0777)));
  ASSERT_TRUE(device.files().make_link("/climbing", up, device.own(0777)));
  ASSERT_TRUE(device.files().make_link("/magic", "/proc/self/root", device.own(0777)));
  EXPECT_EQ(device.files().read("/absolute/secret", 100), std::nullopt);
  EXPECT_EQ(device.files().read("/climbing/secret", 100), std::nullopt);
  EXPECT_EQ(device.files().read("/magic" + outside.path() + "/secret", 100), std::nullopt);
  EXPECT_EQ(device.files().write_new("/climbing/new", "x", device.own(0644)).error().code, Errc::not_found);
  ASSERT_TRUE(make_directories(device.files(), outside.path(), device.own(0755)));
  ASSERT_TRUE(device.files().write_new("/climbing/secret", "inside", device.own(0644)));
  EXPECT_EQ(device.files().read("/absolute/secret", 100), "inside");
  EXPECT_EQ(device.files().read(outside.path() + "/secret", 100), "inside");
}

TEST(RealFiles, TheUmaskOfTheProcessDoesNotMatter) {
  Folder device;
  const auto before = ::umask(077);
  ASSERT_TRUE(device.files().write_new("/file", "x", device.own(0666)));
  ASSERT_TRUE(device.files().make_directory("/directory", device.own(0777)));
  ::umask(before);
  EXPECT_EQ((*device.files().stat("/file"))->mode, 0666U);
  EXPECT_EQ((*device.files().stat("/directory"))->mode, 0777U);
}

TEST(RealFiles, WhoIsNotRootGivesNothingAway) {
  if (is_root()) {
    Folder device;
    EXPECT_TRUE(device.files().write_new("/file", "x", Access{0644, 4242, 4242}));
    return;
  }
  Folder device;
  const auto done = device.files().write_new("/file", "x", Access{0644, 0, 0});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::denied);
  EXPECT_NE(done.error().message.find("cannot give /file to user 0"), std::string::npos) << done.error().message;
  EXPECT_EQ(device.files().stat("/file"), std::nullopt);
  EXPECT_EQ(device.files().make_directory("/directory", Access{0755, 0, 0}).error().code, Errc::denied);
  EXPECT_EQ(device.files().stat("/directory"), std::nullopt);
}

TEST(RealFiles, AFifoIsNeitherReadNorWaitedFor) {
  Folder device;
  ASSERT_EQ(::mkfifo(device.folder.at("/fifo").c_str(), 0600), 0);
  EXPECT_EQ(device.files().read("/fifo", 10).error().code, Errc::invalid);
  const auto view = device.files().look("/fifo", 10);
  ASSERT_TRUE(view && *view);
  EXPECT_EQ((*view)->meta.type, FileMeta::Type::other);
  EXPECT_EQ((*view)->bytes, std::nullopt);
}

TEST(RealFiles, FilesOfTheKernelAreReadWholeAndNothingElseIsWrittenInPlace) {
  Machine device;
  const auto version = device.files().read("/proc/version", 1 << 16);
  ASSERT_TRUE(version && *version);
  EXPECT_TRUE((*version)->starts_with("Linux version"));
  device.folder.put("/file", "old");
  EXPECT_EQ(device.files().write_kernel(device.base() + "/file", "new").error().code, Errc::unsupported);
  EXPECT_EQ(device.files().read(device.base() + "/file", 10), "old");
}

TEST(RealFiles, AnErrorSaysWhatWasDoneToWhatAndWhyNot) {
  Folder device;
  device.folder.put("/file", "x");
  const auto done = device.files().write_new("/file", "y", device.own(0644));
  EXPECT_EQ(done.error().message, "cannot create /file: file exists");
}

}  // namespace
}  // namespace flyball::os
