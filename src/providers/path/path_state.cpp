#include "providers/path/path_state.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {
namespace {

using Type = os::FileMeta::Type;

bool any_of(const std::vector<std::string>& fields, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return has(fields, name); });
}

template <class T>
std::optional<T> if_named(const std::vector<std::string>& fields, std::string_view name,
                          const std::optional<T>& value) {
  return has(fields, name) ? value : std::nullopt;
}

std::string_view word(Type type) {
  switch (type) {
    case Type::regular:
      return "file";
    case Type::directory:
      return "directory";
    case Type::symlink:
      return "link";
    case Type::other:
      return "device, socket or pipe";
  }
  return "thing";
}

std::string gone(const os::Path& path) { return text(path, " is not there any more: nothing to put back"); }

}  // namespace

Result<> PathState::need_parent(const os::Path& path) {
  const auto parent = os::parent_of(path);
  const auto there = TRY(files_.stat(parent), "cannot look at ", parent);
  if (!there) return fail(Errc::not_found, "the directory ", parent, " is not there: declare it under `directories`");
  return {};
}

Result<> PathState::clear_directory_from_way(const os::Path& path) {
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there || there->type != Type::directory) return {};
  const auto names = TRY(files_.list(path), "cannot list ", path);
  if (names && !names->empty())
    return fail(Errc::conflict, "a directory is in the way and not empty, it holds ", some_of(*names));
  return files_.remove(path);
}

Result<> PathState::put_file(const os::Path& path, std::string_view bytes, const os::Access& access) {
  TRY(need_parent(path));
  TRY(clear_directory_from_way(path));
  return os::replace_file(files_, path, bytes, access);
}

Result<> PathState::put_link(const os::Path& path, const std::string& target) {
  TRY(need_parent(path));
  const auto access = TRY(owners_.fresh(0777));
  const auto temporary = os::temporary_beside(path);
  TRY(files_.remove(temporary), "cannot clear ", temporary);
  TRY(files_.make_link(temporary, target, access), "cannot make the link ", path);
  const auto moved = [&]() -> Result<> {
    TRY(clear_directory_from_way(path));
    return files_.rename(temporary, path);
  }();
  if (!moved) {
    (void)files_.remove(temporary);  // The first error is the one to tell; what stays is cleared by the next try.
    return moved;
  }
  return files_.sync(os::parent_of(path));
}

Result<> PathState::put_directory(const os::Path& path, const os::Access& access) {
  TRY(need_parent(path));
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (there && there->type == Type::symlink) {
    const auto target = TRY(files_.read_link(path), "cannot read the link ", path);
    return fail(Errc::conflict, "a link to ", target.value_or("?"), " is in the way: declare that directory instead");
  }
  // Under its temporary name first: a cut of the power leaves none with the wrong owner or mode.
  const auto temporary = os::temporary_beside(path);
  TRY(files_.remove(temporary), "cannot clear ", temporary);
  TRY(files_.make_directory(temporary, access), "cannot make the directory ", path);
  TRY(files_.sync(temporary));
  if (there) TRY(files_.remove(path), "cannot remove the ", word(there->type), " in the way");
  TRY(files_.rename(temporary, path), "cannot make the directory ", path);
  return files_.sync(os::parent_of(path));
}

Result<> PathState::change_access(const os::Path& path, const os::FileMeta& there, const os::Access& to) {
  const auto from = access_of(there);
  if (from == to) return {};
  const bool moves = from.uid != to.uid || from.gid != to.gid;
  if (moves && from.mode != to.mode) {
    // A file is made anew, so that owner and mode change in one moment.
    if (there.type == Type::regular && there.size <= Provider::max_kept_bytes) {
      const auto bytes = TRY(files_.read(path, Provider::max_kept_bytes), "cannot read ", path);
      if (!bytes) return fail(Errc::conflict, path, " vanished meanwhile");
      return os::replace_file(files_, path, *bytes, to);
    }
    // Otherwise only what both allow is allowed while the owner changes.
    const auto common = from.mode & to.mode;
    TRY(files_.set_access(path, {.mode = common, .uid = from.uid, .gid = from.gid}));
    TRY(files_.set_access(path, {.mode = common, .uid = to.uid, .gid = to.gid}));
  }
  TRY(files_.set_access(path, to), "cannot set owner and mode of ", path);
  return files_.sync(path);
}

Result<> PathState::clear_temporary(const os::Path& path) {
  const auto temporary = os::temporary_beside(path);
  if (!TRY(files_.stat(temporary), "cannot look at ", temporary)) return {};
  TRY(files_.remove(temporary), "cannot clear ", temporary);
  return files_.sync(os::parent_of(path));
}

Result<> PathState::remove(const os::Path& path) {
  TRY(clear_temporary(path));
  TRY(files_.remove(path), "cannot remove ", path);
  return files_.sync(os::parent_of(path));
}

Result<Spec> PathState::spec_at(const os::Path& path, const os::FileMeta& meta, Contents& contents,
                                std::string& not_kept) {
  if (meta.type == Type::symlink) {
    const auto target = TRY(files_.read_link(path), "cannot read the link ", path);
    return Link{.target = target};
  }
  const auto owner = TRY(owners_.user_name(meta.uid));
  const auto group = TRY(owners_.group_name(meta.gid));
  if (meta.type == Type::directory) return Directory{.mode = Mode{meta.mode}, .owner = owner, .group = group};
  File file{.mode = Mode{meta.mode}, .owner = owner, .group = group};
  if (meta.size > Provider::max_kept_bytes) {
    not_kept =
        text("content of ", meta.size >> 20U, " MiB is past the bound of ", Provider::max_kept_bytes >> 20U, " MiB");
    return file;
  }
  const auto bytes = TRY(files_.read(path, Provider::max_kept_bytes), "cannot read ", path);
  if (!bytes) return fail(Errc::conflict, path, " vanished meanwhile");
  TRY(contents.keep(*bytes), "cannot keep the content of ", path);
  file.content = sha256(*bytes);
  return file;
}

Result<Baseline> PathState::baseline(const os::Path& path, Contents& contents) {
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there) return Baseline{};
  if (there->type == Type::other)
    return fail(Errc::conflict, path, " is a device, socket or pipe: Flyball does not replace it");
  Baseline out;
  out.spec = TRY(spec_at(path, *there, contents, out.not_kept));
  return out;
}

Result<std::string> PathState::remove_created(const os::Path& path, Type own_type) {
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there) return std::string{};
  if (there->type == Type::directory) {
    if (own_type != Type::directory) return text(path, " is a directory now that others made: it stays");
    const auto names = TRY(files_.list(path), "cannot list ", path);
    if (names && !names->empty()) return text(path, " stays, since it holds what others put there: ", some_of(*names));
  } else if (own_type == Type::directory || there->type == Type::other) {
    return text(path, " is a ", word(there->type), " now that others made: it stays");
  }
  TRY(remove(path));
  return std::string{};
}

Result<std::string> PathState::put_back(const os::Path& path, const File& was, const std::vector<std::string>& fields,
                                        const std::optional<os::FileMeta>& there, Contents& contents) {
  const bool is_file = there && there->type == Type::regular;
  const bool whole = !is_file;  // It was removed, or another kind took its place.
  const bool content = whole || has(fields, "content");
  if (content && !was.content) return text("what ", path, " held before was too large to keep: it stays as it is");
  os::Access to = is_file ? access_of(*there) : TRY(owners_.fresh(0644));
  to = TRY(owners_.access(to, whole ? was.mode : if_named(fields, "mode", was.mode),
                          whole ? was.owner : if_named(fields, "owner", was.owner),
                          whole ? was.group : if_named(fields, "group", was.group)));
  if (content) {
    const auto bytes = TRY(contents.read(*was.content), "cannot read what ", path, " held before");
    TRY(put_file(path, bytes, to));
  } else {
    TRY(change_access(path, *there, to));
  }
  return std::string{};
}

Result<std::string> PathState::put_back(const os::Path& path, const Directory& was,
                                        const std::vector<std::string>& fields,
                                        const std::optional<os::FileMeta>& there, Contents&) {
  const bool whole = !there || there->type != Type::directory;
  os::Access to = whole ? TRY(owners_.fresh(0755)) : access_of(*there);
  to = TRY(owners_.access(to, whole ? was.mode : if_named(fields, "mode", was.mode),
                          whole ? was.owner : if_named(fields, "owner", was.owner),
                          whole ? was.group : if_named(fields, "group", was.group)));
  if (!whole) {
    TRY(change_access(path, *there, to));
    return std::string{};
  }
  if (there && there->type == Type::symlink) TRY(files_.remove(path), "cannot remove the link ", path);
  TRY(put_directory(path, to));
  return std::string{};
}

Result<std::string> PathState::put_back(const os::Path& path, const Link& was, const std::vector<std::string>&,
                                        const std::optional<os::FileMeta>& there, Contents&) {
  const auto target = was.target.value_or("");
  if (there && there->type == Type::symlink && TRY(files_.read_link(path), "cannot read ", path) == target)
    return std::string{};
  TRY(put_link(path, target));
  return std::string{};
}

Result<std::string> PathState::restore(const os::Path& path, Type own_type, const Baseline& baseline,
                                       const std::vector<std::string>& fields, Contents& contents) {
  TRY(clear_temporary(path));
  if (!baseline.spec) return remove_created(path, own_type);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  const auto parent = TRY(files_.stat(os::parent_of(path)), "cannot look at ", os::parent_of(path));
  if (!parent) return text(os::parent_of(path), " is not there any more: ", path, " cannot be put back");
  // Gone, though git only set its owner or mode: others removed it. What was of another kind is put back by us.
  const bool same_kind = std::holds_alternative<File>(*baseline.spec)        ? own_type == Type::regular
                         : std::holds_alternative<Directory>(*baseline.spec) ? own_type == Type::directory
                                                                             : own_type == Type::symlink;
  if (!there && same_kind && !any_of(fields, {"ensure", "content", "target"})) return gone(path);
  if (there && there->type == Type::directory && !std::holds_alternative<Directory>(*baseline.spec)) {
    const auto names = TRY(files_.list(path), "cannot list ", path);
    if (names && !names->empty()) return text(path, " is a directory now that holds ", some_of(*names), ": it stays");
  }
  return std::visit(
      [&]<class S>(const S& was) -> Result<std::string> {
        if constexpr (requires { put_back(path, was, fields, there, contents); }) {
          return put_back(path, was, fields, there, contents);
        } else {
          return fail(Errc::corrupt, "the ledger has a ", S::kind, " for ", path);
        }
      },
      *baseline.spec);
}

}  // namespace flyball::providers
