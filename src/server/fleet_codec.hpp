#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "compile/fleet.hpp"
#include "model/snapshot.hpp"

#include <string_view>

namespace flyball::server {

// How snapshots and what they compile to travel between the server and its compile worker. Both ends are the same
// program, so the form is compact and has no versions. Decoding trusts nothing: it refuses, as `corrupt`, all bytes but
// those that encoding the result gives again; digests are not sent but worked out anew.

Bytes encode_snapshot(const Snapshot& snapshot);
Result<Snapshot> decode_snapshot(std::string_view bytes);

/// Equal manifests and blobs are written once, however many devices share them, and shared again when decoded.
Bytes encode_compiled(const compile::Compiled& compiled);
Result<compile::Compiled> decode_compiled(std::string_view bytes);

}  // namespace flyball::server
