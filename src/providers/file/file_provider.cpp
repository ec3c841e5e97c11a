#include "providers/file/file_provider.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {

using Type = os::FileMeta::Type;

os::Read<os::FileView> FileProvider::look(const os::Path& path, bool with_content) {
  if (with_content) return files_.look(path, max_compared_bytes);
  const auto meta = TRY(files_.stat(path));
  return meta ? std::optional(os::FileView{.meta = *meta}) : std::nullopt;
}

Result<std::optional<Spec>> FileProvider::observe(const Subject& subject) {
  const auto& want = desired_of<File>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(look(path, want.content.has_value()), "cannot look at ", path);
  if (!there) return std::nullopt;
  const auto& meta = there->meta;
  File out;
  // Something else at its place is as good as nothing, except where nothing is wanted.
  if (meta.type != Type::regular) return want.ensure == Ensure::absent ? std::optional<Spec>(out) : std::nullopt;
  // All zeros, which no content has, when it is too large to be from git.
  if (want.content) out.content = there->bytes ? sha256(*there->bytes) : Digest{};
  out.mode = Mode{meta.mode};
  if (want.owner) out.owner = TRY(path_state_.owners().user_name(meta.uid, want.owner));
  if (want.group) out.group = TRY(path_state_.owners().group_name(meta.gid, want.group));
  return out;
}

Result<Baseline> FileProvider::baseline(const Subject& subject, Contents& contents) {
  return path_state_.baseline(name_of(subject), contents);
}

Result<Json> FileProvider::apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) {
  const auto& want = desired_of<File>(subject);
  const auto path = name_of(subject);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (want.ensure == Ensure::absent) {
    if (there) TRY(path_state_.remove(path));
    return Json{};
  }
  const bool is_file = there && there->type == Type::regular;
  if (there && there->type == Type::other)
    return fail(Errc::conflict, path, " is a device, socket or pipe: Flyball does not replace it");
  const auto base = is_file ? access_of(*there) : TRY(path_state_.owners().fresh(0644));
  const auto access = TRY(path_state_.owners().access(base, want.mode, want.owner, want.group));
  if (is_file && !has(changes, "content")) {
    TRY(path_state_.change_access(path, *there, access));
  } else {
    const auto bytes = want.content ? TRY(contents.read(*want.content), "cannot read its content") : Bytes{};
    TRY(path_state_.put_file(path, bytes, access));
  }
  return Json{};
}

Result<std::string> FileProvider::restore(const Subject& subject, const Baseline& baseline,
                                          const std::vector<std::string>& fields, Contents& contents) {
  const auto path = name_of(subject);
  // A configuration file whose package came after it: the package's own copy lies beside it.
  const auto packaged = text(path, ".dpkg-dist");
  if (!baseline.spec && TRY(files_.stat(packaged), "cannot look at ", packaged) && TRY(package_files_.owns(path))) {
    TRY(files_.rename(packaged, path), "cannot put back the package's own ", path);
    TRY(files_.sync(os::parent_of(path)));
    return std::string{};
  }
  return path_state_.restore(path, Type::regular, baseline, fields, contents);
}

std::vector<os::Watch> FileProvider::watches(const Subject& subject) {
  std::vector<os::Watch> out{os::Watch::path(name_of(subject))};
  const auto& want = desired_of<File>(subject);
  if (hang_on_accounts(want.owner, want.group)) out.push_back(os::Watch::accounts());
  return out;
}

}  // namespace flyball::providers
