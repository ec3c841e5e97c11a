#include "bare_files.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::bench {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path) {
  return fail(Errc::unavailable, what, ' ', path, ": ", std::strerror(errno));
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Leaves it open, or -1.
int write_to(const std::string& path, const BareFile& file) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  const auto put = ::write(fd, file.content.data(), file.content.size());
  if (put == static_cast<ssize_t>(file.content.size()) && ::fchmod(fd, file.mode) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

Result<std::size_t> check(const std::vector<BareFile>& files) {
  std::size_t different = 0;
  std::string bytes;
  for (const auto& file : files) {
    const int fd = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("cannot open", file.path);
    struct stat there{};
    ::fstat(fd, &there);
    bytes.resize(static_cast<std::size_t>(there.st_size));
    const auto got = ::read(fd, bytes.data(), bytes.size());
    ::close(fd);
    if (got != there.st_size) return failed("cannot read", file.path);
    if (bytes != file.content || (there.st_mode & 07777U) != file.mode || there.st_uid != ::geteuid()) ++different;
  }
  return different;
}

Result<> write_all(const std::vector<BareFile>& files) {
  for (const auto& file : files) {
    const auto temporary = file.path + ".new";
    const int fd = write_to(temporary, file);
    if (fd < 0) return failed("cannot write", temporary);
    ::close(fd);
    if (::rename(temporary.c_str(), file.path.c_str()) != 0) return failed("cannot rename", temporary);
  }
  const int fd = ::open(folder_of(files.at(0).path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool durable = fd >= 0 && ::syncfs(fd) == 0;
  ::close(fd);
  return durable ? Result<>{} : failed("cannot sync", files[0].path);
}

Result<> replace(const BareFile& file) {
  const auto temporary = file.path + ".new";
  const int fd = write_to(temporary, file);
  if (fd < 0 || ::fsync(fd) != 0) return failed("cannot write", temporary);
  ::close(fd);
  if (::rename(temporary.c_str(), file.path.c_str()) != 0) return failed("cannot rename", temporary);
  return {};
}

Result<> scribble(const BareFile& file) {
  const int fd = ::open(file.path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (fd < 0) return failed("cannot open", file.path);
  constexpr std::string_view other = "scribbled\n";
  const auto put = ::write(fd, other.data(), other.size());
  ::close(fd);
  return put == static_cast<ssize_t>(other.size()) ? Result<>{} : failed("cannot write", file.path);
}

}  // namespace flyball::bench
