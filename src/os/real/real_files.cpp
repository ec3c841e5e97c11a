#include "os/real/real_files.hpp"

#include "os/real/errors.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

namespace flyball::os::real {
namespace {

// O_NONBLOCK: a FIFO that lies where a file was expected must not hold us up.
constexpr int read_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

FileMeta meta_of(const struct stat& s) {
  const auto type = S_ISREG(s.st_mode)   ? FileMeta::Type::regular
                    : S_ISDIR(s.st_mode) ? FileMeta::Type::directory
                    : S_ISLNK(s.st_mode) ? FileMeta::Type::symlink
                                         : FileMeta::Type::other;
  return FileMeta{.type = type,
                  .mode = s.st_mode & 07777U,
                  .uid = s.st_uid,
                  .gid = s.st_gid,
                  .size = static_cast<std::uint64_t>(s.st_size),
                  .device = s.st_dev,
                  .inode = s.st_ino,
                  .changed_ns = s.st_ctim.tv_sec * 1'000'000'000 + s.st_ctim.tv_nsec};
}

Result<FileMeta> meta_of(int fd, const Path& path) {
  struct stat s{};
  if (::fstat(fd, &s) != 0) return fail_errno(errno, "cannot look at ", path);
  return meta_of(s);
}

Result<Bytes> read_all(int fd, std::uint64_t size, std::uint64_t max_bytes, const Path& path) {
  Bytes out;
  // One byte more than the size: a read that does not fill it has seen the end. The kernel's files say size 0.
  std::size_t room = size > 0 ? static_cast<std::size_t>(size) + 1 : 4096;
  for (;;) {
    const auto have = out.size();
    ssize_t got = 0;
    out.resize_and_overwrite(have + room, [&](char* buffer, std::size_t) {
      got = retry([&] { return ::read(fd, buffer + have, room); });
      return have + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    });
    if (got < 0) return fail_errno(errno, "cannot read ", path);
    if (out.size() > max_bytes) return fail(Errc::invalid, path, " is larger than ", max_bytes, " bytes");
    const bool short_of_room = static_cast<std::size_t>(got) < room;
    if (got == 0 || (short_of_room && size > 0 && out.size() == size)) return out;
    room = std::max<std::size_t>(room - static_cast<std::size_t>(got), 4096);
  }
}

Result<> write_all(int fd, std::string_view bytes, const Path& path) {
  while (!bytes.empty()) {
    const auto put = retry([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (put < 0) return fail_errno(errno, "cannot write ", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

bool has_owner(const FileMeta& meta, const Access& access) { return meta.uid == access.uid && meta.gid == access.gid; }

std::unexpected<Error> fail_owner(int error, const Path& path, const Access& access) {
  const auto hint = error == EPERM && ::geteuid() != 0 ? text(" (we run as user ", ::geteuid(), ")") : std::string();
  return fail_errno(error, "cannot give ", path, " to user ", access.uid, " and group ", access.gid, hint);
}

// Of an open file or directory. Owner first, since a new owner takes the set-user-ID bits away.
Result<> give_access(int fd, const FileMeta& now, const Access& access, const Path& path) {
  if (!has_owner(now, access) && ::fchown(fd, access.uid, access.gid) != 0) return fail_owner(errno, path, access);
  if (::fchmod(fd, access.mode) != 0) return fail_errno(errno, "cannot set the mode of ", path);
  return {};
}

}  // namespace

Result<RealFiles> RealFiles::open(const std::string& root) { return RealFiles(TRY(Resolver::open(root))); }

Read<FileMeta> RealFiles::stat(const Path& path) {
  const auto opened = TRY(resolver_.open_path(path, O_PATH));
  if (opened.error == ENOENT) return std::nullopt;
  if (opened.error != 0) return fail_errno(opened.error, "cannot look at ", path);
  return TRY(meta_of(opened.fd.get(), path));
}

Read<Bytes> RealFiles::read(const Path& path, std::uint64_t max_bytes) {
  const auto opened = TRY(resolver_.open_path(path, read_flags));
  if (opened.error == ENOENT) return std::nullopt;
  if (opened.error == ELOOP) return fail(Errc::invalid, path, " is a link, not a regular file");
  if (opened.error != 0) return fail_errno(opened.error, "cannot open ", path);
  const auto meta = TRY(meta_of(opened.fd.get(), path));
  if (meta.type != FileMeta::Type::regular) return fail(Errc::invalid, path, " is not a regular file");
  if (meta.size > max_bytes) return fail(Errc::invalid, path, " is larger than ", max_bytes, " bytes");
  return TRY(read_all(opened.fd.get(), meta.size, max_bytes, path));
}

Read<FileView> RealFiles::look(const Path& path, std::uint64_t max_bytes) {
  const auto opened = TRY(resolver_.open_path(path, read_flags));
  if (opened.error == ELOOP || opened.error == ENXIO) return Files::look(path, max_bytes);  // A link, a socket.
  if (opened.error == ENOENT) return std::nullopt;
  if (opened.error != 0) return fail_errno(opened.error, "cannot open ", path);
  FileView view{.meta = TRY(meta_of(opened.fd.get(), path))};
  if (view.meta.type != FileMeta::Type::regular || view.meta.size > max_bytes) return view;
  view.bytes = TRY(read_all(opened.fd.get(), view.meta.size, max_bytes, path));
  return view;
}

Read<std::string> RealFiles::read_link(const Path& path) {
  const auto opened = TRY(resolver_.open_path(path, O_PATH));
  if (opened.error == ENOENT) return std::nullopt;
  if (opened.error != 0) return fail_errno(opened.error, "cannot look at ", path);
  if (TRY(meta_of(opened.fd.get(), path)).type != FileMeta::Type::symlink)
    return fail(Errc::invalid, path, " is not a link");
  std::array<char, PATH_MAX> target{};
  const auto length = ::readlinkat(opened.fd.get(), "", target.data(), target.size());
  if (length < 0) return fail_errno(errno, "cannot read the link ", path);
  return std::string(target.data(), static_cast<std::size_t>(length));
}

Read<std::vector<std::string>> RealFiles::list(const Path& directory) {
  auto opened = TRY(resolver_.open_path(directory, O_RDONLY | O_DIRECTORY));
  if (opened.error == ENOENT) return std::nullopt;
  if (opened.error == ENOTDIR) return fail(Errc::invalid, directory, " is not a directory");
  if (opened.error != 0) return fail_errno(opened.error, "cannot open ", directory);
  const std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })> stream(::fdopendir(opened.fd.get()));
  if (!stream) return fail_errno(errno, "cannot list ", directory);
  (void)opened.fd.release();  // The stream closes it.
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): the stream is ours alone.
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return fail_errno(errno, "cannot list ", directory);
  std::ranges::sort(names);
  return names;
}

Result<std::uint64_t> RealFiles::room(const Path& path) {
  auto nearest = path;
  auto opened = TRY(resolver_.open_path(nearest, O_PATH));
  while (opened.error == ENOENT && nearest != "/") {
    nearest = parent_of(nearest);
    opened = TRY(resolver_.open_path(nearest, O_PATH));
  }
  if (opened.error != 0) return fail_errno(opened.error, "cannot look at ", nearest);
  struct statvfs s{};
  if (::fstatvfs(opened.fd.get(), &s) != 0) return fail_errno(errno, "cannot tell the free room at ", nearest);
  return static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
}

Result<Place> RealFiles::place_to_change(const Path& path, std::string_view what) {
  auto place = TRY(resolver_.place(path), what);
  if (!place) return fail(Errc::not_found, what, " ", path, ": its directory is not there");
  return std::move(*place);
}

Result<> RealFiles::write_new(const Path& path, std::string_view bytes, const Access& access) {
  const auto place = TRY(place_to_change(path, "cannot create"));
  const int directory = place.directory.get();
  const auto* name = place.name.c_str();
  const Fd fd(retry([&] {
    return ::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
  }));
  if (!fd.valid()) return fail_errno(errno, "cannot create ", path);
  const auto fill = [&]() -> Result<> {
    // Content first: until it is whole, only we can open the file.
    TRY(write_all(fd.get(), bytes, path));
    return give_access(fd.get(), TRY(meta_of(fd.get(), path)), access, path);
  };
  auto done = fill();
  if (!done) (void)::unlinkat(directory, name, 0);  // The first error is the one to tell.
  return done;
}

Result<> RealFiles::make_directory(const Path& path, const Access& access) {
  const auto place = TRY(place_to_change(path, "cannot make the directory"));
  const int parent = place.directory.get();
  const auto* name = place.name.c_str();
  if (::mkdirat(parent, name, 0700) != 0) return fail_errno(errno, "cannot make the directory ", path);
  const auto finish = [&]() -> Result<> {
    const Fd fd(retry([&] { return ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }));
    if (!fd.valid()) return fail_errno(errno, "cannot open the new directory ", path);
    const auto meta = TRY(meta_of(fd.get(), path));
    // Who owns the parent could have put a directory of its own in the place of ours.
    if (meta.uid != ::geteuid()) return fail(Errc::conflict, path, " was replaced while it was made");
    return give_access(fd.get(), meta, access, path);
  };
  auto done = finish();
  if (!done) (void)::unlinkat(parent, name, AT_REMOVEDIR);
  return done;
}

Result<> RealFiles::make_link(const Path& path, const std::string& target, const Access& access) {
  const auto place = TRY(place_to_change(path, "cannot make the link"));
  const int parent = place.directory.get();
  const auto* name = place.name.c_str();
  if (::symlinkat(target.c_str(), parent, name) != 0) return fail_errno(errno, "cannot make the link ", path);
  const auto finish = [&]() -> Result<> {
    const Fd fd(retry([&] { return ::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC); }));
    if (!fd.valid()) return fail_errno(errno, "cannot look at the new link ", path);
    const auto meta = TRY(meta_of(fd.get(), path));
    if (meta.type != FileMeta::Type::symlink || meta.uid != ::geteuid())
      return fail(Errc::conflict, path, " was replaced while it was made");
    if (!has_owner(meta, access) && ::fchownat(fd.get(), "", access.uid, access.gid, AT_EMPTY_PATH) != 0)
      return fail_owner(errno, path, access);
    return {};
  };
  auto done = finish();
  if (!done) (void)::unlinkat(parent, name, 0);
  return done;
}

Result<> RealFiles::set_access(const Path& path, const Access& access) {
  const auto opened = TRY(resolver_.open_path(path, O_PATH));
  if (opened.error != 0) return fail_errno(opened.error, "cannot set the access of ", path);
  const auto meta = TRY(meta_of(opened.fd.get(), path));
  const int fd = opened.fd.get();
  const bool moves = !has_owner(meta, access);
  if (moves && ::fchownat(fd, "", access.uid, access.gid, AT_EMPTY_PATH) != 0) return fail_owner(errno, path, access);
  if (meta.type == FileMeta::Type::symlink) return {};  // A link's mode means nothing.
  // A descriptor that needs no right to read cannot fchmod(2), but names the inode for chmod(2).
  if ((moves || meta.mode != access.mode) && ::chmod(text("/proc/self/fd/", fd).c_str(), access.mode) != 0)
    return fail_errno(errno, "cannot set the mode of ", path);
  return {};
}

Result<> RealFiles::rename(const Path& from, const Path& to) {
  const auto source = TRY(place_to_change(from, "cannot rename"));
  const auto target = TRY(place_to_change(to, "cannot rename to"));
  if (::renameat(source.directory.get(), source.name.c_str(), target.directory.get(), target.name.c_str()) != 0)
    return fail_errno(errno, "cannot rename ", from, " to ", to);
  return {};
}

Result<> RealFiles::remove(const Path& path) {
  const auto place = TRY(resolver_.place(path), "cannot remove ", path);
  if (!place) return {};
  int done = ::unlinkat(place->directory.get(), place->name.c_str(), 0);
  if (done != 0 && errno == EISDIR) done = ::unlinkat(place->directory.get(), place->name.c_str(), AT_REMOVEDIR);
  if (done != 0 && errno != ENOENT) return fail_errno(errno, "cannot remove ", path);
  return {};
}

Result<> RealFiles::sync(const Path& path) {
  const auto opened = TRY(resolver_.open_path(path, read_flags));
  if (opened.error != 0) return fail_errno(opened.error, "cannot open ", path, " to make it durable");
  // Not fdatasync(2): that leaves out owner and mode, and a file that comes back readable by all, or by nobody, is not
  // the one that was written.
  if (retry([&] { return ::fsync(opened.fd.get()); }) != 0) return fail_errno(errno, "cannot make ", path, " durable");
  return {};
}

Result<> RealFiles::sync_all(const std::vector<Path>& paths) {
  constexpr std::size_t few = 8;  // Below, what else is dirty on the file system would cost more.
  if (paths.size() < few) return Files::sync_all(paths);
  std::map<dev_t, Fd> file_systems;
  for (const auto& path : paths) {
    auto opened = TRY(resolver_.open_path(path, read_flags));
    if (opened.error != 0) return fail_errno(opened.error, "cannot open ", path, " to make it durable");
    struct stat st{};
    if (::fstat(opened.fd.get(), &st) != 0) return fail_errno(errno, "cannot look at ", path);
    file_systems.try_emplace(st.st_dev, std::move(opened.fd));
  }
  for (const auto& [device, fd] : file_systems) {
    if (retry([&] { return ::syncfs(fd.get()); }) != 0)
      return fail_errno(errno, "cannot make ", paths.size(), " files durable");
  }
  return {};
}

Result<> RealFiles::write_kernel(const Path& path, std::string_view bytes) {
  const auto opened = TRY(resolver_.open_path(path, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  if (opened.error != 0) return fail_errno(opened.error, "cannot open ", path, " to set it");
  struct statfs fs{};
  if (::fstatfs(opened.fd.get(), &fs) != 0) return fail_errno(errno, "cannot look at ", path);
  if (fs.f_type != PROC_SUPER_MAGIC && fs.f_type != SYSFS_MAGIC)
    return fail(Errc::unsupported, path, " is not a file of the kernel's");
  // The kernel takes a value only when it comes in one piece.
  const auto put = retry([&] { return ::write(opened.fd.get(), bytes.data(), bytes.size()); });
  if (put < 0) return fail_errno(errno, "cannot set ", path);
  if (static_cast<std::size_t>(put) != bytes.size()) return fail(Errc::invalid, path, " took only a part of the value");
  return {};
}

}  // namespace flyball::os::real
