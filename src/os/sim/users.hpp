#pragma once

#include "os/sim/accounts.hpp"
#include "os/sim/fuse.hpp"
#include "os/users.hpp"

#include <set>

namespace flyball::os::sim {

/// Accounts in passwd, shadow and group on the simulated disk, changed file by file as the shadow tools do it: a power
/// cut may leave an account in one of them only. A user without a group of its own gets one named alike; `userdel`
/// takes that group along when nobody else is in it.
class SimUsers : public Users {
 public:
  SimUsers(Disk& disk, Fuse& fuse) : disk_(disk), fuse_(fuse) {}

  Read<Account> account(const std::string& name) override;
  Read<Account> account_by_id(std::uint32_t uid) override;
  Read<AccountGroup> group(const std::string& name) override;
  Read<AccountGroup> group_by_id(std::uint32_t gid) override;
  Result<std::vector<std::string>> groups_with(const std::string& user) override;

  Result<> create_account(const std::string& name, const AccountChange& change) override;
  Result<> change_account(const std::string& name, const AccountChange& change) override;
  Result<> remove_account(const std::string& name) override;
  Result<> create_group(const std::string& name, std::optional<std::uint32_t> gid, bool system) override;
  Result<> change_group(const std::string& name, std::uint32_t gid) override;
  Result<> remove_group(const std::string& name) override;
  Result<> add_member(const std::string& group, const std::string& user) override;
  Result<> remove_member(const std::string& group, const std::string& user) override;

  /// Whether processes of that user run; none do after a boot.
  void set_running(const std::string& user, bool running);
  void boot() { running_.clear(); }

 private:
  Result<Account> to_account(const AccountFile::Line& line) const;
  Result<std::uint32_t> gid_of(const std::string& group) const;
  Result<> set_password(const std::string& name, const std::string& hash);
  Result<> edit_members(const std::string& group, const std::string& user, bool member);

  Disk& disk_;
  Fuse& fuse_;
  std::set<std::string> running_;
};

}  // namespace flyball::os::sim
