#include "plan/make_plan.hpp"

#include "plan/order.hpp"

#include <algorithm>

namespace flyball::plan {
namespace {

using Outcome = DesiredResource::Outcome;

std::string release_cause(const DesiredState& desired) { return text("release ", desired.sequence); }

bool runs_once(const Spec& spec) {
  const auto* command = std::get_if<Command>(&spec);
  return command != nullptr && !command->check;
}

// A command that cannot be asked is done when this very text of it was run to its end.
std::vector<FieldChange> once(const LedgerEntry* entry, const Digest& digest) {
  if (entry != nullptr && entry->applied == digest) return {};
  return {{.field = "done", .before = false, .after = true}};
}

std::optional<Json> value_of(const std::optional<Spec>& spec, std::string_view field) {
  if (!spec) return std::nullopt;
  const auto fields = encode_observed(*spec);
  const auto* value = fields.find(field);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

// Plans the resources that git has, one by one.
class Planner {
 public:
  Planner(const DesiredState& desired, const Arrangement& arrangement, const ObservedState& observed,
          const Ledger& ledger, Plan& plan)
      : desired_(desired), arrangement_(arrangement), observed_(observed), ledger_(ledger), plan_(plan) {}

  void plan_all() {
    std::map<std::size_t, const DesiredResource*> in_order;
    for (const auto& [id, seen] : observed_) {
      const auto position = arrangement_.position.find(id);
      if (position != arrangement_.position.end()) in_order.emplace(position->second, desired_.find(id));
    }
    for (const auto& [position, wanted] : in_order) plan_one(*wanted);
  }

 private:
  void plan_one(const DesiredResource& wanted) {
    const auto seen = observed_.find(wanted.id);
    if (seen == observed_.end()) return;
    if (!seen->second) {
      plan_.conditions[wanted.id] = {
          .state = State::failed, .reason = "ObserveFailed", .message = seen->second.error().message};
      return;
    }
    auto step = make_step(wanted, *seen->second);
    if (!step.change.fields.empty() || step.replaces) {
      if (wanted.relations.manage == Manage::enforce) changing_.insert(wanted.id);
      plan_.steps.push_back(std::move(step));
    } else if (outdated(wanted)) {
      plan_.adoptions.push_back(wanted.id);
    }
  }

  Step make_step(const DesiredResource& wanted, const std::optional<Spec>& observed) {
    const auto* entry = find(ledger_, wanted.id);
    const auto digest = wanted.digest;
    Step step{.spec = wanted.spec};
    auto& change = step.change;
    change.id = wanted.id;
    change.fields = runs_once(*wanted.spec) ? once(entry, digest) : differences(*wanted.spec, observed);
    change.action = !observed ? Action::create : wants_absence(*wanted.spec) ? Action::remove : Action::update;
    if (entry != nullptr && entry->id.kind() != wanted.id.kind()) {
      step.replaces = entry->id;
      change.action = Action::update;
    }
    if (entry != nullptr) put_back_fields(step, *entry, wanted, observed);
    trigger(step, entry, wanted);
    give_reason(change, entry, wanted, digest);
    const auto& blocking = arrangement_.dependencies.at(wanted.id).blocking;
    step.after.assign(blocking.begin(), blocking.end());
    return step;
  }

  static void put_back_fields(Step& step, const LedgerEntry& entry, const DesiredResource& wanted,
                              const std::optional<Spec>& observed) {
    if (entry.baseline_id.kind() != wanted.id.kind()) return;
    for (const auto& field : leaving_fields(entry, wanted)) {
      auto before = value_of(entry.baseline, field);
      if (!before) continue;
      step.restores.push_back(field);
      auto now = value_of(observed, field);
      if (now != before)
        step.change.fields.push_back({.field = field, .before = std::move(now), .after = std::move(before)});
    }
  }

  // Started again when what was wanted of its triggers at its last completed start is not what is wanted now, or when
  // one of them is put right in this very plan.
  void trigger(Step& step, const LedgerEntry* entry, const DesiredResource& wanted) const {
    const auto* service = std::get_if<Service>(&*wanted.spec);
    if (service != nullptr && service->running == false) return;
    const bool starts = std::ranges::any_of(step.change.fields, [](const FieldChange& f) {
      return (f.field == "running" || f.field == "done") && f.after == Json(true);
    });
    if (starts) return;  // That is a start with all that is new.
    const auto& relations = wanted.relations;
    if (const auto why = fired(relations.restart_on, entry, entry != nullptr ? entry->restart : Digest{})) {
      step.restart = true;
      step.change.fields.push_back({.field = std::string(restart_field), .after = *why});
    } else if (const auto softer = fired(relations.reload_on, entry, entry != nullptr ? entry->reload : Digest{})) {
      step.reload = true;
      step.change.fields.push_back({.field = std::string(reload_field), .after = *softer});
    }
  }

  // The first of the triggers that asks for it.
  std::optional<std::string> fired(const std::vector<ResourceId>& triggers, const LedgerEntry* entry,
                                   const Digest& last) const {
    for (const auto& id : triggers) {
      if (changing_.contains(id)) return id.str();
    }
    const bool known = entry != nullptr && last != Digest{};
    if (triggers.empty() || (known && last == digest_of(triggers, desired_))) return std::nullopt;
    if (known) return triggers.front().str();
    // Never compared: whether one of them has changed since the service started is not known, so a change of ours
    // counts.
    for (const auto& id : triggers) {
      const auto* other = find(ledger_, id);
      if (other != nullptr && other->changed) return id.str();
    }
    return std::nullopt;
  }

  void give_reason(Change& change, const LedgerEntry* entry, const DesiredResource& wanted,
                   const Digest& digest) const {
    const bool same_kind = entry != nullptr && entry->id.kind() == wanted.id.kind();
    const bool only_triggered = std::ranges::all_of(
        change.fields, [](const FieldChange& f) { return f.field == restart_field || f.field == reload_field; });
    const bool corrective = same_kind && entry->applied == digest && !only_triggered;
    change.reason = corrective ? Reason::corrective : Reason::intended;
    if (corrective) return;  // Who did it is for the watches to say.
    const bool by_facts =
        same_kind && entry->blob == wanted.blob && entry->applied != digest && entry->applied != Digest{};
    change.cause = by_facts ? "facts" : release_cause(desired_);
  }

  // Whether the entry would be another one if it were made now.
  bool outdated(const DesiredResource& wanted) const {
    const auto* entry = find(ledger_, wanted.id);
    if (entry == nullptr || entry->applied != wanted.digest) return true;
    const auto& relations = wanted.relations;
    const auto stale = [&](const Digest& kept, const std::vector<ResourceId>& ids) {
      return !ids.empty() && kept != digest_of(ids, desired_);
    };
    return entry->blob != wanted.blob || entry->needs != relations.needs || !leaving_fields(*entry, wanted).empty() ||
           stale(entry->restart, relations.restart_on) || stale(entry->reload, relations.reload_on);
  }

  const DesiredState& desired_;
  const Arrangement& arrangement_;
  const ObservedState& observed_;
  const Ledger& ledger_;
  Plan& plan_;
  std::set<ResourceId> changing_;  // Has a step before the one that is being made.
};

Step release_step(const LedgerEntry& entry, const DesiredState& desired) {
  return {.work = Step::Work::release,
          .change = {.id = entry.id, .action = Action::release, .cause = release_cause(desired)}};
}

Step leaving_step(const LedgerEntry& entry, const DesiredState& desired) {
  Step step{.work = Step::Work::leave,
            .change = {.id = entry.id,
                       .action = entry.baseline ? Action::restore : Action::remove,
                       .cause = release_cause(desired)}};
  auto& fields = step.change.fields;
  if (!entry.baseline) {
    if (!wants_absence(entry.spec)) fields.push_back({.field = "ensure", .before = "present", .after = "absent"});
    return step;
  }
  if (wants_absence(entry.spec)) {
    fields.push_back({.field = "ensure", .before = "absent", .after = "present"});
    return step;
  }
  for (const auto& name : entry.managed) {
    auto before = value_of(entry.spec, name);
    auto after = value_of(entry.baseline, name);
    if (after && before != after)
      fields.push_back({.field = name, .before = std::move(before), .after = std::move(after)});
  }
  return step;
}

// The entries whose place git no longer manages, split into those that are put back and those that are let go.
struct Leaving {
  std::vector<const LedgerEntry*> back;
  std::vector<const LedgerEntry*> released;
};

Leaving find_leaving(const Arrangement& arrangement, const Ledger& ledger) {
  Leaving out;
  // Both are sorted by place.
  auto wanted = arrangement.places.begin();
  for (const auto& [place, entry] : ledger) {
    while (wanted != arrangement.places.end() && wanted->first < place) ++wanted;
    const bool is_wanted = wanted != arrangement.places.end() && wanted->first == place;
    if (!is_wanted) out.back.push_back(&entry);
    if (is_wanted && wanted->second == Outcome::released) out.released.push_back(&entry);
  }
  return out;
}

void keep_to_budget(Plan& plan, const DesiredState& desired, const Ledger& ledger) {
  const auto leaves = [](const Step& step) {
    return step.work != Step::Work::apply ||
           (step.change.action == Action::remove && step.change.reason == Reason::intended);
  };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(plan.steps, leaves));
  const auto budget = deletion_budget(ledger);
  if (count <= budget || desired.deletion_approved) return;
  for (auto& step : plan.steps) {
    if (!leaves(step)) continue;
    step.withheld = {
        .state = State::held,
        .reason = "DeletionBudget",
        .message = text(count, " of ", ledger.size(), " managed resources would leave at once, more than ", budget,
                        "; an admin lets it pass with: flyball release approve ", desired.sequence)};
  }
}

// What cannot be planned at all says why.
void tell_unplanned(Plan& plan, const DesiredState& desired) {
  for (const auto& resource : desired.resources) {
    if (resource.outcome == Outcome::waiting)
      plan.conditions[resource.id] = {.state = State::waiting, .reason = "UnknownFact", .message = resource.message};
    if (resource.outcome == Outcome::unusable)
      plan.conditions[resource.id] = {.state = State::failed, .reason = "Unsupported", .message = resource.message};
  }
}

}  // namespace

std::vector<FieldChange> Step::field_changes() const {
  std::vector<FieldChange> out;
  for (const auto& field : change.fields) {
    const bool own = field.field != restart_field && field.field != reload_field;
    if (own && std::ranges::find(restores, field.field) == restores.end()) out.push_back(field);
  }
  return out;
}

std::vector<std::string> leaving_fields(const LedgerEntry& entry, const DesiredResource& wanted) {
  std::vector<std::string> out;
  if (wants_absence(*wanted.spec)) return out;  // While it is to be gone, no field of it can return.
  auto managed = entry.managed;
  if (entry.id.kind() != wanted.id.kind()) {
    managed.clear();
    if (entry.baseline && entry.baseline_id.kind() == wanted.id.kind()) managed = managed_fields(*entry.baseline);
  }
  std::ranges::set_difference(managed, managed_fields(*wanted.spec), std::back_inserter(out));
  return out;
}

Digest digest_of(const std::vector<ResourceId>& ids, const DesiredState& desired) {
  std::string parts;
  for (const auto& id : ids) {
    const auto* resource = desired.find(id);
    const auto digest = resource != nullptr && resource->spec ? resource->digest.str() : "none";
    parts += text(id, ' ', digest, '\n');
  }
  return sha256(parts);
}

std::size_t deletion_budget(const Ledger& ledger) { return std::max<std::size_t>(20, ledger.size() / 5); }

Plan make_plan(const DesiredState& desired, const ObservedState& observed, const Ledger& ledger) {
  Plan plan;
  tell_unplanned(plan, desired);
  const auto arrangement = arrangement_of(desired);
  const auto leaving = find_leaving(*arrangement, ledger);
  const auto order = leaving_order(leaving.back);
  const auto leave = [&](const Leaver& leaver) {
    plan.steps.push_back(leaving_step(*find(ledger, leaver.id), desired));
    plan.steps.back().after = leaver.after;
  };

  for (const auto* entry : leaving.released) plan.steps.push_back(release_step(*entry, desired));
  for (const auto& leaver : order) {
    if (leaver.id.kind() == Service::kind) leave(leaver);
  }
  Planner(desired, *arrangement, observed, ledger, plan).plan_all();
  for (const auto& leaver : order) {
    if (leaver.id.kind() != Service::kind) leave(leaver);
  }
  keep_to_budget(plan, desired, ledger);
  return plan;
}

Plan withhold(Plan plan, const DesiredState& desired, Hold hold) {
  for (auto& step : plan.steps) {
    const auto* wanted = desired.find(step.change.id);
    if (hold == Hold::yes) {
      step.withheld = {.state = State::held, .reason = "Hold", .message = "correction is on hold on this device"};
    } else if (wanted != nullptr && wanted->relations.manage == Manage::observe && step.work == Step::Work::apply) {
      step.withheld = {.state = State::drifted, .reason = "Observe", .message = "only observed: differs from git"};
    }
  }
  // What is only observed never enters the ledger, so that it is never put back either.
  std::erase_if(plan.adoptions, [&](const ResourceId& id) {
    const auto* wanted = desired.find(id);
    return hold == Hold::yes || (wanted != nullptr && wanted->relations.manage == Manage::observe);
  });
  return plan;
}

}  // namespace flyball::plan
