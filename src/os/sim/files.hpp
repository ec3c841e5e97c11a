#pragma once

#include "os/files.hpp"
#include "os/sim/disk.hpp"
#include "os/sim/fuse.hpp"

namespace flyball::os::sim {

/// The port `Files` over a simulated disk. Every call, and every write a call is made of, passes the fuse.
class SimFiles : public Files {
 public:
  SimFiles(Disk& disk, Fuse& fuse) : disk_(disk), fuse_(fuse) {}

  Read<Bytes> read(const Path& path, std::uint64_t max_bytes) override;
  Read<FileMeta> stat(const Path& path) override;
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
  Result<> write_kernel(const Path& path, std::string_view bytes) override;

 private:
  Disk& disk_;
  Fuse& fuse_;
};

}  // namespace flyball::os::sim
