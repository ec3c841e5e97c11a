#pragma once

#include "base/digest.hpp"
#include "model/ids.hpp"
#include "resources/resource.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flyball::plan {

/// A resource as this device wants it now: what a manifest's entry came to once facts were known.
struct DesiredResource {
  enum class Outcome {
    managed,   ///< As `spec` says.
    released,  ///< `null` in git: managed no more, left as it is.
    none,      ///< As if it were not in git.
    waiting,   ///< A fact is not known: it stays as it is, whatever that is.
    unusable,  ///< This version cannot read it: it fails alone.
  };
  ResourceId id;
  Digest blob;  ///< Of its entry in the manifest.
  Outcome outcome = Outcome::managed;
  std::optional<Spec> spec;  ///< When managed.
  Digest digest;             ///< `digest_of(id, *spec)` when managed.
  Relations relations;
  std::string message;  ///< When waiting or unusable: why.
};

struct Arrangement;

/// All resources of one device, resolved.
struct DesiredState {
  Digest manifest;
  Sequence sequence;
  bool deletion_approved = false;          ///< The release says so: the deletion budget does not apply.
  std::vector<DesiredResource> resources;  ///< Sorted by id, each once.
  /// `arrange` of exactly these resources, where many plans are made of them; null: worked out for each.
  std::shared_ptr<const Arrangement> arrangement{};

  const DesiredResource* find(const ResourceId& id) const;
};

/// What `resolve` made of a resource, or why it could not. What is protected is unusable.
DesiredResource desired_resource(const ResourceId& id, const Digest& blob, const Result<Resolved>& resolved);

/// The digest of what is wanted of a resource: its fields with facts filled in. It moves when the release or a fact
/// moves it, and then a change is intended; while it stands still, a change is corrective.
Digest digest_of(const ResourceId& id, const Spec& spec);

}  // namespace flyball::plan
