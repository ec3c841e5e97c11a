#pragma once

#include "os/files.hpp"
#include "os/sim/choices.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace flyball::os::sim {

/// What a simulated disk promises of writes that were not synced (RELIABILITY section 6).
enum class DiskProfile {
  ext4_ordered,  ///< Names and attributes in order; content late, but before it is shown. A sync commits all names.
  weak_posix,    ///< Sure is only what was synced, the directory too. Content may be torn at 512 bytes.
};

using InodeId = std::uint64_t;
inline constexpr InodeId root_inode = 1;
inline constexpr InodeId no_inode = 0;

struct Inode {
  FileMeta::Type type = FileMeta::Type::regular;
  Access access;
  std::shared_ptr<const Bytes> bytes;  ///< Content, or a link's target. Shared with other states of the disk.
  std::map<std::string, InodeId, std::less<>> names;
  std::int64_t changed = 0;
};

/// A state of the disk: the one everybody sees, or the one that outlives a power cut.
using Image = std::map<InodeId, Inode>;

// The smallest writes a file system makes; each survives a power cut or does not.
struct SetContent {
  InodeId inode;
  std::shared_ptr<const Bytes> bytes;
  bool forgotten = false;  ///< A sync of it failed: none that follows makes it durable.
};
struct SetAccess {
  InodeId inode;
  Access access;
};
/// A name comes, changes what it names, or goes (`no_inode`).
struct SetName {
  InodeId directory;
  std::string name;
  InodeId inode;
};
struct MoveName {
  InodeId from;
  std::string from_name;
  InodeId to;
  std::string to_name;
  InodeId inode;
};

struct Write {
  std::variant<SetContent, SetAccess, SetName, MoveName> what;
  std::int64_t changed = 0;  ///< The ctime it gives.
};

void perform(Image& image, const Write& write);

/// Moves what a sync of that inode makes durable from `pending` to `durable`.
void sync_writes(Image& durable, std::vector<Write>& pending, InodeId synced, FileMeta::Type type, DiskProfile profile);

/// A disk that a power cut may leave: `durable` with a legal part of what was pending.
Image survivors(Image durable, const std::vector<Write>& pending, DiskProfile profile, Choices& choices);

}  // namespace flyball::os::sim
