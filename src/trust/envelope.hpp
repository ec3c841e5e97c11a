#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "trust/tree.hpp"
#include "trust/trust_document.hpp"

#include <string_view>
#include <vector>

namespace flyball::trust {

/// What a device is offered: which manifest, and all it needs to see that it may take it. Documents inside are their
/// exact bytes. Later versions add freshness, wraps, a deploy statement and earlier statements.
struct Envelope {
  static constexpr std::string_view kind = "flyball-envelope@v1";
  static constexpr std::size_t max_rest = 256 * 1024;  ///< All but statement and trust documents, as written.
  static constexpr std::size_t max_bytes = 8 * 1024 * 1024;
  static constexpr std::size_t max_trust_documents = 64;

  SignedBytes statement;
  Digest manifest;
  Proof proof;  ///< That `manifest` is this device's entry of the tree.
  SignedBytes member;
  std::vector<SignedBytes> trust;  ///< What follows the version that the device holds, in order.

  Bytes encode() const;                                    ///< Canonical.
  static Result<Envelope> decode(std::string_view bytes);  ///< Refuses all but what `encode` writes.
  bool operator==(const Envelope&) const = default;
};

}  // namespace flyball::trust
