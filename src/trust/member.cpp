#include "trust/member.hpp"

#include "trust/strict.hpp"

namespace flyball::trust {
namespace {

Result<Member> read(const Json& json) {
  Member out{.device = DeviceId(TRY(strict::get_name(json, "device"))),
             .key = TRY(strict::get_digest(json, "key")),
             .repository = RepositoryId(TRY(strict::get_name(json, "repository")))};
  auto group = TRY(get_string(json, "group"));
  if (!group.empty() && !strict::is_name(group)) return fail(Errc::invalid, "`group` is too long or not plain");
  out.group = GroupPath(std::move(group));
  return out;
}

}  // namespace

Bytes Member::encode() const {
  Json out;
  out["kind"] = kind;
  out["device"] = device.str();
  out["group"] = group.str();
  out["key"] = key.str();
  out["repository"] = repository.str();
  return out.canonical();
}

Result<Member> Member::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_bytes));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  return out;
}

}  // namespace flyball::trust
