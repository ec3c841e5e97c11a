#include "os/real/resolver.hpp"

#include "os/real/errors.hpp"

#include <array>
#include <climits>
#include <deque>
#include <vector>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

// A path such as /var/run/app/config is opened by one call in the usual case: openat2(2) refuses every symbolic link on
// the way (RESOLVE_NO_SYMLINKS) and never leaves the root folder. Only when it says that there was a link do we walk
// part by part: each part is opened without following it, so that what we judge (who owns the link, where does it lead)
// and what we follow are the same inode, whatever is renamed meanwhile. `..` in a link's target goes back to a
// directory that we came through, never further than the root folder.

namespace flyball::os::real {
namespace {

constexpr int max_links = 40;  // As path_resolution(7).
constexpr int directory_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

// "/a//b/." has the parts a, b; nothing for a path that we refuse.
std::optional<std::vector<std::string_view>> parts_of(std::string_view path) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") out.push_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return out;
}

// Parts in front of `rest`, in their order. Here `..` is kept: the walk answers it.
void prepend(std::deque<std::string>& rest, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  rest.insert(rest.begin(), parts.begin(), parts.end());
}

int open_without_links(int root, const std::string& relative, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags));
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(retry([&] { return ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how); }));
}

Result<std::string> target_of(int link) {
  std::array<char, PATH_MAX> target{};
  const auto length = ::readlinkat(link, "", target.data(), target.size());
  if (length < 0) return fail_errno(errno, "cannot read a link on the way");
  return std::string(target.data(), static_cast<std::size_t>(length));
}

// Where the kernel says there is a link, or cannot tell (an old kernel or a filter, a rename at that moment): walk.
bool must_walk(int error) { return error == ELOOP || error == ENOSYS || error == EPERM || error == EAGAIN; }

}  // namespace

Result<Resolver> Resolver::open(const std::string& root) {
  Fd fd(retry([&] { return ::open(root.c_str(), directory_flags); }));
  if (!fd.valid()) return fail_errno(errno, "cannot open the root folder ", root);
  struct stat meta{};
  if (::fstat(fd.get(), &meta) != 0) return fail_errno(errno, "cannot look at the root folder ", root);
  return Resolver(root, std::move(fd), meta.st_uid);
}

bool Resolver::trusts(std::uint32_t owner) const {
  return owner == 0 || (is_folder() && (owner == folder_owner_ || owner == ::geteuid()));
}

// The directory at a path that parts_of() accepts.
Result<Resolver::Opened> Resolver::walk(std::string_view directory) const {
  std::deque<std::string> rest;
  prepend(rest, directory);
  std::vector<Fd> through;  // The directories from the root folder to where we are; empty at the root folder itself.
  const auto here = [&] { return through.empty() ? fd_.get() : through.back().get(); };
  int links = 0;
  while (!rest.empty()) {
    const auto part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") {
      if (!through.empty()) through.pop_back();
      continue;
    }
    Fd next(retry([&] { return ::openat(here(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC); }));
    if (!next.valid()) return Opened{.error = errno};
    struct stat meta{};
    if (::fstat(next.get(), &meta) != 0) return Opened{.error = errno};
    if (S_ISDIR(meta.st_mode)) {
      through.push_back(std::move(next));
      continue;
    }
    if (!S_ISLNK(meta.st_mode)) return Opened{.error = ENOTDIR};
    if (!trusts(meta.st_uid)) {
      return fail(Errc::denied, "the link `", part, "` on the way belongs to user ", meta.st_uid,
                  ", and only links of root are followed");
    }
    if (++links > max_links) return Opened{.error = ELOOP};
    const auto target = TRY(target_of(next.get()));
    if (target.starts_with('/')) through.clear();
    prepend(rest, target);
  }
  Fd found = through.empty() ? Fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0)) : std::move(through.back());
  const int error = found.valid() ? 0 : errno;
  return Opened{.fd = std::move(found), .error = error};
}

Result<std::optional<Place>> Resolver::place(std::string_view path) const {
  const auto parts = parts_of(path);
  if (!parts) return fail(Errc::invalid, "`", path, "` is no absolute path without `..`");
  if (parts->empty()) {
    auto root = TRY(walk("/"));
    if (root.error != 0) return fail_errno(root.error, "cannot open ", path);
    return Place{.directory = std::move(root.fd), .name = "."};
  }
  std::string relative = ".";
  for (std::size_t i = 0; i + 1 < parts->size(); ++i) relative.append("/").append((*parts)[i]);
  Opened opened{.fd = Fd(open_without_links(fd_.get(), relative, directory_flags))};
  if (!opened.fd.valid()) {
    opened.error = errno;
    if (must_walk(opened.error)) opened = TRY(walk(relative), "cannot reach ", path);
  }
  if (opened.error == ENOENT || opened.error == ENOTDIR) return std::nullopt;
  if (opened.error != 0) return fail_errno(opened.error, "cannot reach ", path);
  return Place{.directory = std::move(opened.fd), .name = std::string(parts->back())};
}

Result<Resolver::Opened> Resolver::open_path(std::string_view path, int flags) const {
  const auto parts = parts_of(path);
  if (!parts) return fail(Errc::invalid, "`", path, "` is no absolute path without `..`");
  std::string relative = ".";
  for (const auto part : *parts) relative.append("/").append(part);
  flags |= O_NOFOLLOW | O_CLOEXEC;
  Opened opened{.fd = Fd(open_without_links(fd_.get(), relative, flags))};
  if (opened.fd.valid()) return opened;
  opened.error = errno;
  if (opened.error == ENOTDIR && (flags & O_DIRECTORY) == 0) opened.error = ENOENT;
  if (!must_walk(opened.error) && !(opened.error == ENOTDIR && parts->size() > 1)) return opened;
  // Either a link on the way, or the last part is one or no directory: the directory tells these apart.
  const auto where = TRY(place(path));
  if (!where) return Opened{.error = ENOENT};
  Fd fd(retry([&] { return ::openat(where->directory.get(), where->name.c_str(), flags); }));
  const int error = fd.valid() ? 0 : errno;
  return Opened{.fd = std::move(fd), .error = error};
}

}  // namespace flyball::os::real
