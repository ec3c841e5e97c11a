#include "providers/link/link_provider.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {

using Type = os::FileMeta::Type;

Result<std::optional<Spec>> LinkProvider::observe(const Subject& subject) {
  const auto& want = desired_of<Link>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there) return std::nullopt;
  // Something else at its place is as good as nothing, except where nothing is wanted.
  if (there->type != Type::symlink) return want.ensure == Ensure::absent ? std::optional<Spec>(Link{}) : std::nullopt;
  return Link{.target = TRY(files_.read_link(path), "cannot read the link ", path)};
}

Result<Baseline> LinkProvider::baseline(const Subject& subject, Contents& contents) {
  return path_state_.baseline(name_of(subject), contents);
}

Result<Json> LinkProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  const auto& want = desired_of<Link>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (want.ensure == Ensure::absent) {
    if (there) TRY(path_state_.remove(path));
    return Json{};
  }
  if (there && there->type == Type::other)
    return fail(Errc::conflict, path, " is a device, socket or pipe: Flyball does not replace it");
  TRY(path_state_.put_link(path, want.target.value_or("")));
  return Json{};
}

Result<std::string> LinkProvider::restore(const Subject& subject, const Baseline& baseline,
                                          const std::vector<std::string>& fields, Contents& contents) {
  return path_state_.restore(name_of(subject), Type::symlink, baseline, fields, contents);
}

std::vector<os::Watch> LinkProvider::watches(const Subject& subject) { return {os::Watch::path(name_of(subject))}; }

}  // namespace flyball::providers
