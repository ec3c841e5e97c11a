#pragma once

#include "base/bytes.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace flyball {

/// One file of a revision.
struct SnapshotFile {
  enum class Type { regular, executable, symlink, submodule };
  Type type = Type::regular;
  std::uint64_t size = 0;
  /// The content, or a symlink's target. Null when the file is larger than the source is willing to read
  /// (`max_file_bytes`); `size` is right all the same.
  std::shared_ptr<const Bytes> bytes;

  static constexpr std::uint64_t max_file_bytes = std::uint64_t{16} << 20U;
};

/// The files of a revision, immutable, by path relative to the root of the repository.
struct Snapshot {
  Revision revision;  ///< Empty: a working tree.
  std::map<std::string, SnapshotFile, std::less<>> files;
};

}  // namespace flyball
