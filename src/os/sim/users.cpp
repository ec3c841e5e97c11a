#include "os/sim/users.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::os::sim {
namespace {

const Path passwd_path = "/etc/passwd";
const Path shadow_path = "/etc/shadow";
const Path group_path = "/etc/group";

enum Passwd : std::size_t { uid_field = 2, gid_field, comment_field, home_field, shell_field, passwd_fields };
enum Group : std::size_t { group_gid = 2, members_field, group_fields };

std::vector<std::string> members_of(const AccountFile::Line& line) {
  if (line.size() < group_fields || line[members_field].empty()) return {};
  auto members = split(line[members_field], ',');
  std::ranges::sort(members);
  return members;
}

AccountGroup to_group(const AccountFile::Line& line) {
  return {.name = line[0],
          .gid = line.size() > group_gid ? number(line[group_gid]).value_or(0) : 0,
          .members = members_of(line)};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += text(out.empty() ? "" : ",", part);
  return out;
}

}  // namespace

Read<Account> SimUsers::account(const std::string& name) {
  TRY(fuse_.read_call("account", name));
  const auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  const auto* line = passwd.find(name);
  if (line == nullptr) return std::nullopt;
  return TRY(to_account(*line));
}

Read<Account> SimUsers::account_by_id(std::uint32_t uid) {
  TRY(fuse_.read_call("account", std::to_string(uid)));
  const auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  const auto* line = passwd.find_id(uid);
  if (line == nullptr) return std::nullopt;
  return TRY(to_account(*line));
}

Read<AccountGroup> SimUsers::group(const std::string& name) {
  TRY(fuse_.read_call("group", name));
  const auto file = TRY(AccountFile::load(disk_, group_path));
  const auto* line = file.find(name);
  return line == nullptr ? std::nullopt : std::optional(to_group(*line));
}

Read<AccountGroup> SimUsers::group_by_id(std::uint32_t gid) {
  TRY(fuse_.read_call("group", std::to_string(gid)));
  const auto file = TRY(AccountFile::load(disk_, group_path));
  const auto* line = file.find_id(gid);
  return line == nullptr ? std::nullopt : std::optional(to_group(*line));
}

Result<std::vector<std::string>> SimUsers::groups_with(const std::string& user) {
  TRY(fuse_.read_call("groups", user));
  const auto file = TRY(AccountFile::load(disk_, group_path));
  std::vector<std::string> names;
  for (const auto& line : file.lines())
    if (const auto members = members_of(line); std::ranges::find(members, user) != members.end())
      names.push_back(line[0]);
  std::ranges::sort(names);
  return names;
}

Result<> SimUsers::create_account(const std::string& name, const AccountChange& change) {
  TRY(fuse_.call("useradd", name));
  auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  if (passwd.find(name) != nullptr) return fail(Errc::conflict, "user ", name, " is there already");
  const auto uid = change.uid.value_or(passwd.free_id(change.system));
  if (passwd.find_id(uid) != nullptr) return fail(Errc::conflict, "user id ", uid, " is taken");
  auto groups = TRY(AccountFile::load(disk_, group_path));
  const auto group = change.group.value_or(name);
  const bool own_group = groups.find(group) == nullptr;
  if (own_group && change.group) return fail(Errc::not_found, "there is no group ", group);
  if (own_group) {
    const auto gid = groups.find_id(uid) == nullptr ? uid : groups.free_id(change.system);
    groups.add({group, "x", std::to_string(gid), ""});
    TRY(groups.save(disk_));
  }
  const auto home = change.home.value_or(text("/home/", name));
  const auto gid = groups.find(group)->at(group_gid);
  passwd.add(
      {name, "x", std::to_string(uid), gid, change.comment.value_or(""), home, change.shell.value_or("/bin/sh")});
  TRY(passwd.save(disk_));
  TRY(set_password(name, change.password_hash.value_or("!")));
  if (TRY(disk_.stat(home)) || (change.system && !change.home)) return {};
  return disk_.make_directory(home, {.mode = 0700, .uid = uid, .gid = number(gid).value_or(0)});
}

Result<> SimUsers::change_account(const std::string& name, const AccountChange& change) {
  TRY(fuse_.call("usermod", name));
  auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  auto* line = passwd.find(name);
  if (line == nullptr) return fail(Errc::not_found, "there is no user ", name);
  line->resize(passwd_fields);
  const auto* holder = change.uid ? passwd.find_id(*change.uid) : nullptr;
  if (holder != nullptr && holder != line) return fail(Errc::conflict, "user id ", *change.uid, " is taken");
  if (change.uid) line->at(uid_field) = std::to_string(*change.uid);
  if (change.group) line->at(gid_field) = std::to_string(TRY(gid_of(*change.group)));
  if (change.comment) line->at(comment_field) = *change.comment;
  if (change.home) line->at(home_field) = *change.home;
  if (change.shell) line->at(shell_field) = *change.shell;
  TRY(passwd.save(disk_));
  if (change.password_hash) return set_password(name, *change.password_hash);
  return {};
}

Result<> SimUsers::remove_account(const std::string& name) {
  TRY(fuse_.call("userdel", name));
  auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  if (passwd.find(name) == nullptr) return fail(Errc::not_found, "there is no user ", name);
  if (running_.contains(name)) return fail(Errc::unavailable, "processes of ", name, " are running");
  passwd.remove(name);
  TRY(passwd.save(disk_));
  auto shadow = TRY(AccountFile::load(disk_, shadow_path));
  shadow.remove(name);
  TRY(shadow.save(disk_));
  auto groups = TRY(AccountFile::load(disk_, group_path));
  for (const auto& group : groups.lines()) {
    auto members = members_of(group);
    if (std::erase(members, name) > 0) groups.find(group[0])->at(members_field) = joined(members);
  }
  if (const auto* own = groups.find(name); own != nullptr && members_of(*own).empty()) {
    const bool needed = std::ranges::any_of(passwd.lines(), [&](const auto& line) {
      return line.size() > gid_field && line[gid_field] == (*own)[group_gid];
    });
    if (!needed) groups.remove(name);
  }
  return groups.save(disk_);
}

Result<> SimUsers::create_group(const std::string& name, std::optional<std::uint32_t> gid, bool system) {
  TRY(fuse_.call("groupadd", name));
  auto groups = TRY(AccountFile::load(disk_, group_path));
  if (groups.find(name) != nullptr) return fail(Errc::conflict, "group ", name, " is there already");
  if (gid && groups.find_id(*gid) != nullptr) return fail(Errc::conflict, "group id ", *gid, " is taken");
  groups.add({name, "x", std::to_string(gid.value_or(groups.free_id(system))), ""});
  return groups.save(disk_);
}

Result<> SimUsers::change_group(const std::string& name, std::uint32_t gid) {
  TRY(fuse_.call("groupmod", name));
  auto groups = TRY(AccountFile::load(disk_, group_path));
  auto* line = groups.find(name);
  if (line == nullptr) return fail(Errc::not_found, "there is no group ", name);
  const auto* holder = groups.find_id(gid);
  if (holder != nullptr && holder != line) return fail(Errc::conflict, "group id ", gid, " is taken");
  const auto old = std::exchange(line->at(group_gid), std::to_string(gid));
  TRY(groups.save(disk_));
  auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  for (const auto& user : passwd.lines())
    if (user.size() > gid_field && user[gid_field] == old) passwd.find(user[0])->at(gid_field) = std::to_string(gid);
  return passwd.save(disk_);
}

Result<> SimUsers::remove_group(const std::string& name) {
  TRY(fuse_.call("groupdel", name));
  auto groups = TRY(AccountFile::load(disk_, group_path));
  const auto* line = groups.find(name);
  if (line == nullptr) return fail(Errc::not_found, "there is no group ", name);
  const auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  for (const auto& user : passwd.lines())
    if (user.size() > gid_field && user[gid_field] == line->at(group_gid))
      return fail(Errc::conflict, "group ", name, " is the primary group of ", user[0]);
  groups.remove(name);
  return groups.save(disk_);
}

Result<> SimUsers::add_member(const std::string& group, const std::string& user) {
  TRY(fuse_.call("gpasswd -a", group));
  return edit_members(group, user, true);
}

Result<> SimUsers::remove_member(const std::string& group, const std::string& user) {
  TRY(fuse_.call("gpasswd -d", group));
  return edit_members(group, user, false);
}

void SimUsers::set_running(const std::string& user, bool running) {
  if (running) {
    running_.insert(user);
  } else {
    running_.erase(user);
  }
}

Result<Account> SimUsers::to_account(const AccountFile::Line& line) const {
  if (line.size() < passwd_fields) return fail(Errc::corrupt, passwd_path, " has a short line for ", line[0]);
  const auto shadow = TRY(AccountFile::load(disk_, shadow_path));
  const auto* secret = shadow.find(line[0]);
  return Account{.name = line[0],
                 .uid = number(line[uid_field]).value_or(0),
                 .gid = number(line[gid_field]).value_or(0),
                 .comment = line[comment_field],
                 .home = line[home_field],
                 .shell = line[shell_field],
                 .password_hash = secret != nullptr && secret->size() > 1 ? secret->at(1) : "*"};
}

Result<std::uint32_t> SimUsers::gid_of(const std::string& group) const {
  const auto groups = TRY(AccountFile::load(disk_, group_path));
  const auto* line = groups.find(group);
  if (line == nullptr) return fail(Errc::not_found, "there is no group ", group);
  return to_group(*line).gid;
}

Result<> SimUsers::set_password(const std::string& name, const std::string& hash) {
  auto shadow = TRY(AccountFile::load(disk_, shadow_path));
  if (auto* line = shadow.find(name)) {
    line->at(1) = hash;
  } else {
    shadow.add({name, hash, "20789", "0", "99999", "7", "", "", ""});
  }
  return shadow.save(disk_);
}

Result<> SimUsers::edit_members(const std::string& group, const std::string& user, bool member) {
  auto groups = TRY(AccountFile::load(disk_, group_path));
  auto* line = groups.find(group);
  if (line == nullptr) return fail(Errc::not_found, "there is no group ", group);
  const auto passwd = TRY(AccountFile::load(disk_, passwd_path));
  if (member && passwd.find(user) == nullptr) return fail(Errc::not_found, "there is no user ", user);
  auto members = members_of(*line);
  std::erase(members, user);
  if (member) members.push_back(user);
  line->resize(group_fields);
  line->at(members_field) = joined(members);
  return groups.save(disk_);
}

}  // namespace flyball::os::sim
