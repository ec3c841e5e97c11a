#pragma once

#include "agent/state_files.hpp"
#include "providers/provider.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace flyball::agent {

/// File contents by digest, in the directory `contents`: those that the manifest names and those that the ledger keeps.
/// A content whose bytes are not what its name says (a power cut tore it, the disk rots) counts as not here.
///
/// Many contents become durable together: `keep` writes, `flush` makes sure. Whoever records a digest flushes first.
class ContentStore final : public providers::Contents {
 public:
  explicit ContentStore(StateFiles& state) : state_(state) {}

  Result<> load();  ///< Learns what is here.

  Result<Bytes> read(const Digest& digest) override;
  Result<> keep(std::string_view bytes) override;  ///< Durable after `flush`.
  Result<> flush();

  bool has(const Digest& digest) const { return here_.contains(digest) || derived_.contains(digest); }
  /// Contents that came of facts are made anew whenever the facts are known, and only held in memory.
  void set_derived(std::map<Digest, Bytes> derived) { derived_ = std::move(derived); }
  /// Removes all others. What cannot be removed now is removed another time.
  void keep_only(const std::set<Digest>& wanted);

 private:
  os::Path directory() const { return state_.path("contents"); }
  os::Path path_of(const Digest& digest) const { return text(directory(), '/', hex(digest.bytes())); }

  static constexpr std::uint64_t max_bytes = std::uint64_t{64} << 20U;

  StateFiles& state_;
  std::set<Digest> here_;
  std::set<Digest> found_;  // Of those: here before us, and perhaps not durable.
  std::vector<Digest> unsynced_;
  std::map<Digest, Bytes> derived_;
};

}  // namespace flyball::agent
