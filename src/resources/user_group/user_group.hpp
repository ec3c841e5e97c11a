#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A local group of users.
struct UserGroup {
  static constexpr std::string_view kind = "user_group";
  static constexpr std::string_view collection = "user_groups";
  static constexpr std::string_view help = "a local group of users";

  std::optional<Ensure> ensure;
  std::optional<std::int64_t> gid;
  std::optional<NameSet> members;
  std::optional<bool> system;

  static constexpr auto fields() {
    return std::tuple{field("ensure", &UserGroup::ensure, "present (default) or absent"),
                      field("gid", &UserGroup::gid, "group id"),
                      field("members", &UserGroup::members,
                            "exactly these users; not together with `groups` of a user that names this group"),
                      steering("system", &UserGroup::system, "true makes a system group when it is created")};
  }
  bool operator==(const UserGroup&) const = default;
};

}  // namespace flyball
