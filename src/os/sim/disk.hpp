#pragma once

#include "base/digest.hpp"
#include "os/sim/writes.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::os::sim {

/// What happened to the disk, for whoever watches it.
struct DiskChange {
  Path path;           ///< With all links on the way resolved.
  bool names = false;  ///< The path came or went; otherwise content or attributes.
  std::string actor;   ///< Who did it.
};

/// The disk of a simulated device and the file system on it: what everybody sees, and beside it what a power cut
/// would leave. Follows links as the port promises (DECISIONS 26). Below /proc (values of the kernel) and /run nothing
/// outlives a boot. No call fails by chance: faults are the business of the ports above.
class Disk {
 public:
  using Step = std::function<void(std::string_view operation, std::string_view path)>;
  using Changed = std::function<void(const DiskChange&)>;

  explicit Disk(DiskProfile profile = DiskProfile::ext4_ordered);

  // As the port `Files` says.
  Read<Bytes> read(const Path& path, std::uint64_t max_bytes) const;
  Read<FileMeta> stat(const Path& path) const;
  Read<std::string> read_link(const Path& path) const;
  Read<std::vector<std::string>> list(const Path& directory) const;
  std::uint64_t room() const;
  Result<> write_new(const Path& path, std::string_view bytes, const Access& access);
  Result<> make_directory(const Path& path, const Access& access);
  Result<> make_link(const Path& path, const std::string& target, const Access& access);
  Result<> set_access(const Path& path, const Access& access);
  Result<> rename(const Path& from, const Path& to);
  Result<> remove(const Path& path);
  Result<> sync(const Path& path);
  Result<> write_kernel(const Path& path, std::string_view bytes);

  // What other programs on the device do.
  /// Truncates and writes in place, as an editor without care does; makes it when it is not there.
  Result<> overwrite(const Path& path, std::string_view bytes, const Access& access = {.mode = 0644});
  /// Puts a file in place as a careful program does, synced; what is there keeps its owner and mode.
  Result<> put(const Path& path, std::string_view bytes, const Access& access = {.mode = 0644});
  Result<> remove_tree(const Path& path);
  Result<> make_directories(const Path& path, const Access& access = {.mode = 0755});

  // What the world does.
  /// A sync that failed: what it should have made durable is forgotten, and no later one makes it so.
  void fail_sync(const Path& path);
  void write_back();  ///< Makes everything durable, as the kernel does within half a minute.
  /// The power goes: what everybody sees becomes a state that the profile allows.
  void lose_power(Choices& choices);
  /// What only memory held is gone; the kernel's values are these.
  void boot(const std::map<Path, Bytes>& kernel);
  void limit_room(std::optional<std::uint64_t> bytes) { capacity_ = bytes; }
  void set_actor(std::string actor) { actor_ = std::move(actor); }
  const std::string& actor() const { return actor_; }
  void on_step(Step step) { step_ = std::move(step); }  ///< Before each write a call is made of.
  void on_change(Changed changed) { notify_ = std::move(changed); }

  /// The path with all links on the way resolved, as changes name it; the path itself when the way ends early.
  Path resolved(const Path& path) const;
  std::size_t pending() const { return pending_.size(); }
  /// Of all paths, contents, owners and modes that a boot does not reset; those below `except` left out.
  Digest digest(const Path& except = {}) const;
  /// Every path on the disk, sorted; kernel and volatile ones left out.
  std::vector<Path> all_paths() const;

 private:
  /// Where a path leads: the directory that holds its last name, and what that names.
  struct Spot {
    InodeId directory = root_inode;
    std::string name;
    InodeId inode = no_inode;
    Path path;
    bool there() const { return inode != no_inode; }
  };
  Read<Spot> locate(const Path& path) const;
  Result<Spot> locate_new(const Path& path) const;
  Result<Spot> locate_there(const Path& path) const;
  const Inode& at(InodeId inode) const { return seen_.at(inode); }

  InodeId create(FileMeta::Type type, const Access& access, std::shared_ptr<const Bytes> bytes);
  void write(std::string_view operation, const Path& path, decltype(Write::what) what);
  void changed(const Path& path, bool names);
  Result<> check_room(std::uint64_t more) const;
  std::uint64_t used() const;
  void collect();
  void walk(const std::function<void(const Path&, const Inode&)>& visit) const;

  DiskProfile profile_;
  Image seen_;
  Image durable_;
  std::vector<Write> pending_;
  InodeId next_inode_ = root_inode + 1;
  std::int64_t tick_ = 0;
  bool garbage_ = false;  // There may be inodes that no name leads to.
  std::optional<std::uint64_t> capacity_;
  std::string actor_;
  Step step_;
  Changed notify_;
};

}  // namespace flyball::os::sim
