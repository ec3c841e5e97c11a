#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A local user account.
struct User {
  static constexpr std::string_view kind = "user";
  static constexpr std::string_view collection = "users";
  static constexpr std::string_view help = "a local user account";

  std::optional<Ensure> ensure;
  std::optional<std::int64_t> uid;
  std::optional<std::string> group;
  std::optional<NamesWithin> groups;
  std::optional<std::string> home;
  std::optional<std::string> shell;
  std::optional<std::string> comment;
  std::optional<NameSet> ssh_keys;
  std::optional<std::string> password_hash;
  std::optional<bool> system;

  static constexpr auto fields() {
    return std::tuple{
        field("ensure", &User::ensure, "present (default) or absent; the home directory always stays"),
        field("uid", &User::uid, "user id"),
        field("group", &User::group, "primary group, by name"),
        field("groups", &User::groups, "further groups the user is put into; others stay"),
        field("home", &User::home, "home directory; made when it is not there"),
        field("shell", &User::shell, "login shell"),
        field("comment", &User::comment, "full name and the like (GECOS)"),
        field("ssh_keys", &User::ssh_keys, "exactly these lines in ~/.ssh/authorized_keys"),
        field("password_hash", &User::password_hash, "as crypt(5) writes it; plain text in git until secrets exist"),
        steering("system", &User::system, "true makes a system account when it is created")};
  }
  bool operator==(const User&) const = default;
};

}  // namespace flyball
