#include "cli/local_files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> os_error(const std::string& path, int error) {
  const auto code = error == EACCES || error == EPERM ? Errc::denied
                    : error == ENOENT                 ? Errc::not_found
                    : error == EEXIST                 ? Errc::conflict
                                                      : Errc::unavailable;
  return fail(code, path, ": ", std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<> write_all(int fd, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return os_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> make_directories_above(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  return error ? Result<>(os_error(fs::path(path).parent_path(), error.value())) : Result<>();
}

Result<SnapshotFile> read_entry(const std::string& path, const struct stat& status) {
  using Type = SnapshotFile::Type;
  if (S_ISLNK(status.st_mode)) {
    std::error_code error;
    const auto target = fs::read_symlink(path, error).string();
    if (error) return os_error(path, error.value());
    return SnapshotFile{.type = Type::symlink, .size = target.size(), .bytes = std::make_shared<const Bytes>(target)};
  }
  if (S_ISDIR(status.st_mode)) return SnapshotFile{.type = Type::submodule};
  SnapshotFile out{.type = (status.st_mode & 0111U) != 0 ? Type::executable : Type::regular,
                   .size = static_cast<std::uint64_t>(status.st_size)};
  if (!S_ISREG(status.st_mode) || out.size > SnapshotFile::max_file_bytes) return out;
  out.bytes = std::make_shared<const Bytes>(TRY(read_file(path)));
  out.size = out.bytes->size();
  return out;
}

}  // namespace

bool exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

Result<std::string> real_directory(const std::string& path) {
  std::error_code error;
  const auto found = fs::canonical(path, error);
  if (error) return os_error(path, error.value());
  if (!fs::is_directory(found, error)) return fail(Errc::not_found, path, ": not a directory");
  return found.string();
}

Result<std::vector<std::string>> files_below(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, fs::directory_options::none, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    const auto status = at->symlink_status(error);
    if (error) break;
    if (status.type() == fs::file_type::directory) {
      if (at->path().filename() == ".git") at.disable_recursion_pending();
      continue;
    }
    out.push_back(at->path().lexically_relative(directory).string());
  }
  if (error) return fail(Errc::unavailable, "cannot list ", directory, ": ", error.message());
  std::ranges::sort(out);
  return out;
}

Result<Snapshot> read_files(const std::string& directory, const std::vector<std::string>& paths) {
  Snapshot out;
  for (const auto& relative : paths) {
    const auto path = text(directory, '/', relative);
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;  // Deleted, and git has not been told.
      return os_error(path, errno);
    }
    out.files.emplace(relative, TRY(read_entry(path, status)));
  }
  return out;
}

Result<Bytes> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return os_error(path, errno);
  Bytes out;
  char block[64 * 1024];
  for (;;) {
    const auto got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error(path, errno);
    if (got == 0) return out;
    out.append(block, static_cast<std::size_t>(got));
  }
}

Result<> write_new_file(const std::string& path, std::string_view bytes) {
  TRY(make_directories_above(path));
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) return os_error(path, errno);
  return write_all(file.get(), path, bytes);
}

Result<> write_private_file(const std::string& path, std::string_view bytes) {
  TRY(make_directories_above(path));
  const auto temporary = path + ".new";
  ::unlink(temporary.c_str());
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return os_error(temporary, errno);
    TRY(write_all(file.get(), temporary, bytes));
    if (::fsync(file.get()) != 0) return os_error(temporary, errno);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return os_error(path, errno);
  return {};
}

}  // namespace flyball::cli
