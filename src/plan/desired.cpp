#include "plan/desired.hpp"

#include "plan/protected.hpp"

#include <algorithm>

namespace flyball::plan {

const DesiredResource* DesiredState::find(const ResourceId& id) const {
  const auto found = std::ranges::lower_bound(resources, id, {}, &DesiredResource::id);
  return found != resources.end() && found->id == id ? &*found : nullptr;
}

DesiredResource desired_resource(const ResourceId& id, const Digest& blob, const Result<Resolved>& resolved) {
  using Outcome = DesiredResource::Outcome;
  DesiredResource out{.id = id, .blob = blob};
  if (!resolved) {
    out.outcome = Outcome::unusable;
    out.message = resolved.error().message;
    return out;
  }
  out.relations = resolved->relations;
  switch (resolved->outcome) {
    case Resolved::Outcome::managed:
      if (const auto reason = protected_reason(id, *resolved->spec)) {
        out.outcome = Outcome::unusable;
        out.message = text("not managed: ", *reason);
        break;
      }
      out.spec = resolved->spec;
      out.digest = digest_of(id, *out.spec);
      break;
    case Resolved::Outcome::released:
      out.outcome = Outcome::released;
      break;
    case Resolved::Outcome::none:
      out.outcome = Outcome::none;
      break;
    case Resolved::Outcome::waiting:
      out.outcome = Outcome::waiting;
      out.message = text("the fact ", resolved->waiting_for, " is not known");
      break;
  }
  return out;
}

Digest digest_of(const ResourceId& id, const Spec& spec) {
  return sha256(text(id.str(), '\n', encode(spec).canonical()));
}

}  // namespace flyball::plan
