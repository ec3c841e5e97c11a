#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "model/facts.hpp"
#include "model/ids.hpp"
#include "resources/spec.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

enum class Manage {
  enforce,  ///< Put it right.
  observe,  ///< Report drift, change nothing.
};

/// How a resource stands to others; the same for every kind.
struct Relations {
  std::vector<ResourceId> needs;  ///< Applied after these, and not while one of them fails. Sorted.
  std::vector<ResourceId>
      restart_on;  ///< Services: restarted when one of these changed. Commands: run again (`on_change`).
  std::vector<ResourceId> reload_on;  ///< Services: reloaded when one of these changed.
  std::vector<std::string> released;  ///< Fields that git says `null` of: managed no more, left as they are. Sorted.
  Manage manage = Manage::enforce;
  bool operator==(const Relations&) const = default;
};

/// One complete way a resource may be wanted. The fields are JSON because a text may still hold facts:
/// `{"parts":["NTP=",{"fact":"os.id"}]}` stands where a text is meant.
struct Variant {
  enum class Outcome {
    managed,   ///< As the fields say.
    released,  ///< `null` in git: managed no more, left as it is.
    none,      ///< As if it were not in git.
  };
  When when;  ///< Decided on the device.
  Outcome outcome = Outcome::managed;
  Json fields{Json::Object{}};
  Relations relations;
  bool operator==(const Variant&) const = default;
};

/// What a manifest's digest of a resource stands for: its variants in order; the first whose condition holds wins,
/// and none when no condition does. Canonical JSON (DECISIONS: manifest and blobs).
struct SpecBlob {
  static constexpr std::string_view kind = "flyball-spec@v1";
  static constexpr std::size_t max_variants = 16;
  std::vector<Variant> variants;

  Bytes encode() const;
  /// Refuses all but the canonical bytes.
  static Result<SpecBlob> decode(std::string_view bytes);
  bool operator==(const SpecBlob&) const = default;
};

/// The digests of file contents that a blob refers to: what a device needs besides the blob itself.
std::vector<Digest> contents_of(const SpecBlob& blob);

/// A resource as one device wants it now.
struct Resolved {
  enum class Outcome { managed, released, none, waiting };
  Outcome outcome = Outcome::none;
  std::optional<Spec> spec;  ///< When managed.
  Relations relations;
  std::string waiting_for;           ///< When waiting: the facts that are not known, `os.id, tpm`.
  std::map<Digest, Bytes> contents;  ///< Contents that came of facts, by the digests the spec names.
};

/// Chooses the variant and fills in facts. A fact that is not known leaves the resource waiting, never leaving.
/// `unsupported` for a kind or field this version does not know: that resource fails alone.
Result<Resolved> resolve(const ResourceId& id, const SpecBlob& blob, const Facts& facts, WallTime now);

}  // namespace flyball
