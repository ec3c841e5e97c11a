#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace flyball::trust {

/// What a release may do that more people should look at. Kept in the formats; mode `open` asks for none of them.
enum class RiskClass { agent, connectivity, deletion, duties, emergency, identity, reach };
std::string_view name(RiskClass risk);
std::optional<RiskClass> parse_risk(std::string_view word);

/// The version of the output format that this build writes and reads: equal versions, equal roots.
inline constexpr std::uint64_t compiler_version = 1;

/// What gets signed for a release. Its digest is the digest of its canonical bytes.
struct ReleaseStatement {
  static constexpr std::string_view kind = "flyball-release@v1";
  static constexpr std::size_t max_bytes = 16 * 1024;

  /// The statement before this one.
  struct Previous {
    Revision revision;
    Digest statement;
    bool operator==(const Previous&) const = default;
  };

  std::string branch;  ///< `refs/heads/main`
  std::uint64_t compiler = compiler_version;
  std::uint64_t duties = 1;  ///< Version of the trust document whose rules judge it.
  WallTime not_before;
  WallTime expires;                  ///< After `not_before`. Past it the approval is stale; what runs goes on.
  std::uint64_t leaves = 0;          ///< Number of entries of the tree.
  Digest policy;                     ///< Of duties, guards, rollouts and windows.
  std::optional<Previous> previous;  ///< None for the first release.
  RepositoryId repository;
  Revision revision;
  std::set<RiskClass> risk;
  Digest root;
  Sequence sequence;                 ///< From 1; strictly grows, with gaps.
  Digest snapshot;                   ///< See `snapshot_digest`.
  std::set<std::string> submitters;  ///< Who wrote it; empty where nobody proves authorship (`open`).

  Bytes encode() const;  ///< Canonical.
  Digest digest() const { return sha256(encode()); }
  static Result<ReleaseStatement> decode(std::string_view bytes);  ///< Refuses all but what `encode` writes.
  bool operator==(const ReleaseStatement&) const = default;
};

}  // namespace flyball::trust
