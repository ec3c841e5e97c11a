#include "providers/directory/directory_provider.hpp"

#include "providers/subject.hpp"

#include <array>

namespace flyball::providers {
namespace {

using Type = os::FileMeta::Type;

// Whether git has that path itself, or something below it.
bool in_git(const Subject& subject, const os::Path& path) {
  if (subject.managed == nullptr) return false;
  return std::ranges::any_of(std::array{File::kind, Directory::kind, Link::kind}, [&](std::string_view kind) {
    if (subject.managed->contains(ResourceId(kind, path))) return true;
    const ResourceId below(kind, path + '/');
    const auto next = subject.managed->lower_bound(below);
    return next != subject.managed->end() && next->str().starts_with(below.str());
  });
}

}  // namespace

Result<NameSet> DirectoryProvider::foreign_in(const Subject& subject, const os::FileMeta& directory) {
  const auto path = name_of(subject);
  NameSet out;
  const auto names = TRY(files_.list(path), "cannot list ", path);
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    const auto below = text(path, '/', name);
    if (in_git(subject, below)) continue;
    const auto there = TRY(files_.stat(below), "cannot look at ", below);
    const bool mount_point = there && there->device != directory.device;
    if (!there || mount_point || TRY(package_files_.owns(below))) continue;
    out.names.push_back(name);
  }
  return out;
}

Result<std::optional<Spec>> DirectoryProvider::observe(const Subject& subject) {
  const auto& want = desired_of<Directory>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there) return std::nullopt;
  Directory out;
  // Something else at its place is as good as nothing, except where nothing is wanted.
  if (there->type != Type::directory) return want.ensure == Ensure::absent ? std::optional<Spec>(out) : std::nullopt;
  out.mode = Mode{there->mode};
  if (want.owner) out.owner = TRY(path_state_.owners().user_name(there->uid, want.owner));
  if (want.group) out.group = TRY(path_state_.owners().group_name(there->gid, want.group));
  if (want.foreign) out.foreign = TRY(foreign_in(subject, *there));
  return out;
}

Result<Baseline> DirectoryProvider::baseline(const Subject& subject, Contents& contents) {
  auto out = TRY(path_state_.baseline(name_of(subject), contents));
  auto* directory = out.spec ? std::get_if<Directory>(&*out.spec) : nullptr;
  if (directory != nullptr && desired_of<Directory>(subject).foreign) {
    const auto there = TRY(files_.stat(name_of(subject)), "cannot look at ", name_of(subject));
    if (there) directory->foreign = TRY(foreign_in(subject, *there));
  }
  return out;
}

Result<> DirectoryProvider::remove(const os::Path& path, const os::FileMeta& there) {
  if (there.type == Type::directory) {
    const auto names = TRY(files_.list(path), "cannot list ", path);
    if (names && !names->empty())
      return fail(Errc::conflict, "it holds what is not in git: ", some_of(*names),
                  "; Flyball removes only empty ones");
  }
  return path_state_.remove(path);
}

Result<Json> DirectoryProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  const auto& want = desired_of<Directory>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (want.ensure == Ensure::absent) {
    if (there) TRY(remove(path, *there));
    return Json{};
  }
  const bool is_directory = there && there->type == Type::directory;
  if (there && there->type == Type::other)
    return fail(Errc::conflict, path, " is a device, socket or pipe: Flyball does not replace it");
  const auto base = is_directory ? access_of(*there) : TRY(path_state_.owners().fresh(0755));
  const auto access = TRY(path_state_.owners().access(base, want.mode, want.owner, want.group));
  if (!is_directory) {
    TRY(path_state_.put_directory(path, access));
    return Json{};
  }
  TRY(path_state_.change_access(path, *there, access));
  if (want.foreign) {
    const auto foreign = TRY(foreign_in(subject, *there));
    for (const auto& name : foreign.names) TRY(trash_.put(text(path, '/', name)), "cannot purge ", name);
  }
  return Json{};
}

Result<std::string> DirectoryProvider::restore(const Subject& subject, const Baseline& baseline,
                                               const std::vector<std::string>& fields, Contents& contents) {
  const auto path = name_of(subject);
  auto said = TRY(path_state_.restore(path, Type::directory, baseline, fields, contents));
  const auto* was = baseline.spec ? std::get_if<Directory>(&*baseline.spec) : nullptr;
  if (was == nullptr || !was->foreign || !has(fields, "foreign")) return said;
  std::vector<std::string> lost;
  for (const auto& name : was->foreign->names) {
    const auto below = text(path, '/', name);
    if (TRY(files_.stat(below), "cannot look at ", below)) continue;
    if (!TRY(trash_.take_back(below), "cannot take back ", name)) lost.push_back(name);
  }
  if (!lost.empty()) said += text(said.empty() ? "" : "; ", "no longer in the trash: ", some_of(lost));
  return said;
}

std::vector<os::Watch> DirectoryProvider::watches(const Subject& subject) {
  std::vector<os::Watch> out{os::Watch::path(name_of(subject))};
  const auto& want = desired_of<Directory>(subject);
  if (want.foreign) out.push_back(os::Watch::children(name_of(subject)));
  if (hang_on_accounts(want.owner, want.group)) out.push_back(os::Watch::accounts());
  return out;
}

}  // namespace flyball::providers
