#pragma once

#include "agent/device_store.hpp"
#include "plan/desired.hpp"

#include <map>
#include <set>
#include <vector>

namespace flyball::agent {

/// A manifest with its blobs, as this device wants it with these facts at that time.
struct Resolution {
  plan::DesiredState desired;
  std::set<Digest> contents;        ///< What has to be on this device to make it so.
  std::map<Digest, Bytes> derived;  ///< Contents that came of facts.
  bool moves = false;               ///< Hangs on facts or dates: to be resolved again as they change.
};

/// A blob that this version cannot read leaves its resource unusable, and no other.
Resolution resolve_all(const Resources& resources, const Adopted& adopted, const Facts& facts, WallTime now);

/// The digests of file contents that any variant of these blobs names.
std::set<Digest> all_contents(const std::vector<Bytes>& blobs);

}  // namespace flyball::agent
