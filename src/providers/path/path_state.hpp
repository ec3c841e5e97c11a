#pragma once

#include "os/files.hpp"
#include "os/users.hpp"
#include "providers/path/owners.hpp"
#include "providers/provider.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flyball::providers {

/// Files larger than this are not read to compare them: no content from git is that large, so they differ.
constexpr std::uint64_t max_compared_bytes = std::uint64_t{64} << 20U;

// What files, directories and links have in common: they lie at a path, and what was there before may have been of
// another kind. So its baseline is a spec of the kind that was there, and any of the three puts any of them back.

/// What lies at a path, and how it is replaced.
class PathState {
 public:
  PathState(os::Files& files, os::Users& users) : files_(files), owners_(files, users) {}

  Result<Baseline> baseline(const os::Path& path, Contents& contents);

  /// See `Provider::restore`. `own_type` is what was managed here last.
  Result<std::string> restore(const os::Path& path, os::FileMeta::Type own_type, const Baseline& baseline,
                              const std::vector<std::string>& fields, Contents& contents);

  /// A file of these bytes and that access, in place of a file, a link or an empty directory. Whole or not at all.
  Result<> put_file(const os::Path& path, std::string_view bytes, const os::Access& access);
  /// A link likewise.
  Result<> put_link(const os::Path& path, const std::string& target);
  /// A directory, in place of nothing or a file; `conflict` for a link, since what lies behind it would vanish from
  /// its place.
  Result<> put_directory(const os::Path& path, const os::Access& access);

  /// Gives a file or directory another owner and mode. At no moment can anyone use it whom neither allows.
  Result<> change_access(const os::Path& path, const os::FileMeta& there, const os::Access& to);

  /// Removes a file, a link or an empty directory, durably.
  Result<> remove(const os::Path& path);

  /// Removes what an interrupted change left beside a path.
  Result<> clear_temporary(const os::Path& path);

  /// `not_found`, with the cure, when the directory that `path` lies in is not there.
  Result<> need_parent(const os::Path& path);

  Owners& owners() { return owners_; }

 private:
  Result<Spec> spec_at(const os::Path& path, const os::FileMeta& meta, Contents& contents, std::string& not_kept);
  Result<std::string> remove_created(const os::Path& path, os::FileMeta::Type own_type);
  Result<std::string> put_back(const os::Path& path, const File& was, const std::vector<std::string>& fields,
                               const std::optional<os::FileMeta>& there, Contents& contents);
  Result<std::string> put_back(const os::Path& path, const Directory& was, const std::vector<std::string>& fields,
                               const std::optional<os::FileMeta>& there, Contents& contents);
  Result<std::string> put_back(const os::Path& path, const Link& was, const std::vector<std::string>& fields,
                               const std::optional<os::FileMeta>& there, Contents& contents);
  Result<> clear_directory_from_way(const os::Path& path);

  os::Files& files_;
  Owners owners_;
};

}  // namespace flyball::providers
