#include "agent/observer.hpp"

#include "plan/make_plan.hpp"

#include <algorithm>

namespace flyball::agent {

std::set<ResourceId> managed_ids(const plan::DesiredState& desired) {
  std::set<ResourceId> out;
  for (const auto& resource : desired.resources) {
    if (resource.spec) out.insert(resource.id);
  }
  return out;
}

const Json& notes_of(const plan::Ledger& ledger, const ResourceId& id) {
  static const Json none;
  const auto* entry = plan::find(ledger, id);
  return entry != nullptr && entry->id == id ? entry->notes : none;
}

plan::ObservedState Observer::observe(const plan::DesiredState& desired, const plan::Ledger& ledger,
                                      const Scope& scope) const {
  const auto managed = managed_ids(desired);
  plan::ObservedState out;
  for (const auto& resource : desired.resources) {
    if (!resource.spec || !(scope.all || scope.dirty.contains(resource.id))) continue;
    out.emplace(resource.id, observe_one(resource, ledger, managed));
  }
  return out;
}

Result<std::optional<Spec>> Observer::observe_one(const plan::DesiredResource& wanted, const plan::Ledger& ledger,
                                                  const std::set<ResourceId>& managed) const {
  auto* provider = provider_of_(wanted.id.kind());
  if (provider == nullptr) return fail(Errc::unsupported, "this device has nothing that manages a ", wanted.id.kind());
  return provider->observe(
      {.id = wanted.id, .desired = *wanted.spec, .notes = notes_of(ledger, wanted.id), .managed = &managed});
}

std::map<os::Watch, std::set<ResourceId>> Observer::watches(const plan::DesiredState& desired,
                                                            const plan::Ledger& ledger) const {
  std::map<os::Watch, std::set<ResourceId>> out;
  for (const auto& resource : desired.resources) {
    auto* provider = resource.spec ? provider_of_(resource.id.kind()) : nullptr;
    if (provider == nullptr) continue;
    const auto& notes = notes_of(ledger, resource.id);
    for (const auto& watch : provider->watches({.id = resource.id, .desired = *resource.spec, .notes = notes}))
      out[watch].insert(resource.id);
  }
  return out;
}

Scope widened(const Scope& scope, const plan::DesiredState& desired, const plan::Ledger& ledger) {
  if (scope.all) return scope;
  Scope out = scope;
  const auto in_scope = [&](const ResourceId& id) { return scope.dirty.contains(id); };
  for (const auto& resource : desired.resources) {
    if (!resource.spec) continue;
    const auto* entry = plan::find(ledger, resource.id);
    const bool interrupted = entry == nullptr || entry->applied != resource.digest;
    const auto& relations = resource.relations;
    if (interrupted || std::ranges::any_of(relations.restart_on, in_scope) ||
        std::ranges::any_of(relations.reload_on, in_scope))
      out.dirty.try_emplace(resource.id);
  }
  return out;
}

}  // namespace flyball::agent
