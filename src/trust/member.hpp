#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"

#include <string_view>

namespace flyball::trust {

/// Which device a key is. In `open` the server signs it (purpose `member`); in `approved` it will be a leaf of the
/// tree.
struct Member {
  static constexpr std::string_view kind = "flyball-member@v1";
  static constexpr std::size_t max_bytes = 4096;

  DeviceId device;
  GroupPath group;  ///< Empty: the root of the tree.
  Digest key;       ///< `PublicKey::digest` of the device's key.
  RepositoryId repository;

  Bytes encode() const;  ///< Canonical.
  static Result<Member> decode(std::string_view bytes);
  bool operator==(const Member&) const = default;
};

}  // namespace flyball::trust
