#include "os/grouped_files.hpp"

namespace flyball::os {

Result<> GroupedFiles::commit() {
  const auto done = settle();
  grouping_ = false;
  return done;
}

Result<> GroupedFiles::settle() {
  const auto done = put_in_place();
  if (!done) {
    for (const auto& [from, to] : renames_) (void)below_.remove(from);  // What stays is cleared by the next try.
  }
  written_.clear();
  renames_.clear();
  waiting_.clear();
  changed_.clear();
  at_once_.clear();
  return done;
}

Result<> GroupedFiles::put_in_place() {
  TRY(below_.sync_all({written_.begin(), written_.end()}));
  for (const auto& [from, to] : renames_) TRY(below_.rename(from, to));
  std::vector<Path> changed;
  for (const auto& path : changed_) {
    if (TRY(below_.stat(path))) changed.push_back(path);  // It may have gone later in the group.
  }
  return below_.sync_all(changed);
}

Result<> GroupedFiles::settle_for(const Path& path) {
  const auto inside = path + '/';
  const auto next = waiting_.lower_bound(inside);
  const bool waits = waiting_.contains(path) || (next != waiting_.end() && next->starts_with(inside));
  return waits ? settle() : Result<>{};
}

Read<Bytes> GroupedFiles::read(const Path& path, std::uint64_t max_bytes) {
  TRY(settle_for(path));
  return below_.read(path, max_bytes);
}

Read<FileMeta> GroupedFiles::stat(const Path& path) {
  if (waiting_.contains(path)) TRY(settle());
  return below_.stat(path);
}

Read<FileView> GroupedFiles::look(const Path& path, std::uint64_t max_bytes) {
  TRY(settle_for(path));
  return below_.look(path, max_bytes);
}

Read<std::string> GroupedFiles::read_link(const Path& path) {
  TRY(settle_for(path));
  return below_.read_link(path);
}

Read<std::vector<std::string>> GroupedFiles::list(const Path& directory) {
  TRY(settle_for(directory));
  return below_.list(directory);
}

Result<std::uint64_t> GroupedFiles::room(const Path& path) { return below_.room(path); }

Result<> GroupedFiles::write_new(const Path& path, std::string_view bytes, const Access& access) {
  TRY(settle_for(path));
  TRY(below_.write_new(path, bytes, access));
  if (grouping_) written_.insert(path);
  return {};
}

Result<> GroupedFiles::make_directory(const Path& path, const Access& access) {
  TRY(settle_for(path));
  return below_.make_directory(path, access);
}

Result<> GroupedFiles::make_link(const Path& path, const std::string& target, const Access& access) {
  TRY(settle_for(path));
  return below_.make_link(path, target, access);
}

Result<> GroupedFiles::set_access(const Path& path, const Access& access) {
  TRY(settle_for(path));
  return below_.set_access(path, access);
}

Result<> GroupedFiles::rename(const Path& from, const Path& to) {
  TRY(settle_for(to));
  // Only what cannot go wrong later may wait: a new file that takes the place of a file beside it.
  const auto there = TRY(below_.stat(to));
  const bool replaces = !there || there->type != FileMeta::Type::directory;
  if (!written_.contains(from) || !replaces || parent_of(from) != parent_of(to)) {
    if (written_.erase(from) > 0) TRY(below_.sync(from));
    at_once_.insert(parent_of(to));
    return below_.rename(from, to);
  }
  renames_.emplace_back(from, to);
  waiting_.insert(from);
  waiting_.insert(to);
  return {};
}

Result<> GroupedFiles::remove(const Path& path) {
  TRY(settle_for(path));
  written_.erase(path);
  return below_.remove(path);
}

Result<> GroupedFiles::sync(const Path& path) {
  if (!grouping_) return below_.sync(path);
  if (at_once_.erase(path) > 0) return below_.sync(path);
  if (written_.contains(path) || changed_.contains(path)) return {};
  if (!TRY(below_.stat(path))) return below_.sync(path);  // It says what is wrong.
  changed_.insert(path);
  return {};
}

Result<> GroupedFiles::sync_all(const std::vector<Path>& paths) {
  for (const auto& path : paths) TRY(sync(path));
  return {};
}

Result<> GroupedFiles::write_kernel(const Path& path, std::string_view bytes) {
  TRY(settle());
  return below_.write_kernel(path, bytes);
}

}  // namespace flyball::os
