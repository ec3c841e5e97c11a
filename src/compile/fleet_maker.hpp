#pragma once

#include "compile/fleet.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

/// Fleets by hand, for this folder's tests.
namespace flyball::compile {

using Wanted = std::pair<std::string, SpecBlob>;  ///< `file:/etc/motd` and what is wanted of it.

inline SpecBlob wants(Json fields, Relations relations = {}) {
  return {.variants = {{.fields = std::move(fields), .relations = std::move(relations)}}};
}
inline SpecBlob wants_nothing_special() { return wants(Json::Object{}); }
inline SpecBlob wants_absent() { return wants(Json::Object{{"ensure", "absent"}}); }
inline SpecBlob lets_go() { return {.variants = {{.outcome = Variant::Outcome::released}}}; }

class FleetMaker {
 public:
  FleetMaker& device(const std::string& name, const std::vector<Wanted>& wanted, const std::string& group = "all") {
    auto manifest = std::make_shared<Manifest>();
    for (const auto& [id, blob] : wanted) manifest->resources.emplace_back(*ResourceId::parse(id), put(blob.encode()));
    std::ranges::sort(manifest->resources);
    const auto digest = manifest->digest();
    fleet_.devices[DeviceId(name)] = {
        .id = DeviceId(name), .group = GroupPath(group), .manifest = std::move(manifest), .digest = digest};
    return *this;
  }
  /// A file's content, kept as a blob: its digest as a field holds it.
  Json content(const std::string& bytes) { return put(bytes).str(); }
  FleetMaker& guards(Guards guards) {
    fleet_.guards = guards;
    return *this;
  }
  Fleet fleet() const { return fleet_; }

 private:
  Digest put(const Bytes& bytes) {
    const auto digest = sha256(bytes);
    fleet_.blobs[digest] = std::make_shared<const Bytes>(bytes);
    return digest;
  }
  Fleet fleet_;
};

/// That many packages, `package:p0` and on.
inline std::vector<Wanted> packages(int count, const SpecBlob& blob = wants_nothing_special(), int first = 0) {
  std::vector<Wanted> out;
  for (int i = first; i < first + count; ++i) out.emplace_back(text("package:p", i), blob);
  return out;
}
inline std::vector<Wanted> operator+(std::vector<Wanted> a, const std::vector<Wanted>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace flyball::compile
