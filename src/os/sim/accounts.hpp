#pragma once

#include "os/sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball::os::sim {

/// A file of lines of fields between colons: passwd(5), shadow(5), group(5). Unknown fields are kept.
class AccountFile {
 public:
  using Line = std::vector<std::string>;

  static Result<AccountFile> load(const Disk& disk, Path path);
  Result<> save(Disk& disk) const;  ///< As the shadow tools do: temporary file, fsync, rename.

  const std::vector<Line>& lines() const { return lines_; }
  const Line* find(std::string_view name) const;
  const Line* find_id(std::uint32_t id) const;  ///< The third field of passwd and group.
  Line* find(std::string_view name);
  void add(Line line) { lines_.push_back(std::move(line)); }
  void remove(std::string_view name);
  /// Upwards from 1000, or downwards from 999 for the system's.
  std::uint32_t free_id(bool system) const;

 private:
  AccountFile(Path path, Access access) : path_(std::move(path)), access_(access) {}
  Path path_;
  Access access_;
  std::vector<Line> lines_;
};

std::vector<std::string> split(std::string_view text, char separator);  ///< Nothing between two of them is a part too.
std::optional<std::uint32_t> number(std::string_view digits);

}  // namespace flyball::os::sim
