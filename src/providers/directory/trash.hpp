#pragma once

#include "os/clocks.hpp"
#include "os/files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball::providers {

/// Where `purge` moves what is not in git: each item keeps its path below a folder named by the time it was moved, such
/// as `/var/lib/flyball-agent/trash/2026-11-24T09:00:00Z-000/etc/nginx/sites-enabled/default`. Bounded: the oldest
/// items go when room is needed.
class Trash {
 public:
  static constexpr std::string_view root = "/var/lib/flyball-agent/trash";
  struct Bounds {
    std::uint64_t bytes = std::uint64_t{256} << 20U;
    std::size_t items = 1000;
  };

  Trash(os::Files& files, os::Clocks& clocks) : Trash(files, clocks, Bounds{}) {}
  Trash(os::Files& files, os::Clocks& clocks, Bounds bounds) : files_(files), clocks_(clocks), bounds_(bounds) {}

  /// Moves a file, link or whole directory here. `conflict` when it alone is larger than the bound: then it stays.
  Result<> put(const os::Path& path);
  /// Moves the newest item that came from that path back to it. False when there is none (any more).
  Result<bool> take_back(const os::Path& path);

 private:
  Result<std::vector<std::string>> items();  // Their folders, oldest first.
  Result<std::uint64_t> size_of(const os::Path& path);
  Result<> make_room(std::uint64_t bytes);
  Result<os::Path> new_folder();
  Result<> move(const os::Path& from, const os::Path& to);
  Result<> copy(const os::Path& from, const os::Path& to);
  Result<> remove_tree(const os::Path& path);

  os::Files& files_;
  os::Clocks& clocks_;
  Bounds bounds_;
};

}  // namespace flyball::providers
