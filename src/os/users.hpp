#pragma once

#include "os/read.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball::os {

/// An account as passwd(5) and shadow(5) have it.
struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string comment;
  std::string home;
  std::string shell;
  std::string password_hash;  ///< From shadow(5); `!` or `*` when none.
  bool operator==(const Account&) const = default;
};

/// A group as group(5) has it.
struct AccountGroup {
  std::string name;
  std::uint32_t gid = 0;
  std::vector<std::string> members;  ///< Sorted. Those whose primary group it is are not among them.
  bool operator==(const AccountGroup&) const = default;
};

/// What to make or change; what is not set is left alone, or chosen by the device.
struct AccountChange {
  std::optional<std::uint32_t> uid;
  std::optional<std::string> group;  ///< Primary, by name.
  std::optional<std::string> comment;
  std::optional<std::string> home;  ///< Made, when a new account's is not there.
  std::optional<std::string> shell;
  std::optional<std::string> password_hash;
  bool system = false;  ///< Only for new ones.
};

/// Local accounts and groups. Reading starts no process.
class Users {
 public:
  virtual ~Users() = default;
  virtual Read<Account> account(const std::string& name) = 0;
  virtual Read<Account> account_by_id(std::uint32_t uid) = 0;
  virtual Read<AccountGroup> group(const std::string& name) = 0;
  virtual Read<AccountGroup> group_by_id(std::uint32_t gid) = 0;
  virtual Result<std::vector<std::string>> groups_with(
      const std::string& user) = 0;  ///< Whose members name it, sorted.

  virtual Result<> create_account(const std::string& name, const AccountChange& change) = 0;
  virtual Result<> change_account(const std::string& name, const AccountChange& change) = 0;
  /// Its home stays. `unavailable` while processes of it run: never forced.
  virtual Result<> remove_account(const std::string& name) = 0;
  virtual Result<> create_group(const std::string& name, std::optional<std::uint32_t> gid, bool system) = 0;
  virtual Result<> change_group(const std::string& name, std::uint32_t gid) = 0;
  virtual Result<> remove_group(const std::string& name) = 0;
  virtual Result<> add_member(const std::string& group, const std::string& user) = 0;
  virtual Result<> remove_member(const std::string& group, const std::string& user) = 0;
};

}  // namespace flyball::os
