#include "providers/path/owners.hpp"

#include <charconv>

namespace flyball::providers {
namespace {

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Result<std::uint32_t> Owners::uid(const std::string& owner) {
  if (const auto id = number(owner)) return *id;
  const auto account = TRY(users_.account(owner), "cannot look up user ", owner);
  if (!account) return fail(Errc::not_found, "there is no user `", owner, "`");
  return account->uid;
}

Result<std::uint32_t> Owners::gid(const std::string& group) {
  if (const auto id = number(group)) return *id;
  const auto found = TRY(users_.group(group), "cannot look up group ", group);
  if (!found) return fail(Errc::not_found, "there is no group `", group, "`");
  return found->gid;
}

Result<std::string> Owners::user_name(std::uint32_t uid, const std::optional<std::string>& wanted) {
  if (wanted) {
    if (number(*wanted) == uid) return *wanted;
    const auto account = TRY(users_.account(*wanted), "cannot look up user ", *wanted);
    if (account && account->uid == uid) return *wanted;
  }
  const auto account = TRY(users_.account_by_id(uid), "cannot look up uid ", uid);
  return account ? account->name : text(uid);
}

Result<std::string> Owners::group_name(std::uint32_t gid, const std::optional<std::string>& wanted) {
  if (wanted) {
    if (number(*wanted) == gid) return *wanted;
    const auto group = TRY(users_.group(*wanted), "cannot look up group ", *wanted);
    if (group && group->gid == gid) return *wanted;
  }
  const auto group = TRY(users_.group_by_id(gid), "cannot look up gid ", gid);
  return group ? group->name : text(gid);
}

Result<os::Access> Owners::access(const os::Access& base, const std::optional<Mode>& mode,
                                  const std::optional<std::string>& owner, const std::optional<std::string>& group) {
  auto out = base;
  if (mode) out.mode = mode->bits;
  if (owner) out.uid = TRY(uid(*owner));
  if (group) out.gid = TRY(gid(*group));
  return out;
}

Result<os::Access> Owners::fresh(std::uint32_t mode) {
  const auto root = TRY(files_.stat("/"), "cannot look at /");
  if (!root) return fail(Errc::unavailable, "there is no /");
  return os::Access{.mode = mode, .uid = root->uid, .gid = root->gid};
}

bool hang_on_accounts(const std::optional<std::string>& owner, const std::optional<std::string>& group) {
  const auto may_move = [](const std::optional<std::string>& name) {
    return name && *name != "root" && name->find_first_not_of("0123456789") != std::string::npos;
  };
  return may_move(owner) || may_move(group);
}

}  // namespace flyball::providers
