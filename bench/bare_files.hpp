#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The floor of an agent's work on files: bare programs that do the same to the same files, without a plan, a ledger,
/// a report, or a thought for links and power cuts.
namespace flyball::bench {

struct BareFile {
  std::string path;  ///< As this machine sees it.
  std::string content;
  std::uint32_t mode = 0644;
};

/// How many differ: each is opened, looked at, read and compared.
Result<std::size_t> check(const std::vector<BareFile>& files);
/// Writes each under a temporary name and renames it; one syncfs(2) at the end makes all durable.
Result<> write_all(const std::vector<BareFile>& files);
/// Writes one so that it is old or new whenever the power goes: a temporary file, fsync, rename.
Result<> replace(const BareFile& file);
/// Changes it in place, as an editor or a stray script does.
Result<> scribble(const BareFile& file);

}  // namespace flyball::bench
