#include "os/real/real_users.hpp"

#include "os/real/account_files.hpp"

#include <algorithm>
#include <array>

namespace flyball::os::real {
namespace {

constexpr std::uint64_t max_file = 64U << 20U;
const Path passwd_path = "/etc/passwd";
const Path shadow_path = "/etc/shadow";
const Path group_path = "/etc/group";

// The exit codes that useradd(8), usermod(8), userdel(8), groupadd(8), groupmod(8), groupdel(8) and chpasswd(8) share.
Errc errc_of_exit(int code, std::string_view errors) {
  if (errors.find("does not exist") != std::string_view::npos) return Errc::not_found;  // gpasswd says 3.
  switch (code) {
    case 2:
    case 3:
      return Errc::invalid;
    case 4:
    case 9:
      return Errc::conflict;
    case 6:
      return Errc::not_found;
    case 8:  // The account is in use; for groupdel it is somebody's primary group.
      return errors.find("primary group") != std::string_view::npos ? Errc::conflict : Errc::unavailable;
    default:
      // 1 and 10: a file could not be changed, mostly since another holds its lock.
      return errors.find("ermission denied") != std::string_view::npos ? Errc::denied : Errc::unavailable;
  }
}

bool plain(std::string_view text) { return text.find_first_of(std::string_view(":\n\0", 3)) == std::string_view::npos; }

Result<> check_name(const std::string& name) {
  if (!name.empty() && plain(name) && !name.starts_with('-')) return {};
  return fail(Errc::invalid, "`", name, "` cannot be the name of an account or group");
}

template <class List, class Test>
auto find(const List& list, Test&& test) -> std::optional<typename List::value_type> {
  const auto found = std::ranges::find_if(list, test);
  return found == list.end() ? std::nullopt : std::optional(*found);
}

// useradd and usermod spell the same options alike, but for one.
void add_options(std::vector<std::string>& argv, const AccountChange& change, const char* home_option) {
  const auto add = [&](const char* option, const std::optional<std::string>& value) {
    if (value) argv.insert(argv.end(), {option, *value});
  };
  if (change.uid) add("--uid", std::to_string(*change.uid));
  add("--gid", change.group);
  add("--comment", change.comment);
  add(home_option, change.home);
  add("--shell", change.shell);
}

}  // namespace

Result<const std::vector<Account>*> RealUsers::accounts() {
  // The identities are taken first: a file that changes in between is read again the next time.
  const auto passwd = TRY(files_.stat(passwd_path));
  const auto shadow = TRY(files_.stat(shadow_path));
  if (!accounts_ || accounts_->passwd != passwd || accounts_->shadow != shadow) {
    const auto passwd_text = TRY(files_.read(passwd_path, max_file), "cannot read the accounts");
    if (!passwd_text) return fail(Errc::unavailable, passwd_path, " is not there");
    const auto shadow_text = TRY(files_.read(shadow_path, max_file), "cannot read the accounts");
    accounts_ = Accounts{passwd, shadow, parse_accounts(*passwd_text, shadow_text.value_or(""))};
  }
  return &accounts_->list;
}

Result<const std::vector<AccountGroup>*> RealUsers::groups() {
  const auto meta = TRY(files_.stat(group_path));
  if (!groups_ || groups_->file != meta) {
    const auto text = TRY(files_.read(group_path, max_file), "cannot read the groups");
    if (!text) return fail(Errc::unavailable, group_path, " is not there");
    groups_ = Groups{meta, parse_groups(*text)};
  }
  return &groups_->list;
}

Read<Account> RealUsers::account(const std::string& name) {
  return find(*TRY(accounts()), [&](const Account& a) { return a.name == name; });
}

Read<Account> RealUsers::account_by_id(std::uint32_t uid) {
  return find(*TRY(accounts()), [&](const Account& a) { return a.uid == uid; });
}

Read<AccountGroup> RealUsers::group(const std::string& name) {
  return find(*TRY(groups()), [&](const AccountGroup& g) { return g.name == name; });
}

Read<AccountGroup> RealUsers::group_by_id(std::uint32_t gid) {
  return find(*TRY(groups()), [&](const AccountGroup& g) { return g.gid == gid; });
}

Result<std::vector<std::string>> RealUsers::groups_with(const std::string& user) {
  std::vector<std::string> out;
  for (const auto& g : *TRY(groups())) {
    if (std::ranges::binary_search(g.members, user)) out.push_back(g.name);
  }
  std::ranges::sort(out);
  return out;
}

Result<> RealUsers::run(std::vector<std::string> argv, Bytes input) {
  const RunLimits limits{.timeout = std::chrono::seconds(60)};
  const CommandLine command{.argv = std::move(argv), .input = std::move(input)};
  const auto exit = TRY(processes_.run(command, limits));
  accounts_.reset();
  groups_.reset();
  if (exit.ok()) return {};
  const auto code = exit.timed_out ? Errc::timeout : errc_of_exit(exit.code, exit.errors);
  return fail(code, command.argv.front(), " ", describe(exit, limits));
}

Result<> RealUsers::set_password(const std::string& name, const std::string& hash) {
  if (!plain(hash)) return fail(Errc::invalid, "the password hash of ", name, " holds a colon or line end");
  // Not an option of useradd or usermod: everybody sees the arguments of a process.
  return run({"chpasswd", "--encrypted"}, text(name, ':', hash, '\n'));
}

Result<> RealUsers::create_account(const std::string& name, const AccountChange& change) {
  TRY(check_name(name));
  std::vector<std::string> argv = {"useradd"};
  if (change.system) argv.emplace_back("--system");
  argv.emplace_back(change.home || !change.system ? "--create-home" : "--no-create-home");
  add_options(argv, change, "--home-dir");
  // A group that bears the account's name already becomes its own, as if both had been made together.
  if (!change.group && TRY(group(name)))
    argv.insert(argv.end(), {"--gid", name});
  else if (!change.group)
    argv.emplace_back("--user-group");
  argv.insert(argv.end(), {"--", name});
  TRY(run(std::move(argv)));
  if (change.password_hash) TRY(set_password(name, *change.password_hash));
  return {};
}

Result<> RealUsers::change_account(const std::string& name, const AccountChange& change) {
  TRY(check_name(name));
  std::vector<std::string> argv = {"usermod"};
  add_options(argv, change, "--home");
  if (argv.size() > 1) {
    argv.insert(argv.end(), {"--", name});
    TRY(run(std::move(argv)));
  }
  if (change.password_hash) TRY(set_password(name, *change.password_hash));
  return {};
}

Result<> RealUsers::remove_account(const std::string& name) {
  TRY(check_name(name));
  return run({"userdel", "--", name});
}

Result<> RealUsers::create_group(const std::string& name, std::optional<std::uint32_t> gid, bool system) {
  TRY(check_name(name));
  std::vector<std::string> argv = {"groupadd"};
  if (system) argv.emplace_back("--system");
  if (gid) argv.insert(argv.end(), {"--gid", std::to_string(*gid)});
  argv.insert(argv.end(), {"--", name});
  return run(std::move(argv));
}

Result<> RealUsers::change_group(const std::string& name, std::uint32_t gid) {
  TRY(check_name(name));
  return run({"groupmod", "--gid", std::to_string(gid), "--", name});
}

Result<> RealUsers::remove_group(const std::string& name) {
  TRY(check_name(name));
  return run({"groupdel", "--", name});
}

Result<> RealUsers::add_member(const std::string& group, const std::string& user) {
  TRY(check_name(group));
  TRY(check_name(user));
  return run({"gpasswd", "--add", user, group});
}

Result<> RealUsers::remove_member(const std::string& group, const std::string& user) {
  TRY(check_name(group));
  TRY(check_name(user));
  return run({"gpasswd", "--delete", user, group});
}

}  // namespace flyball::os::real
