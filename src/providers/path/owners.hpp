#pragma once

#include "os/files.hpp"
#include "os/users.hpp"
#include "resources/values.hpp"

#include <optional>
#include <string>

namespace flyball::providers {

/// Owners as people write them, by name or number, and as files have them.
class Owners {
 public:
  Owners(os::Files& files, os::Users& users) : files_(files), users_(users) {}

  /// How to spell that uid or gid: as `wanted` does if that means the same, else by name, else by number.
  Result<std::string> user_name(std::uint32_t uid, const std::optional<std::string>& wanted = std::nullopt);
  Result<std::string> group_name(std::uint32_t gid, const std::optional<std::string>& wanted = std::nullopt);

  /// `not_found` for a name that no account or group has.
  Result<std::uint32_t> uid(const std::string& owner);
  Result<std::uint32_t> gid(const std::string& group);

  /// `base` with what is set put in its place.
  Result<os::Access> access(const os::Access& base, const std::optional<Mode>& mode,
                            const std::optional<std::string>& owner, const std::optional<std::string>& group);

  /// Who owns what is new and says nothing of an owner: whoever owns `/`. That is root on every device, and whoever
  /// runs the agent where a folder plays the device.
  Result<os::Access> fresh(std::uint32_t mode);

 private:
  os::Files& files_;
  os::Users& users_;
};

/// Whether these name accounts whose numbers may change: then the accounts are watched too, since a group that is made
/// anew with another number leaves its files to nobody. root is always 0.
bool hang_on_accounts(const std::optional<std::string>& owner, const std::optional<std::string>& group);

inline os::Access access_of(const os::FileMeta& meta) { return {.mode = meta.mode, .uid = meta.uid, .gid = meta.gid}; }

}  // namespace flyball::providers
