#include "providers/user_group/user_group_provider.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {
namespace {

std::optional<std::uint32_t> id_of(const std::optional<std::int64_t>& id) {
  return id ? std::optional(static_cast<std::uint32_t>(*id)) : std::nullopt;
}

}  // namespace

Result<std::optional<Spec>> UserGroupProvider::observe(const Subject& subject) {
  const auto group = TRY(users_.group(name_of(subject)), "cannot look up group ", subject.id.name());
  if (!group) return std::nullopt;
  return UserGroup{.gid = group->gid, .members = NameSet{group->members}};
}

Result<Baseline> UserGroupProvider::baseline(const Subject& subject, Contents&) {
  return Baseline{.spec = TRY(observe(subject))};
}

Result<> UserGroupProvider::set_gid(const Subject& subject, const os::AccountGroup& group) {
  const auto& want = desired_of<UserGroup>(subject);
  if (!want.gid || *want.gid == group.gid) return {};
  // Only what Flyball had given it may return to it: by then its files have that number.
  if (maybe_integer(subject.notes, "gid") != want.gid)
    return fail(Errc::conflict, "it has gid ", group.gid, ", git wants ", *want.gid,
                ": its files would belong to nobody. Move them and the group by hand, or take `gid` out of git");
  TRY(users_.change_group(group.name, *id_of(want.gid)), "cannot set the gid of ", group.name);
  return {};
}

Result<std::vector<std::string>> UserGroupProvider::set_members(const std::string& name,
                                                                const std::vector<std::string>& members) {
  const auto group = TRY(users_.group(name), "cannot look up group ", name);
  if (!group) return fail(Errc::conflict, "the group ", name, " vanished meanwhile");
  std::vector<std::string> missing;
  for (const auto& member : members) {
    if (has(group->members, member)) continue;
    if (!TRY(users_.account(member), "cannot look up ", member)) {
      missing.push_back(member);
    } else {
      TRY(users_.add_member(name, member), "cannot put ", member, " into the group ", name);
    }
  }
  for (const auto& member : group->members) {
    if (!has(members, member)) TRY(users_.remove_member(name, member), "cannot take ", member, " out of ", name);
  }
  return missing;
}

Result<Json> UserGroupProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  const auto& want = desired_of<UserGroup>(subject);
  const auto name = name_of(subject);
  const auto group = TRY(users_.group(name), "cannot look up group ", name);
  if (want.ensure == Ensure::absent) {
    if (group) TRY(users_.remove_group(name), "cannot remove the group ", name);
    return Json{};
  }
  if (!group) {
    TRY(users_.create_group(name, id_of(want.gid), want.system.value_or(false)), "cannot create the group ", name);
  } else {
    TRY(set_gid(subject, *group));
  }
  if (want.members) {
    const auto missing = TRY(set_members(name, want.members->names));
    if (!missing.empty()) return fail(Errc::unavailable, "waits for its members: ", some_of(missing));
  }
  Json notes;
  if (want.gid) notes["gid"] = *want.gid;
  return notes;
}

Result<std::string> UserGroupProvider::restore(const Subject& subject, const Baseline& baseline,
                                               const std::vector<std::string>& fields, Contents&) {
  const auto name = name_of(subject);
  const auto group = TRY(users_.group(name), "cannot look up group ", name);
  if (!baseline.spec) {
    if (!group) return std::string{};
    const auto removed = users_.remove_group(name);
    if (!removed && removed.error().code == Errc::conflict)
      return text("the group ", name, " stays, since others need it now: ", removed.error().message);
    TRY(removed, "cannot remove the group ", name);
    return std::string{};
  }
  const auto& was = std::get<UserGroup>(*baseline.spec);
  const bool was_to_go = desired_of<UserGroup>(subject).ensure == Ensure::absent;
  if (!group) {
    if (!was_to_go) return text("the group ", name, " is not there any more: nothing to put back");
    TRY(users_.create_group(name, id_of(was.gid), false), "cannot create the group ", name);
  } else if (has(fields, "gid") && was.gid != group->gid) {
    TRY(users_.change_group(name, *id_of(was.gid)), "cannot set the gid of ", name);
  }
  if (!was_to_go && !has(fields, "members")) return std::string{};
  const auto missing = TRY(set_members(name, was.members.value_or(NameSet{}).names));
  if (!missing.empty()) return text("no accounts any more: ", some_of(missing));
  return std::string{};
}

std::vector<os::Watch> UserGroupProvider::watches(const Subject&) { return {os::Watch::accounts()}; }

}  // namespace flyball::providers
