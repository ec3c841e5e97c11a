#include "providers/user/user_provider.hpp"

#include "providers/subject.hpp"

#include <set>

namespace flyball::providers {
namespace {

// adduser(8) writes `Ada Lovelace,,,`: empty fields at the end mean nothing.
std::string_view without_empty_fields(std::string_view comment) {
  return comment.substr(0, comment.find_last_not_of(',') + 1);
}

std::optional<std::uint32_t> id_of(const std::optional<std::int64_t>& id) {
  return id ? std::optional(static_cast<std::uint32_t>(*id)) : std::nullopt;
}

os::AccountChange change_to(const User& want) {
  return {.uid = id_of(want.uid),
          .group = want.group,
          .comment = want.comment,
          .home = want.home,
          .shell = want.shell,
          .password_hash = want.password_hash,
          .system = want.system.value_or(false)};
}

bool changes_something(const os::AccountChange& change) {
  return change.uid || change.group || change.comment || change.home || change.shell || change.password_hash;
}

// The groups that git has put it into, as noted, and those it names now.
std::set<std::string> given_groups(const Subject& subject) {
  const auto& names = desired_of<User>(subject).groups.value_or(NamesWithin{}).names;
  std::set<std::string> out(names.begin(), names.end());
  const auto* noted = subject.notes.find("groups");
  if (noted == nullptr || noted->array() == nullptr) return out;
  for (const auto& group : *noted->array()) {
    if (group.string() != nullptr) out.insert(*group.string());
  }
  return out;
}

Json notes_of(const Subject& subject) {
  Json out;
  if (desired_of<User>(subject).uid) out["uid"] = *desired_of<User>(subject).uid;
  Json::Array groups;
  for (const auto& group : given_groups(subject)) groups.emplace_back(group);
  if (!groups.empty()) out["groups"] = std::move(groups);
  return out;
}

template <class T>
void drop_if(bool same, std::optional<T>& field) {
  if (same) field.reset();
}

// Only what differs from `is`.
os::AccountChange difference(os::AccountChange want, const User& is) {
  drop_if(id_of(is.uid) == want.uid, want.uid);
  drop_if(is.group == want.group, want.group);
  drop_if(want.comment && without_empty_fields(*is.comment) == without_empty_fields(*want.comment), want.comment);
  drop_if(is.home == want.home, want.home);
  drop_if(is.shell == want.shell, want.shell);
  drop_if(is.password_hash == want.password_hash, want.password_hash);
  return want;
}

}  // namespace

// All but the keys.
Result<User> UserProvider::user_of(const os::Account& account) {
  const auto primary = TRY(users_.group_by_id(account.gid), "cannot look up gid ", account.gid);
  auto groups = TRY(users_.groups_with(account.name), "cannot find the groups of ", account.name);
  return User{.uid = account.uid,
              .group = primary ? primary->name : text(account.gid),
              .groups = NamesWithin{std::move(groups)},
              .home = account.home,
              .shell = account.shell,
              .comment = account.comment,
              .password_hash = account.password_hash};
}

Result<std::optional<Spec>> UserProvider::observe(const Subject& subject) {
  const auto& want = desired_of<User>(subject);
  const auto account = TRY(users_.account(name_of(subject)), "cannot look up ", subject.id.name());
  if (!account) return std::nullopt;
  auto out = TRY(user_of(*account));
  // Whoever has a group as the primary one is in it.
  if (want.groups && std::ranges::binary_search(want.groups->names, *out.group)) {
    out.groups->names.push_back(*out.group);
    std::ranges::sort(out.groups->names);
  }
  if (want.comment && without_empty_fields(*want.comment) == without_empty_fields(*out.comment))
    out.comment = want.comment;
  // A home that is not there is as good as none: it is to be made.
  if (want.home && !TRY(files_.stat(account->home), "cannot look at ", account->home)) out.home.reset();
  if (want.ssh_keys) out.ssh_keys = TRY(keys_.read(*account));
  return out;
}

Result<Baseline> UserProvider::baseline(const Subject& subject, Contents& contents) {
  const auto account = TRY(users_.account(name_of(subject)), "cannot look up ", subject.id.name());
  Baseline out;
  if (!account) {
    out.notes["group"] = TRY(users_.group(name_of(subject)), "cannot look up group ", subject.id.name()).has_value();
    return out;
  }
  auto user = TRY(user_of(*account));
  user.ssh_keys = TRY(keys_.read(*account));
  out.spec = std::move(user);
  out.notes["authorized_keys"] = TRY(keys_.record(*account, contents));
  return out;
}

Result<> UserProvider::need_groups(const User& want) {
  std::vector<std::string> all = want.groups.value_or(NamesWithin{}).names;
  if (want.group) all.push_back(*want.group);
  for (const auto& group : all) {
    if (!TRY(users_.group(group), "cannot look up group ", group))
      return fail(Errc::not_found, "there is no group `", group, "`: declare it under `user_groups`");
  }
  return {};
}

Result<> UserProvider::create(const std::string& name, const User& want) {
  auto change = change_to(want);
  // A group of that name, of an interrupted creation for one, becomes its primary group; useradd(8) would refuse.
  if (!change.group && TRY(users_.group(name), "cannot look up group ", name)) change.group = name;
  TRY(users_.create_account(name, change), "cannot create the account ", name);
  return {};
}

Result<> UserProvider::need_home(const os::Account& account) {
  if (TRY(files_.stat(account.home), "cannot look at ", account.home)) return {};
  TRY(path_state_.put_directory(account.home, {.mode = 0700, .uid = account.uid, .gid = account.gid}),
      "cannot make the home directory");
  return {};
}

Result<> UserProvider::change(const Subject& subject, const os::Account& account) {
  const auto& want = desired_of<User>(subject);
  const auto change = difference(change_to(want), TRY(user_of(account)));
  // Only what Flyball had given it may return to it: by then its files have that number.
  if (change.uid && maybe_integer(subject.notes, "uid") != want.uid)
    return fail(Errc::conflict, "it has uid ", account.uid, ", git wants ", *change.uid,
                ": its files would belong to nobody. Move them and the account by hand, or take `uid` out of git");
  if (!changes_something(change)) return {};
  TRY(users_.change_account(account.name, change), "cannot change the account ", account.name);
  return {};
}

Result<> UserProvider::join(const os::Account& account, const User& want) {
  if (!want.groups) return {};
  const auto is = TRY(user_of(account));
  for (const auto& group : want.groups->names) {
    if (has(is.groups->names, group) || group == is.group) continue;
    TRY(users_.add_member(group, account.name), "cannot put ", account.name, " into the group ", group);
  }
  return {};
}

Result<> UserProvider::remove(const std::string& name) {
  TRY(users_.remove_account(name), "cannot remove the account ", name);
  return {};
}

Result<Json> UserProvider::apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents&) {
  const auto& want = desired_of<User>(subject);
  const auto name = name_of(subject);
  auto account = TRY(users_.account(name), "cannot look up ", name);
  if (want.ensure == Ensure::absent) {
    if (account) TRY(remove(name));
    return Json{};
  }
  TRY(need_groups(want));
  if (!account) {
    TRY(create(name, want));
  } else {
    TRY(change(subject, *account));
  }
  account = TRY(users_.account(name), "cannot look up ", name);
  if (!account) return fail(Errc::conflict, name, " vanished meanwhile");
  if (want.home) TRY(need_home(*account));
  TRY(join(*account, want));
  // A new account's home may hold keys of the one before it.
  const bool new_keys = want.ssh_keys && (has(changes, "ssh_keys") || TRY(keys_.read(*account)) != want.ssh_keys);
  if (new_keys) TRY(keys_.write(*account, *want.ssh_keys), "cannot write the keys of ", name);
  return notes_of(subject);
}

// It was there, and git had wanted it away. An interrupted creation is completed.
Result<> UserProvider::recreate(const std::string& name, const User& was) {
  auto change = change_to(was);
  const auto account = TRY(users_.account(name), "cannot look up ", name);
  if (!account) {
    // Its primary group may have gone with it.
    if (was.group && !TRY(users_.group(*was.group), "cannot look up group ", *was.group)) {
      if (*was.group != name)
        TRY(users_.create_group(*was.group, std::nullopt, false), "cannot create the group ", *was.group);
      else
        change.group.reset();
    }
    TRY(users_.create_account(name, change), "cannot create the account ", name);
  } else if (const auto rest = difference(change, TRY(user_of(*account))); changes_something(rest)) {
    TRY(users_.change_account(name, rest), "cannot change the account ", name);
  }
  const auto now = TRY(users_.groups_with(name), "cannot find the groups of ", name);
  for (const auto& group : was.groups.value_or(NamesWithin{}).names) {
    if (!has(now, group) && TRY(users_.group(group), "cannot look up group ", group))
      TRY(users_.add_member(group, name), "cannot put ", name, " into the group ", group);
  }
  return {};
}

// What an interrupted removal left of it: its places in groups that we gave it, and a group of its own.
Result<> UserProvider::sweep(const Subject& subject, const Baseline& baseline) {
  const auto name = name_of(subject);
  const auto groups = TRY(users_.groups_with(name), "cannot find the groups of ", name);
  for (const auto& group : given_groups(subject)) {
    if (has(groups, group)) TRY(users_.remove_member(group, name), "cannot take ", name, " out of the group ", group);
  }
  const bool group_was_there = maybe_boolean(baseline.notes, "group").value_or(true);
  if (group_was_there || is_managed(subject, ResourceId(UserGroup::kind, name))) return {};
  const auto own = TRY(users_.group(name), "cannot look up group ", name);
  if (own && own->members.empty()) TRY(users_.remove_group(name), "cannot remove the group ", name);
  return {};
}

Result<std::string> UserProvider::remove_created(const Subject& subject, const Baseline& baseline, Contents& contents) {
  const auto account = TRY(users_.account(name_of(subject)), "cannot look up ", subject.id.name());
  if (account) {
    // The home stays, the way in does not.
    if (desired_of<User>(subject).ssh_keys) TRY(keys_.put_back(*account, Json{}, contents), "cannot remove its keys");
    TRY(remove(account->name));
  }
  TRY(sweep(subject, baseline));
  return std::string{};
}

Result<> UserProvider::put_back(const Subject& subject, const os::Account& account, const User& was,
                                const std::vector<std::string>& fields) {
  User want;
  if (has(fields, "uid")) want.uid = was.uid;
  if (has(fields, "group")) want.group = was.group;
  if (has(fields, "home")) want.home = was.home;
  if (has(fields, "shell")) want.shell = was.shell;
  if (has(fields, "comment")) want.comment = was.comment;
  if (has(fields, "password_hash")) want.password_hash = was.password_hash;
  const auto change = difference(change_to(want), TRY(user_of(account)));
  if (changes_something(change)) TRY(users_.change_account(account.name, change), "cannot change ", account.name);
  if (!has(fields, "groups")) return {};
  const auto before = was.groups.value_or(NamesWithin{}).names;
  const auto now = TRY(users_.groups_with(account.name), "cannot find the groups of ", account.name);
  for (const auto& group : given_groups(subject)) {
    if (has(now, group) && !has(before, group))
      TRY(users_.remove_member(group, account.name), "cannot take ", account.name, " out of the group ", group);
  }
  return {};
}

Result<std::string> UserProvider::restore(const Subject& subject, const Baseline& baseline,
                                          const std::vector<std::string>& fields, Contents& contents) {
  if (!baseline.spec) return remove_created(subject, baseline, contents);
  const auto name = name_of(subject);
  const auto& was = std::get<User>(*baseline.spec);
  if (desired_of<User>(subject).ensure == Ensure::absent) {
    TRY(recreate(name, was));
    return std::string{};
  }
  auto account = TRY(users_.account(name), "cannot look up ", name);
  if (!account) return text(name, " is not there any more: nothing to put back");
  // The home first: the recorded keys lie in the one of before.
  TRY(put_back(subject, *account, was, fields));
  account = TRY(users_.account(name), "cannot look up ", name);
  const auto* recorded = baseline.notes.find("authorized_keys");
  if (account && recorded != nullptr && has(fields, "ssh_keys"))
    TRY(keys_.put_back(*account, *recorded, contents), "cannot put back the keys of ", name);
  return std::string{};
}

std::vector<os::Watch> UserProvider::watches(const Subject& subject) {
  std::vector<os::Watch> out{os::Watch::accounts()};
  const auto& want = desired_of<User>(subject);
  if (!want.ssh_keys) return out;
  const auto account = users_.account(name_of(subject));
  const auto home = account && *account ? (*account)->home : want.home.value_or("");
  if (!home.empty()) out.push_back(os::Watch::path(text(home, "/.ssh/authorized_keys")));
  return out;
}

}  // namespace flyball::providers
