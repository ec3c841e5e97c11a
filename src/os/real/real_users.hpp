#pragma once

#include "os/files.hpp"
#include "os/processes.hpp"
#include "os/users.hpp"

#include <optional>
#include <vector>

namespace flyball::os::real {

/// Local accounts. Reads passwd, group and shadow, anew only when they changed, and changes them by the shadow tools
/// (useradd and so on), which take the system's locks; a lock held by another is `unavailable`. One thread.
class RealUsers final : public Users {
 public:
  RealUsers(Files& files, Processes& processes) : files_(files), processes_(processes) {}

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

 private:
  struct Accounts {
    std::optional<FileMeta> passwd, shadow;
    std::vector<Account> list;
  };
  struct Groups {
    std::optional<FileMeta> file;
    std::vector<AccountGroup> list;
  };
  Result<const std::vector<Account>*> accounts();
  Result<const std::vector<AccountGroup>*> groups();
  Result<> run(std::vector<std::string> argv, Bytes input = {});
  Result<> set_password(const std::string& name, const std::string& hash);

  Files& files_;
  Processes& processes_;
  std::optional<Accounts> accounts_;
  std::optional<Groups> groups_;
};

}  // namespace flyball::os::real
