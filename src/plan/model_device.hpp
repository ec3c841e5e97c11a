#pragma once

#include "plan/make_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace flyball::plan {

/// A device for tests that is nothing but a map: what is there, by place. Applies plans by the rules of the ledger, as
/// the agent does with providers.
class ModelDevice {
 public:
  struct Thing {
    ResourceId id;
    Spec spec;
    bool operator==(const Thing&) const = default;
  };
  std::map<Place, Thing> things;
  Ledger ledger;
  std::vector<ResourceId> restarted;

  std::optional<Spec> look(const ResourceId& id) const {
    const auto found = things.find(place_of(id));
    if (found == things.end() || found->second.id.kind() != id.kind()) return std::nullopt;
    return found->second.spec;
  }

  /// On a device every field has some value.
  void put(const ResourceId& id, const Spec& spec) {
    auto fields = encode_observed(spec);
    const auto usual = usual_fields(id.kind());
    for (const auto& [name, value] : *usual.object()) {
      if (fields.find(name) == nullptr) fields[name] = value;
    }
    things.insert_or_assign(place_of(id), Thing{id, decode_observed(id.kind(), fields).value()});
  }

  Plan plan(const DesiredState& desired) const {
    ObservedState observed;
    for (const auto& resource : desired.resources) {
      if (resource.spec) observed.emplace(resource.id, look(resource.id));
    }
    return make_plan(desired, observed, ledger);
  }

  /// All of it, or only the first `limit` steps, as if the power went then.
  void apply(const Plan& plan, const DesiredState& desired, std::size_t limit = SIZE_MAX) {
    for (const auto& id : plan.adoptions) {
      enter_ledger(*desired.find(id));
      finish(*desired.find(id), desired);
    }
    for (const auto& step : plan.steps) {
      if (step.withheld) continue;
      if (limit-- == 0) return;
      if (step.work == Step::Work::apply) make(step, desired);
      if (step.work == Step::Work::leave) put_back(step.change.id);
      if (step.work == Step::Work::release) ledger.erase(place_of(step.change.id));
    }
  }

  /// Plans and applies until nothing is left; how often that took.
  int converge(const DesiredState& desired) {
    for (int rounds = 0;; ++rounds) {
      const auto next = plan(desired);
      if (next.empty() || rounds == 5) return rounds;
      apply(next, desired);
    }
  }

 private:
  static Json usual_fields(std::string_view kind) {
    if (kind == File::kind || kind == Directory::kind)
      return Json::parse(R"({"mode":"0755","owner":"root","group":"root"})").value();
    if (kind == User::kind) return Json::parse(R"({"shell":"/bin/bash"})").value();
    if (kind == Package::kind) return Json::parse(R"({"version":"0.9"})").value();
    if (kind == Service::kind) return Json::parse(R"({"running":false,"enabled":false})").value();
    return Json(Json::Object{});
  }

  void make(const Step& step, const DesiredState& desired) {
    const auto& wanted = *desired.find(step.change.id);
    enter_ledger(wanted);
    if (step.replaces) things.erase(place_of(wanted.id));
    set_fields(wanted, step);
    if (step.restart) restarted.push_back(wanted.id);
    ledger.at(place_of(wanted.id)).changed = true;
    finish(wanted, desired);
  }

  void enter_ledger(const DesiredResource& wanted) {
    std::optional<Taken> taken;
    if (needs_baseline(ledger, wanted)) taken = Taken{.spec = look_at_place(wanted.id)};
    enter(ledger, wanted, taken);
  }

  std::optional<Spec> look_at_place(const ResourceId& id) const {
    const auto found = things.find(place_of(id));
    return found == things.end() ? std::nullopt : std::optional(found->second.spec);
  }

  void finish(const DesiredResource& wanted, const DesiredState& desired) {
    complete(ledger, wanted.id,
             {.restored = leaving_fields(*find(ledger, wanted.id), wanted),
              .restart = digest_of(wanted.relations.restart_on, desired),
              .reload = digest_of(wanted.relations.reload_on, desired)});
  }

  void set_fields(const DesiredResource& wanted, const Step& step) {
    if (wants_absence(*wanted.spec)) return void(things.erase(place_of(wanted.id)));
    const auto before = look(wanted.id);
    auto fields = before ? encode_observed(*before) : Json(Json::Object{});
    const auto want = encode_observed(*wanted.spec);
    for (const auto& name : managed_fields(*wanted.spec)) fields[name] = *want.find(name);
    for (const auto& change : step.change.fields) {
      if (std::ranges::find(step.restores, change.field) != step.restores.end()) fields[change.field] = *change.after;
    }
    put(wanted.id, decode_observed(wanted.id.kind(), fields).value());
  }

  void put_back(const ResourceId& id) {
    const auto place = place_of(id);
    const auto entry = ledger.extract(place).mapped();
    if (!entry.baseline) return void(things.erase(place));
    if (entry.baseline_id.kind() != id.kind() || !look(id)) return put(entry.baseline_id, *entry.baseline);
    auto fields = encode_observed(*look(id));
    const auto old = encode_observed(*entry.baseline);
    for (const auto& name : entry.managed) {
      if (const auto* value = old.find(name)) fields[name] = *value;
    }
    put(id, decode_observed(id.kind(), fields).value());
  }
};

}  // namespace flyball::plan
