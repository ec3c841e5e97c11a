#pragma once

#include "base/result.hpp"
#include "os/files.hpp"
#include "os/real/fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::os::real {

/// A directory that is open, and a name in it: what the calls that end in `at` want.
struct Place {
  Fd directory;
  std::string name;  ///< "." for the root itself.
};

/// Finds the way to a path below a root folder. Symbolic links on the way are followed only when root owns them, or in
/// a root folder other than "/" its owner or we; an absolute link starts at the root folder again and `..` ends there,
/// so that nothing leads out of it. One thread.
class Resolver {
 public:
  /// Of an existing folder.
  static Result<Resolver> open(const std::string& root);

  /// The directory that holds a path. Nothing when a part of the way is missing or no directory; `denied` when
  /// somebody else's link is on it; `invalid` for a path that is not absolute or holds `..`.
  Result<std::optional<Place>> place(std::string_view path) const;

  /// The path itself, opened with these flags of open(2), its last part never followed. `found.get()` is invalid and
  /// `error` set when it could not be opened although its directory is there.
  struct Opened {
    Fd fd;
    int error = 0;  ///< An errno(3), or 0. ENOENT for what is not there, wherever the way ended.
  };
  Result<Opened> open_path(std::string_view path, int flags) const;

  const std::string& root() const { return root_; }
  bool is_folder() const { return root_ != "/"; }

 private:
  Resolver(std::string root, Fd fd, std::uint32_t folder_owner)
      : root_(std::move(root)), fd_(std::move(fd)), folder_owner_(folder_owner) {}
  Result<Opened> walk(std::string_view directory) const;
  bool trusts(std::uint32_t owner) const;

  std::string root_;
  Fd fd_;
  std::uint32_t folder_owner_ = 0;
};

}  // namespace flyball::os::real
