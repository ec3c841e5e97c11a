#include "os/sim/disk.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::os::sim {
namespace {

constexpr std::int64_t first_ctime = 1'700'000'000'000'000'000;
constexpr std::int64_t tick_ns = 1000;

bool below(std::string_view path, std::string_view directory) {
  return path == directory ||
         (path.starts_with(directory) && path.size() > directory.size() && path[directory.size()] == '/');
}
bool is_kernel(std::string_view path) { return below(path, "/proc"); }
bool is_volatile(std::string_view path) { return is_kernel(path) || below(path, "/run"); }
std::uint64_t file_system_of(std::string_view path) { return is_kernel(path) ? 2 : below(path, "/run") ? 3 : 1; }

std::shared_ptr<const Bytes> shared(std::string_view bytes) { return std::make_shared<const Bytes>(bytes); }
const std::shared_ptr<const Bytes>& nothing() {
  static const auto empty = shared({});
  return empty;
}

}  // namespace

Disk::Disk(DiskProfile profile) : profile_(profile) {
  Inode root{.type = FileMeta::Type::directory, .access = {.mode = 0755}, .bytes = nothing(), .changed = first_ctime};
  seen_[root_inode] = root;
  durable_[root_inode] = root;
}

Read<Bytes> Disk::read(const Path& path, std::uint64_t max_bytes) const {
  const auto spot = TRY(locate(path));
  if (!spot || !spot->there()) return std::nullopt;
  const auto& inode = at(spot->inode);
  if (inode.type != FileMeta::Type::regular) return fail(Errc::invalid, path, " is not a regular file");
  if (inode.bytes->size() > max_bytes) return fail(Errc::invalid, path, " is larger than ", max_bytes, " bytes");
  return *inode.bytes;
}

Read<FileMeta> Disk::stat(const Path& path) const {
  const auto spot = TRY(locate(path));
  if (!spot || !spot->there()) return std::nullopt;
  const auto& inode = at(spot->inode);
  const bool sized = inode.type != FileMeta::Type::directory && !is_kernel(spot->path);
  return FileMeta{.type = inode.type,
                  .mode = inode.access.mode,
                  .uid = inode.access.uid,
                  .gid = inode.access.gid,
                  .size = sized ? inode.bytes->size() : 0,
                  .device = file_system_of(spot->path),
                  .inode = spot->inode,
                  .changed_ns = inode.changed};
}

Read<std::string> Disk::read_link(const Path& path) const {
  const auto spot = TRY(locate(path));
  if (!spot || !spot->there()) return std::nullopt;
  const auto& inode = at(spot->inode);
  if (inode.type != FileMeta::Type::symlink) return fail(Errc::invalid, path, " is not a symbolic link");
  return *inode.bytes;
}

Read<std::vector<std::string>> Disk::list(const Path& directory) const {
  const auto spot = TRY(locate(directory));
  if (!spot || !spot->there()) return std::nullopt;
  const auto& inode = at(spot->inode);
  if (inode.type != FileMeta::Type::directory) return fail(Errc::invalid, directory, " is not a directory");
  std::vector<std::string> names;
  for (const auto& [name, unused] : inode.names) names.push_back(name);
  return names;
}

std::uint64_t Disk::room() const {
  const auto capacity = capacity_.value_or(std::uint64_t{8} << 30U);
  const auto taken = used();
  return taken < capacity ? capacity - taken : 0;
}

Result<> Disk::write_new(const Path& path, std::string_view bytes, const Access& access) {
  const auto spot = TRY(locate_new(path));
  TRY(check_room(bytes.size()), "cannot write ", path);
  // As open(2) with O_EXCL and mode 0600, write(2), fchown(2) and fchmod(2): nobody else reads it before.
  const auto inode = create(FileMeta::Type::regular, {.mode = 0600}, nothing());
  write("create", spot.path, SetName{spot.directory, spot.name, inode});
  write("write", spot.path, SetContent{inode, shared(bytes)});
  write("chmod", spot.path, SetAccess{inode, access});
  changed(spot.path, true);
  return {};
}

Result<> Disk::make_directory(const Path& path, const Access& access) {
  const auto spot = TRY(locate_new(path));
  const auto inode = create(FileMeta::Type::directory, {.mode = 0700}, nothing());
  write("mkdir", spot.path, SetName{spot.directory, spot.name, inode});
  write("chmod", spot.path, SetAccess{inode, access});
  changed(spot.path, true);
  return {};
}

Result<> Disk::make_link(const Path& path, const std::string& target, const Access& access) {
  const auto spot = TRY(locate_new(path));
  const auto inode = create(FileMeta::Type::symlink, {.mode = 0777}, shared(target));
  write("symlink", spot.path, SetName{spot.directory, spot.name, inode});
  if (access.uid != 0 || access.gid != 0)
    write("lchown", spot.path, SetAccess{inode, {.mode = 0777, .uid = access.uid, .gid = access.gid}});
  changed(spot.path, true);
  return {};
}

Result<> Disk::set_access(const Path& path, const Access& access) {
  const auto spot = TRY(locate_there(path));
  const auto& inode = at(spot.inode);
  if (inode.type == FileMeta::Type::symlink) return fail(Errc::invalid, path, " is a symbolic link");
  if (is_kernel(spot.path)) return fail(Errc::denied, "cannot change the access of ", path);
  auto half = access;
  half.mode = inode.access.mode & 01777U;  // chown(2) takes setuid and setgid away.
  write("chown", spot.path, SetAccess{spot.inode, half});
  write("chmod", spot.path, SetAccess{spot.inode, access});
  changed(spot.path, false);
  return {};
}

Result<> Disk::rename(const Path& from, const Path& to) {
  const auto source = TRY(locate_there(from));
  const auto found = TRY(locate(to));
  if (!found) return fail(Errc::not_found, "no directory for ", to);
  const auto& target = *found;
  if (target.inode == root_inode || source.inode == root_inode) return fail(Errc::invalid, "cannot rename /");
  if (file_system_of(source.path) != file_system_of(target.path) || is_kernel(target.path))
    return fail(Errc::invalid, "cannot rename ", from, " to another file system");
  const bool directory = at(source.inode).type == FileMeta::Type::directory;
  if (directory && below(target.path, source.path) && target.path != source.path)
    return fail(Errc::invalid, "cannot move ", from, " into itself");
  if (source.inode == target.inode) return {};
  if (target.there()) {
    const auto& there = at(target.inode);
    if ((there.type == FileMeta::Type::directory) != directory)
      return fail(Errc::conflict, to, directory ? " is not a directory" : " is a directory");
    if (!there.names.empty()) return fail(Errc::conflict, to, " is not empty");
  }
  write("rename", target.path, MoveName{source.directory, source.name, target.directory, target.name, source.inode});
  changed(source.path, true);
  changed(target.path, true);
  return {};
}

Result<> Disk::remove(const Path& path) {
  const auto found = TRY(locate(path));
  if (!found || !found->there()) return {};
  if (found->inode == root_inode || is_kernel(found->path)) return fail(Errc::denied, "cannot remove ", path);
  if (!at(found->inode).names.empty()) return fail(Errc::conflict, path, " is not empty");
  write("unlink", found->path, SetName{found->directory, found->name, no_inode});
  changed(found->path, true);
  return {};
}

Result<> Disk::sync(const Path& path) {
  const auto spot = TRY(locate_there(path));
  if (step_) step_("fsync", spot.path);
  sync_writes(durable_, pending_, spot.inode, at(spot.inode).type, profile_);
  return {};
}

Result<> Disk::write_kernel(const Path& path, std::string_view bytes) {
  const auto spot = TRY(locate_there(path));
  if (!is_kernel(spot.path)) return fail(Errc::invalid, path, " is not a file of the kernel");
  if (at(spot.inode).type != FileMeta::Type::regular) return fail(Errc::invalid, path, " is not a regular file");
  // The kernel gives a value back with one line end, however it was written.
  auto value = Bytes(bytes.substr(0, bytes.find_last_not_of(" \t\n") + 1));
  write("write", spot.path, SetContent{spot.inode, shared(value + '\n')});
  changed(spot.path, false);
  return {};
}

Result<> Disk::overwrite(const Path& path, std::string_view bytes, const Access& access) {
  const auto found = TRY(locate(path));
  if (!found) return fail(Errc::not_found, "no directory for ", path);
  if (!found->there()) return write_new(path, bytes, access);
  if (is_kernel(found->path)) return write_kernel(path, bytes);
  if (at(found->inode).type != FileMeta::Type::regular) return fail(Errc::invalid, path, " is not a regular file");
  TRY(check_room(bytes.size()), "cannot write ", path);
  write("truncate", found->path, SetContent{found->inode, nothing()});
  write("write", found->path, SetContent{found->inode, shared(bytes)});
  changed(found->path, false);
  return {};
}

Result<> Disk::put(const Path& path, std::string_view bytes, const Access& access) {
  const auto there = TRY(stat(path));
  const auto kept = there ? Access{there->mode, there->uid, there->gid} : access;
  const auto beside = text(path, ".new");
  TRY(remove(beside));
  TRY(write_new(beside, bytes, kept));
  TRY(sync(beside));
  TRY(rename(beside, path));
  return sync(parent_of(path));
}

Result<> Disk::remove_tree(const Path& path) {
  const auto there = TRY(stat(path));
  if (there && there->type == FileMeta::Type::directory) {
    const auto names = TRY(list(path));
    for (const auto& name : *names) TRY(remove_tree(text(path, '/', name)));
  }
  return remove(path);
}

Result<> Disk::make_directories(const Path& path, const Access& access) {
  const auto there = TRY(stat(path));
  if (there) return {};
  TRY(make_directories(parent_of(path), access));
  const auto spot = TRY(locate_new(path));
  // Plain mkdir(2): born with its mode.
  write("mkdir", spot.path, SetName{spot.directory, spot.name, create(FileMeta::Type::directory, access, nothing())});
  changed(spot.path, true);
  return {};
}

Path Disk::resolved(const Path& path) const {
  const auto spot = locate(path);
  return spot && *spot ? (*spot)->path : path;
}

// Links on the way are followed when root owns them; the last name never is.
Read<Disk::Spot> Disk::locate(const Path& path) const {
  if (!path.starts_with('/')) return fail(Errc::invalid, "not an absolute path: ", path);
  if (text(path, '/').find("/../") != Path::npos) return fail(Errc::invalid, "a path with `..`: ", path);
  std::vector<std::string> todo;  // The next name is at the back.
  const auto push = [&todo](std::string_view names) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start < names.size();) {
      const auto end = std::min(names.find('/', start), names.size());
      if (end > start && names.substr(start, end - start) != ".") parts.emplace_back(names.substr(start, end - start));
      start = end + 1;
    }
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
  };
  push(path);
  std::vector<Spot> way{{.inode = root_inode, .path = "/"}};
  int links = 0;
  while (!todo.empty()) {
    const auto name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      if (way.size() > 1) way.pop_back();
      continue;
    }
    const auto directory = way.back().inode;
    if (at(directory).type != FileMeta::Type::directory) return std::nullopt;
    Spot spot{.directory = directory, .name = name, .path = text(way.size() > 1 ? way.back().path : "", '/', name)};
    const auto entry = at(directory).names.find(name);
    if (entry != at(directory).names.end()) spot.inode = entry->second;
    if (todo.empty()) return spot;
    if (!spot.there()) return std::nullopt;
    const auto& inode = at(spot.inode);
    if (inode.type == FileMeta::Type::symlink) {
      if (inode.access.uid != 0) return fail(Errc::denied, spot.path, " is a link that root does not own");
      if (++links > 40) return fail(Errc::invalid, "too many links on the way to ", path);
      if (inode.bytes->starts_with('/')) way.resize(1);
      push(*inode.bytes);
    } else {
      way.push_back(std::move(spot));
    }
  }
  return way.back();
}

Result<Disk::Spot> Disk::locate_new(const Path& path) const {
  auto spot = TRY(locate(path));
  if (!spot) return fail(Errc::not_found, "no directory for ", path);
  if (spot->there()) return fail(Errc::conflict, path, " is there already");
  if (is_kernel(spot->path)) return fail(Errc::denied, "cannot make ", path);
  if (spot->name.size() > 255) return fail(Errc::invalid, "the name of ", path, " is too long");
  return *std::move(spot);
}

Result<Disk::Spot> Disk::locate_there(const Path& path) const {
  auto spot = TRY(locate(path));
  if (!spot || !spot->there()) return fail(Errc::not_found, path, " is not there");
  return *std::move(spot);
}

InodeId Disk::create(FileMeta::Type type, const Access& access, std::shared_ptr<const Bytes> bytes) {
  const auto id = next_inode_++;
  Inode inode{.type = type, .access = access, .bytes = std::move(bytes), .changed = first_ctime + ++tick_ * tick_ns};
  // Unreachable in both states until a name leads to it there.
  durable_[id] = inode;
  seen_[id] = std::move(inode);
  return id;
}

void Disk::write(std::string_view operation, const Path& path, decltype(Write::what) what) {
  if (step_) step_(operation, path);
  Write one{std::move(what), first_ctime + ++tick_ * tick_ns};
  perform(seen_, one);
  const auto* named = std::get_if<SetName>(&one.what);
  garbage_ = garbage_ || std::holds_alternative<MoveName>(one.what) || (named != nullptr && named->inode == no_inode);
  if (is_volatile(path)) return perform(durable_, one);
  pending_.push_back(std::move(one));
}

void Disk::changed(const Path& path, bool names) {
  if (notify_) notify_({path, names, actor_});
}

Result<> Disk::check_room(std::uint64_t more) const {
  if (capacity_ && used() + more > *capacity_) return fail(Errc::unavailable, "no space left on device");
  return {};
}

}  // namespace flyball::os::sim
