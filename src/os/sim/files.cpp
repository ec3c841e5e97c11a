#include "os/sim/files.hpp"

#include "base/text.hpp"

namespace flyball::os::sim {

Read<Bytes> SimFiles::read(const Path& path, std::uint64_t max_bytes) {
  TRY(fuse_.read_call("read", path), "cannot read ", path);
  return disk_.read(path, max_bytes);
}

Read<FileMeta> SimFiles::stat(const Path& path) {
  TRY(fuse_.read_call("stat", path), "cannot look at ", path);
  return disk_.stat(path);
}

Read<std::string> SimFiles::read_link(const Path& path) {
  TRY(fuse_.read_call("readlink", path), "cannot read the link ", path);
  return disk_.read_link(path);
}

Read<std::vector<std::string>> SimFiles::list(const Path& directory) {
  TRY(fuse_.read_call("list", directory), "cannot list ", directory);
  return disk_.list(directory);
}

Result<std::uint64_t> SimFiles::room(const Path& path) {
  TRY(fuse_.read_call("room", path), "cannot tell the room at ", path);
  return disk_.room();
}

Result<> SimFiles::write_new(const Path& path, std::string_view bytes, const Access& access) {
  TRY(fuse_.call("write_new", path), "cannot write ", path);
  return disk_.write_new(path, bytes, access);
}

Result<> SimFiles::make_directory(const Path& path, const Access& access) {
  TRY(fuse_.call("make_directory", path), "cannot make ", path);
  return disk_.make_directory(path, access);
}

Result<> SimFiles::make_link(const Path& path, const std::string& target, const Access& access) {
  TRY(fuse_.call("make_link", path), "cannot make ", path);
  return disk_.make_link(path, target, access);
}

Result<> SimFiles::set_access(const Path& path, const Access& access) {
  TRY(fuse_.call("set_access", path), "cannot set owner and mode of ", path);
  return disk_.set_access(path, access);
}

Result<> SimFiles::rename(const Path& from, const Path& to) {
  TRY(fuse_.call("rename", to), "cannot rename ", from, " to ", to);
  return disk_.rename(from, to);
}

Result<> SimFiles::remove(const Path& path) {
  TRY(fuse_.call("remove", path), "cannot remove ", path);
  return disk_.remove(path);
}

Result<> SimFiles::sync(const Path& path) {
  if (auto done = fuse_.call("sync", path); !done) {
    if (!fuse_.blown()) disk_.fail_sync(path);
    return fail(done.error().code, "cannot sync ", path, ": ", done.error().message);
  }
  return disk_.sync(path);
}

Result<> SimFiles::write_kernel(const Path& path, std::string_view bytes) {
  TRY(fuse_.call("write_kernel", path), "cannot write ", path);
  return disk_.write_kernel(path, bytes);
}

}  // namespace flyball::os::sim
