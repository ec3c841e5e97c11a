#include "providers/directory/trash.hpp"

#include <algorithm>

namespace flyball::providers {
namespace {

using Type = os::FileMeta::Type;

constexpr os::Access only_ours_of(const os::FileMeta& root) { return {.mode = 0700, .uid = root.uid, .gid = root.gid}; }

}  // namespace

Result<std::vector<std::string>> Trash::items() {
  const auto names = TRY(files_.list(os::Path(root)), "cannot list ", root);
  auto out = names.value_or(std::vector<std::string>{});
  for (auto& name : out) name = text(root, '/', name);
  return out;
}

Result<std::uint64_t> Trash::size_of(const os::Path& path) {
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there) return 0;
  if (there->type != Type::directory) return there->size;
  std::uint64_t out = 0;
  const auto names = TRY(files_.list(path), "cannot list ", path);
  for (const auto& name : names.value_or(std::vector<std::string>{})) out += TRY(size_of(text(path, '/', name)));
  return out;
}

Result<> Trash::remove_tree(const os::Path& path) {
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (there && there->type == Type::directory) {
    const auto names = TRY(files_.list(path), "cannot list ", path);
    for (const auto& name : names.value_or(std::vector<std::string>{})) TRY(remove_tree(text(path, '/', name)));
  }
  return files_.remove(path);
}

Result<> Trash::make_room(std::uint64_t bytes) {
  const auto all = TRY(items());
  std::vector<std::uint64_t> sizes;
  sizes.reserve(all.size());
  for (const auto& item : all) sizes.push_back(TRY(size_of(item)));
  auto total = bytes;
  for (const auto size : sizes) total += size;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (total <= bounds_.bytes && all.size() - i < bounds_.items) break;
    TRY(remove_tree(all[i]), "cannot make room in the trash");
    total -= sizes[i];
  }
  return {};
}

Result<os::Path> Trash::new_folder() {
  const auto now = rfc3339(clocks_.wall());
  for (int n = 0; n < 1000; ++n) {
    auto path = text(root, '/', now, n < 10 ? "-00" : n < 100 ? "-0" : "-", n);
    if (!TRY(files_.stat(path), "cannot look at ", path)) return path;
  }
  return fail(Errc::unavailable, "more than a thousand items in one second: the rest follows");
}

Result<> Trash::copy(const os::Path& from, const os::Path& to) {
  const auto there = TRY(files_.stat(from), "cannot look at ", from);
  if (!there || there->type == Type::other) return {};  // Sockets and pipes hold nothing.
  const os::Access access{.mode = there->mode, .uid = there->uid, .gid = there->gid};
  if (there->type == Type::symlink) {
    const auto target = TRY(files_.read_link(from), "cannot read ", from);
    return files_.make_link(to, target.value_or(""), access);
  }
  if (there->type == Type::regular) {
    const auto bytes = TRY(files_.read(from, bounds_.bytes), "cannot read ", from);
    TRY(files_.write_new(to, bytes.value_or(""), access), "cannot write ", to);
    return files_.sync(to);
  }
  TRY(files_.make_directory(to, access), "cannot make ", to);
  const auto names = TRY(files_.list(from), "cannot list ", from);
  for (const auto& name : names.value_or(std::vector<std::string>{}))
    TRY(copy(text(from, '/', name), text(to, '/', name)));
  return files_.sync(to);
}

Result<> Trash::move(const os::Path& from, const os::Path& to) {
  const auto source = TRY(files_.stat(from), "cannot look at ", from);
  const auto target = TRY(files_.stat(os::parent_of(to)), "cannot look at ", os::parent_of(to));
  if (!source || !target) return fail(Errc::conflict, from, " vanished meanwhile");
  if (source->device == target->device) {
    TRY(files_.rename(from, to), "cannot move ", from);
  } else {
    TRY(copy(from, to), "cannot copy ", from);
    TRY(files_.sync(os::parent_of(to)));
    TRY(remove_tree(from), "cannot remove ", from);
  }
  TRY(files_.sync(os::parent_of(to)));
  return files_.sync(os::parent_of(from));
}

Result<> Trash::put(const os::Path& path) {
  const auto size = TRY(size_of(path));
  if (size > bounds_.bytes)
    return fail(Errc::conflict, path, " is larger than the trash may be (", bounds_.bytes >> 20U,
                " MiB): move it yourself");
  TRY(make_room(size));
  const auto slash = TRY(files_.stat("/"), "cannot look at /");
  const auto to = text(TRY(new_folder()), path);
  TRY(os::make_directories(files_, os::parent_of(to), only_ours_of(*slash)), "cannot make room in the trash");
  return move(path, to);
}

Result<bool> Trash::take_back(const os::Path& path) {
  auto all = TRY(items());
  std::ranges::reverse(all);
  for (const auto& item : all) {
    const auto kept = text(item, path);
    if (!TRY(files_.stat(kept), "cannot look at ", kept)) continue;
    TRY(move(kept, path));
    TRY(remove_tree(item), "cannot clear the trash");
    return true;
  }
  return false;
}

}  // namespace flyball::providers
