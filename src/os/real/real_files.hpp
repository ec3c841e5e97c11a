#pragma once

#include "os/files.hpp"
#include "os/real/resolver.hpp"

namespace flyball::os::real {

/// The files of this machine, or of a device that is a folder: "/etc/x" is then <root>/etc/x, and nothing leads out of
/// it. Who is not root gives files only to itself; anything else is `denied`. One thread.
///
/// Every call walks the way anew. An open directory kept for the next call would save a system call or two, but it
/// would show a directory that has been moved away since, and keep its file system busy.
class RealFiles final : public Files {
 public:
  static Result<RealFiles> open(const std::string& root);

  Read<Bytes> read(const Path& path, std::uint64_t max_bytes) override;
  Read<FileMeta> stat(const Path& path) override;
  Read<FileView> look(const Path& path, std::uint64_t max_bytes) override;  ///< Four system calls.
  Read<std::string> read_link(const Path& path) override;
  Read<std::vector<std::string>> list(const Path& directory) override;
  Result<std::uint64_t> room(const Path& path) override;

  Result<> write_new(const Path& path, std::string_view bytes, const Access& access) override;
  Result<> make_directory(const Path& path, const Access& access) override;
  Result<> make_link(const Path& path, const std::string& target, const Access& access) override;
  Result<> set_access(const Path& path, const Access& access) override;
  Result<> rename(const Path& from, const Path& to) override;
  Result<> remove(const Path& path) override;
  Result<> sync(const Path& path) override;
  Result<> sync_all(const std::vector<Path>& paths) override;  ///< Many: by syncfs(2), once for each file system.
  /// Only below /proc and /sys: anything else is `unsupported`, since it could be left half written.
  Result<> write_kernel(const Path& path, std::string_view bytes) override;

 private:
  explicit RealFiles(Resolver resolver) : resolver_(std::move(resolver)) {}
  Result<Place> place_to_change(const Path& path, std::string_view what);

  Resolver resolver_;
};

}  // namespace flyball::os::real
