#include "os/real/folder_host.hpp"

#include <array>
#include <charconv>

#include <pwd.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

std::unexpected<Error> no_services() { return fail(Errc::unsupported, "this device is a folder: it has no services"); }
std::unexpected<Error> no_packages() { return fail(Errc::unsupported, "this device is a folder: it has no packages"); }
std::unexpected<Error> no_accounts() {
  return fail(Errc::unsupported, "this device is a folder: its accounts cannot be changed");
}

std::optional<std::uint32_t> number(const std::string& name) {
  std::uint32_t value = 0;
  const auto* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace

Read<Unit> FolderSystemd::unit(const std::string&) { return no_services(); }
Result<> FolderSystemd::start(const std::string&) { return no_services(); }
Result<> FolderSystemd::stop(const std::string&) { return no_services(); }
Result<> FolderSystemd::restart(const std::string&) { return no_services(); }
Result<> FolderSystemd::reload_or_restart(const std::string&) { return no_services(); }
Result<> FolderSystemd::set_enabled(const std::string&, bool) { return no_services(); }
Result<> FolderSystemd::set_masked(const std::string&, bool) { return no_services(); }
Result<> FolderSystemd::daemon_reload() { return no_services(); }
Result<> FolderSystemd::reset_failed(const std::string&) { return no_services(); }

Read<PackageState> FolderPackages::package(const std::string&) { return no_packages(); }
Result<bool> FolderPackages::needs_recovery() { return false; }
Read<std::string> FolderPackages::candidate(const std::string&) { return no_packages(); }
Result<bool> FolderPackages::has_version(const std::string&, const std::string&) { return no_packages(); }
Result<Transaction> FolderPackages::simulate(const PackageWish&) { return no_packages(); }
Result<> FolderPackages::perform(const PackageWish&) { return no_packages(); }
Result<> FolderPackages::recover() { return no_packages(); }
Result<> FolderPackages::set_hold(const std::string&, bool) { return no_packages(); }
Result<> FolderPackages::refresh_lists() { return no_packages(); }

FolderUsers::FolderUsers() {
  own_ = Account{.name = text(::geteuid()), .uid = ::geteuid(), .gid = ::getegid(), .password_hash = "*"};
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(own_.uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    own_.name = entry.pw_name;
    own_.comment = entry.pw_gecos;
    own_.home = entry.pw_dir;
    own_.shell = entry.pw_shell;
  }
  own_group_ = AccountGroup{.name = own_.name, .gid = own_.gid};
}

Read<Account> FolderUsers::account(const std::string& name) {
  if (name == own_.name) return own_;
  const auto uid = number(name);
  return uid ? account_by_id(*uid) : std::nullopt;
}

Read<Account> FolderUsers::account_by_id(std::uint32_t uid) {
  if (uid == own_.uid) return own_;
  return Account{.name = text(uid), .uid = uid, .gid = uid, .password_hash = "*"};
}

Read<AccountGroup> FolderUsers::group(const std::string& name) {
  if (name == own_group_.name) return own_group_;
  const auto gid = number(name);
  return gid ? group_by_id(*gid) : std::nullopt;
}

Read<AccountGroup> FolderUsers::group_by_id(std::uint32_t gid) {
  if (gid == own_group_.gid) return own_group_;
  return AccountGroup{.name = text(gid), .gid = gid};
}

Result<std::vector<std::string>> FolderUsers::groups_with(const std::string&) { return std::vector<std::string>{}; }
Result<> FolderUsers::create_account(const std::string&, const AccountChange&) { return no_accounts(); }
Result<> FolderUsers::change_account(const std::string&, const AccountChange&) { return no_accounts(); }
Result<> FolderUsers::remove_account(const std::string&) { return no_accounts(); }
Result<> FolderUsers::create_group(const std::string&, std::optional<std::uint32_t>, bool) { return no_accounts(); }
Result<> FolderUsers::change_group(const std::string&, std::uint32_t) { return no_accounts(); }
Result<> FolderUsers::remove_group(const std::string&) { return no_accounts(); }
Result<> FolderUsers::add_member(const std::string&, const std::string&) { return no_accounts(); }
Result<> FolderUsers::remove_member(const std::string&, const std::string&) { return no_accounts(); }

}  // namespace flyball::os::real
