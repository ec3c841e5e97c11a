#pragma once

#include "os/packages.hpp"
#include "os/systemd.hpp"
#include "os/users.hpp"

#include <string>

namespace flyball::os::real {

// The ports of a device that is a folder of this machine: it has no services and packages, and its only account is the
// one that the agent runs as. What cannot be is `unsupported`, never pretended.

class FolderSystemd final : public Systemd {
 public:
  Read<Unit> unit(const std::string& name) override;
  Result<> start(const std::string& name) override;
  Result<> stop(const std::string& name) override;
  Result<> restart(const std::string& name) override;
  Result<> reload_or_restart(const std::string& name) override;
  Result<> set_enabled(const std::string& name, bool enabled) override;
  Result<> set_masked(const std::string& name, bool masked) override;
  Result<> daemon_reload() override;
  Result<> reset_failed(const std::string& name) override;
};

class FolderPackages final : public Packages {
 public:
  Read<PackageState> package(const std::string& name) override;
  Result<bool> needs_recovery() override;  ///< No: there is nothing to recover.
  Read<std::string> candidate(const std::string& name) override;
  Result<bool> has_version(const std::string& name, const std::string& version) override;
  Result<Transaction> simulate(const PackageWish& wish) override;
  Result<> perform(const PackageWish& wish) override;
  Result<> recover() override;
  Result<> set_hold(const std::string& name, bool held) override;
  Result<> refresh_lists() override;
};

/// Knows our own account and group by name and number; any other number is an account without a name of its own
/// ("1000" has uid 1000), any other name is nobody.
class FolderUsers final : public Users {
 public:
  FolderUsers();
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
  Account own_;
  AccountGroup own_group_;
};

}  // namespace flyball::os::real
