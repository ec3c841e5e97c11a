#pragma once

#include "os/files.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace flyball::os {

/// Files whose durability can be put off to the end of a group of changes, so that a thousand files cost a few flushes
/// of the disk and not two each. The order that makes each file wholly old or wholly new stays: new versions are
/// durable before any of them is put in place, and all are in place before the directories are made durable. Nothing
/// of a group counts before `commit` has returned without an error.
///
/// Outside of a group, and for whoever looks at a path of which a new version waits, it is the port below.
class GroupedFiles final : public Files {
 public:
  explicit GroupedFiles(Files& below) : below_(below) {}

  void begin() { grouping_ = true; }
  /// Ends the group. After an error any part of it may be in place, or none.
  Result<> commit();

  Read<Bytes> read(const Path& path, std::uint64_t max_bytes) override;
  Read<FileMeta> stat(const Path& path) override;
  Read<FileView> look(const Path& path, std::uint64_t max_bytes) override;
  Read<std::string> read_link(const Path& path) override;
  Read<std::vector<std::string>> list(const Path& directory) override;
  Result<std::uint64_t> room(const Path& path) override;
  Result<> write_new(const Path& path, std::string_view bytes, const Access& access) override;
  Result<> make_directory(const Path& path, const Access& access) override;
  Result<> make_link(const Path& path, const std::string& target, const Access& access) override;
  Result<> set_access(const Path& path, const Access& access) override;
  Result<> rename(const Path& from, const Path& to) override;
  Result<> remove(const Path& path) override;
  Result<> sync(const Path& path) override;
  Result<> sync_all(const std::vector<Path>& paths) override;
  Result<> write_kernel(const Path& path, std::string_view bytes) override;

 private:
  Result<> settle();                      // What waits is put in place; the group goes on.
  Result<> settle_for(const Path& path);  // If something at or in that path waits.
  Result<> put_in_place();

  Files& below_;
  bool grouping_ = false;
  std::set<Path> written_;  // New in this group, not durable, not in place.
  std::vector<std::pair<Path, Path>> renames_;
  std::set<Path> waiting_;  // Both names of each.
  std::set<Path> changed_;  // In place and not durable.
  /// Directories in which something was moved that could not wait, such as a new directory: before anything is put
  /// into that, it must not be able to fall back to its temporary name.
  std::set<Path> at_once_;
};

}  // namespace flyball::os
