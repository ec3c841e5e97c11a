#include "agent/observer.hpp"

#include "plan/order.hpp"

#include <ranges>

namespace flyball::agent {

const Json& notes_of(const plan::Ledger& ledger, const ResourceId& id) {
  static const Json none;
  const auto* entry = plan::find(ledger, id);
  return entry != nullptr && entry->id == id ? entry->notes : none;
}

plan::ObservedState Observer::observe(const plan::DesiredState& desired, const plan::Ledger& ledger,
                                      const Scope& scope) const {
  const auto arrangement = plan::arrangement_of(desired);
  plan::ObservedState out;
  const auto look = [&](const plan::DesiredResource& resource) {
    if (resource.spec) out.emplace(resource.id, observe_one(resource, ledger, arrangement->managed));
  };
  if (scope.all) {
    for (const auto& resource : desired.resources) look(resource);
    return out;
  }
  for (const auto& [id, cause] : scope.dirty) {
    if (const auto* resource = desired.find(id)) look(*resource);
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

std::set<os::Path> Observer::paths(const plan::Ledger& ledger) const {
  std::set<os::Path> out;
  for (const auto& entry : ledger | std::views::values) {
    auto* provider = provider_of_(entry.id.kind());
    if (provider == nullptr) continue;
    for (const auto& watch : provider->watches({.id = entry.id, .desired = entry.spec, .notes = entry.notes}))
      if (watch.facility == os::Watch::Facility::path) out.insert(watch.name);
  }
  return out;
}

std::set<ResourceId> unfinished(const plan::DesiredState& desired, const plan::Ledger& ledger) {
  std::set<ResourceId> out;
  for (const auto& resource : desired.resources) {
    const auto* entry = resource.spec ? plan::find(ledger, resource.id) : nullptr;
    if (resource.spec && (entry == nullptr || entry->applied != resource.digest)) out.insert(resource.id);
  }
  return out;
}

}  // namespace flyball::agent
