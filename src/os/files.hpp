#pragma once

#include "base/bytes.hpp"
#include "os/read.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::os {

using Path = std::string;  ///< Absolute, as the device sees it.

/// What lstat(2) tells.
struct FileMeta {
  enum class Type { regular, directory, symlink, other };
  Type type = Type::regular;
  std::uint32_t mode = 0;  ///< Permission bits, 07777.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t device = 0;  ///< Which file system.
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0;  ///< ctime: grows with every change of content or attributes.
  bool operator==(const FileMeta&) const = default;
};

/// What is at a path, and what it holds where that was asked for and can be had.
struct FileView {
  FileMeta meta;
  std::optional<Bytes> bytes;  ///< Of a regular file that is not larger than was asked for.
  bool operator==(const FileView&) const = default;
};

/// Owner and permissions a new file gets.
struct Access {
  std::uint32_t mode = 0600;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const Access&) const = default;
};

/// The file system of a device. Symbolic links on the way to a path are followed only when root owns them; the last
/// part of a path is never followed (DECISIONS 26), so a user cannot redirect a write: a link of somebody else's on the
/// way is `denied`. A path that is not absolute, or holds `..`, is `invalid`. Every call may fail, and at every call
/// the power may go. Synchronous; one thread.
class Files {
 public:
  virtual ~Files() = default;

  // These only read. Nothing there is nothing; a part of the way that is no directory counts as nothing there.
  virtual Read<Bytes> read(const Path& path,
                           std::uint64_t max_bytes) = 0;  ///< A regular file; `invalid` when larger or not regular.
  virtual Read<FileMeta> stat(const Path& path) = 0;
  /// `stat` and `read` of the same file in one: what a check wants, in half the system calls.
  virtual Read<FileView> look(const Path& path, std::uint64_t max_bytes);
  virtual Read<std::string> read_link(const Path& path) = 0;
  virtual Read<std::vector<std::string>> list(
      const Path& directory) = 0;                            ///< Names, sorted; the whole list or an error.
  virtual Result<std::uint64_t> room(const Path& path) = 0;  ///< Free bytes where that path lies.

  // These change, and are not durable before `sync`.
  /// A new file that nobody could read before it had that access. `conflict` when something is there.
  virtual Result<> write_new(const Path& path, std::string_view bytes, const Access& access) = 0;
  virtual Result<> make_directory(const Path& path, const Access& access) = 0;  ///< `conflict` when something is there.
  virtual Result<> make_link(const Path& path, const std::string& target,
                             const Access& access) = 0;  ///< `conflict` likewise.
  virtual Result<> set_access(const Path& path,
                              const Access& access) = 0;  ///< Owner, then mode, of a file or directory that is there.
  virtual Result<> rename(const Path& from, const Path& to) = 0;  ///< Replaces what is there, atomically.
  virtual Result<> remove(const Path& path) = 0;  ///< A file, link or empty directory. Not there is fine.
  /// Makes a file, or a directory's names, durable. A failure is final: write anew.
  virtual Result<> sync(const Path& path) = 0;
  /// All of these, in less time than one by one where the system can; may make more durable than that.
  virtual Result<> sync_all(const std::vector<Path>& paths);
  /// Writes to a file of the kernel's (/proc/sys), which cannot be replaced. It must exist.
  virtual Result<> write_kernel(const Path& path, std::string_view bytes) = 0;
};

/// The directory a path lies in; "/" for those at the top.
Path parent_of(const Path& path);

/// The temporary name beside a path under which its next version is written: `/etc/.motd.flyball-new`.
Path temporary_beside(const Path& path);

/// Puts a file in place wholly or not at all, durably: temporary file beside it, fsync, rename, fsync of the directory.
Result<> replace_file(Files& files, const Path& path, std::string_view bytes, const Access& access);

/// Makes a directory and those above it that are missing, each durable.
Result<> make_directories(Files& files, const Path& path, const Access& access);

}  // namespace flyball::os
