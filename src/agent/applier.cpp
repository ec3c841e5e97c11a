#include "agent/applier.hpp"

#include "agent/content_diff.hpp"
#include "agent/observer.hpp"
#include "plan/make_plan.hpp"
#include "plan/order.hpp"

#include <algorithm>

namespace flyball::agent {

using plan::Step;

namespace {

// A step of these may change what the steps after it would find.
bool far_reaching(const Step& step) {
  const auto kind = step.change.id.kind();
  return kind == Package::kind || kind == Command::kind;
}

bool in_file_system(const Step& step) {
  const auto kind = step.change.id.kind();
  return kind == File::kind || kind == Directory::kind || kind == Link::kind;
}

bool fits(const Step& first, const Step& next) {
  return !far_reaching(first) && !far_reaching(next) && in_file_system(first) == in_file_system(next);
}

// Batches of steps that leave alone what the others of the batch find.
std::vector<std::span<const Step>> batches(std::span<const Step> steps) {
  std::vector<std::span<const Step>> out;
  for (std::size_t begin = 0; begin < steps.size();) {
    auto end = begin + 1;
    while (end < steps.size() && fits(steps[begin], steps[end])) ++end;
    out.push_back(steps.subspan(begin, end - begin));
    begin = end;
  }
  return out;
}

Done not_made(Done::How how, State state, std::string reason, std::string message) {
  return {.how = how, .condition = {.state = state, .reason = std::move(reason), .message = std::move(message)}};
}

Done failed(const Error& error) {
  if (error.code == Errc::unavailable)
    return not_made(Done::How::waits, State::waiting, std::string(unavailable_reason), error.message);
  return not_made(Done::How::failed, State::failed, "ApplyFailed", error.message);
}

bool fails(const Outcome& outcome, const ResourceId& id) {
  const auto found = outcome.find(id);
  if (found == outcome.end()) return false;
  using How = Done::How;
  return found->second.how == How::failed || found->second.how == How::waits || found->second.how == How::rests;
}

}  // namespace

struct Applier::Run {
  const plan::Plan& plan;
  const plan::DesiredState& desired;
  const Resting& resting;
  std::shared_ptr<const plan::Arrangement> arrangement;
  const std::set<ResourceId>& managed;
  Outcome outcome{};
  std::set<plan::Place> touched{};  // Entries that differ from what is durable.
};

Outcome Applier::apply(const plan::Plan& plan, const plan::DesiredState& desired, const Resting& resting) {
  const auto arrangement = plan::arrangement_of(desired);
  Run run{.plan = plan,
          .desired = desired,
          .resting = resting,
          .arrangement = arrangement,
          .managed = arrangement->managed};
  if (const auto opened = open_plan(run); !opened) {
    for (const auto& step : plan.steps) run.outcome[step.change.id] = failed(opened.error());
    return std::move(run.outcome);
  }
  adopt(run);
  for (const auto& batch : batches(plan.steps)) apply_batch(batch, run);
  // What was done is done: should this fail, the next plan finds it as wanted and only the entries are written again.
  (void)make_durable(run);
  store_.close_plan();
  return std::move(run.outcome);
}

// Corrections follow from entries that are durable already: each names what is to be so. Everything else is a plan of
// its own and leaves a record before anything is changed.
Result<> Applier::open_plan(const Run& run) {
  if (reload_) {
    ledger_ = TRY(store_.ledger().load());
    reload_ = false;
  }
  OpenPlan open{.manifest = run.desired.manifest, .sequence = run.desired.sequence};
  for (const auto& step : run.plan.steps) {
    const bool corrects = step.change.reason == Reason::corrective && plan::find(ledger_, step.change.id) != nullptr;
    if (!corrects && !keeps_from(step, run)) open.steps.push_back(step.change.id);
  }
  return open.steps.empty() ? Result<>{} : store_.open(open);
}

void Applier::apply_batch(std::span<const Step> batch, Run& run) {
  for (const auto& step : batch) {
    const auto& id = step.change.id;
    auto kept = keeps_from(step, run);
    if (!kept && step.work == Step::Work::apply) {
      if (const auto ready = prepare(*run.desired.find(id), run); !ready) kept = failed(ready.error());
    }
    if (kept) run.outcome[id] = std::move(*kept);
  }
  if (const auto durable = make_durable(run); !durable) {
    for (const auto& step : batch) run.outcome.try_emplace(step.change.id, failed(durable.error()));
  }
  perform_batch(batch, run);
  for (const auto& step : batch) {
    auto& change = run.outcome[step.change.id].change;
    if (change == Change{}) change = step.change;
  }
}

// Files are made durable together; what any of them came to counts once all are.
void Applier::perform_batch(std::span<const Step> batch, Run& run) {
  auto* group = in_file_system(batch.front()) ? grouped_ : nullptr;
  std::vector<ResourceId> performed;
  if (group != nullptr) group->begin();
  for (const auto& step : batch) {
    const auto& id = step.change.id;
    if (run.outcome.contains(id)) continue;
    // One that this one needs may have failed since the batch was prepared.
    auto kept = keeps_from(step, run);
    if (!kept) performed.push_back(id);
    run.outcome[id] = kept ? std::move(*kept) : perform(step, run);
  }
  const auto durable = group != nullptr ? group->commit() : Result<>{};
  if (durable) return;
  // Nobody knows which of them are: the next plan looks, and goes by the ledger as it was before them.
  reload_ = true;
  for (const auto& id : performed) {
    auto& done = run.outcome[id];
    if (done.how != Done::How::made) continue;
    auto change = std::move(done.change);
    done = failed(durable.error());
    done.change = std::move(change);
  }
}

std::optional<Done> Applier::keeps_from(const Step& step, const Run& run) const {
  if (step.withheld) return Done{.how = Done::How::withheld, .condition = *step.withheld};
  const auto* wanted = run.desired.find(step.change.id);
  if (wanted != nullptr && step.work == Step::Work::apply) {
    if (auto rests = run.resting(*wanted)) return Done{.how = Done::How::rests, .condition = std::move(*rests)};
  }
  for (const auto& other : step.after) {
    if (run.plan.conditions.contains(other) || fails(run.outcome, other))
      return not_made(Done::How::waits, State::waiting, "DependencyFailed", text("waits for ", other));
  }
  return std::nullopt;
}

void Applier::adopt(Run& run) {
  for (const auto& id : run.plan.adoptions) {
    const auto& wanted = *run.desired.find(id);
    if (const auto ready = prepare(wanted, run); !ready) {
      run.outcome[id] = failed(ready.error());
      continue;
    }
    plan::complete(ledger_, id,
                   {.restored = plan::leaving_fields(*plan::find(ledger_, id), wanted),
                    .restart = plan::digest_of(wanted.relations.restart_on, run.desired),
                    .reload = plan::digest_of(wanted.relations.reload_on, run.desired)});
    run.touched.insert(plan::place_of(id));
  }
}

// Enters it into the ledger as an intent, with what is there now where that is not on record.
Result<> Applier::prepare(const plan::DesiredResource& wanted, Run& run) {
  std::optional<plan::Taken> taken;
  if (plan::needs_baseline(ledger_, wanted)) {
    auto* provider = TRY(provider_of(wanted.id));
    auto baseline = TRY(
        provider->baseline(
            {.id = wanted.id, .desired = *wanted.spec, .notes = notes_of(ledger_, wanted.id), .managed = &run.managed},
            store_.contents()),
        "cannot keep what is there");
    taken = plan::Taken{
        .spec = std::move(baseline.spec), .notes = std::move(baseline.notes), .not_kept = std::move(baseline.not_kept)};
  }
  const auto* before = plan::find(ledger_, wanted.id);
  const auto was = before != nullptr ? std::optional(*before) : std::nullopt;
  plan::enter(ledger_, wanted, taken);
  if (was != *plan::find(ledger_, wanted.id)) run.touched.insert(plan::place_of(wanted.id));
  return {};
}

// Contents first, since the ledger names them.
Result<> Applier::make_durable(Run& run) {
  if (reload_) return fail(Errc::unavailable, "the ledger could not be written");
  const auto done = [&]() -> Result<> {
    TRY(store_.contents().flush());
    return store_.ledger().save(ledger_, run.touched);
  }();
  run.touched.clear();
  reload_ = !done;
  return done ? Result<>{} : fail(done.error().code, "cannot write the ledger: ", done.error().message);
}

Done Applier::perform(const Step& step, Run& run) {
  const auto& id = step.change.id;
  const auto place = plan::place_of(id);
  Done done{.change = with_content_diff(step, files_, store_.contents())};
  const auto was = ledger_.at(place);
  hide_secrets(done.change.fields, was.spec);
  auto note = Result<std::string>{};
  if (step.work == Step::Work::apply) note = make(step, run);
  if (step.work == Step::Work::leave) note = put_back(id, {was.managed.begin(), was.managed.end()}, run);
  if (note && step.work != Step::Work::apply) ledger_.erase(place);
  const auto now = ledger_.find(place);
  if (now == ledger_.end() || now->second != was) run.touched.insert(place);
  if (note) {
    done.note = std::move(*note);
    return done;
  }
  auto out = failed(note.error());
  out.change = std::move(done.change);
  return out;
}

Result<std::string> Applier::make(const Step& step, Run& run) {
  const auto& wanted = *run.desired.find(step.change.id);
  auto* provider = TRY(provider_of(wanted.id));
  const auto fields = step.field_changes();
  plan::Completion completion{.changed = true,
                              .restored = plan::leaving_fields(*plan::find(ledger_, wanted.id), wanted)};
  std::string note;
  if (!fields.empty() || step.replaces) {
    const providers::Subject subject{
        .id = wanted.id, .desired = *wanted.spec, .notes = notes_of(ledger_, wanted.id), .managed = &run.managed};
    completion.notes = TRY(provider->apply(subject, fields, store_.contents()));
  }
  if (!step.restores.empty()) note = TRY(put_back(wanted.id, step.restores, run));
  plan::complete(ledger_, wanted.id, completion);
  TRY(start_again(step, wanted, run));
  plan::complete(ledger_, wanted.id,
                 {.restart = plan::digest_of(wanted.relations.restart_on, run.desired),
                  .reload = plan::digest_of(wanted.relations.reload_on, run.desired)});
  return note;
}

Result<> Applier::start_again(const Step& step, const plan::DesiredResource& wanted, Run& run) {
  if (!step.restart && !step.reload) return {};
  const auto& triggers = step.restart ? wanted.relations.restart_on : wanted.relations.reload_on;
  for (const auto& id : triggers) {
    if (fails(run.outcome, id)) return fail(Errc::unavailable, "is started again once ", id, " is as wanted");
  }
  using Trigger = providers::Provider::Trigger;
  auto* provider = TRY(provider_of(wanted.id));
  return provider->trigger(
      {.id = wanted.id, .desired = *wanted.spec, .notes = notes_of(ledger_, wanted.id), .managed = &run.managed},
      step.restart ? Trigger::restart : Trigger::reload);
}

Result<std::string> Applier::put_back(const ResourceId& id, const std::vector<std::string>& fields, Run& run) {
  const auto& entry = ledger_.at(plan::place_of(id));
  auto* provider = TRY(provider_of(id));
  return provider->restore({.id = entry.id, .desired = entry.spec, .notes = entry.notes, .managed = &run.managed},
                           {.spec = entry.baseline, .notes = entry.baseline_notes, .not_kept = entry.not_kept}, fields,
                           store_.contents());
}

Result<providers::Provider*> Applier::provider_of(const ResourceId& id) const {
  auto* provider = provider_of_(id.kind());
  if (provider == nullptr) return fail(Errc::unsupported, "this device has nothing that manages a ", id.kind());
  return provider;
}

Outcome Applier::leave_all(Leave how) {
  plan::DesiredState nothing{.deletion_approved = true};
  auto plan = plan::make_plan(nothing, {}, ledger_);
  for (auto& step : plan.steps) {
    if (how == Leave::keep) step.work = Step::Work::release;
  }
  return apply(plan, nothing, [](const auto&) { return std::nullopt; });
}

}  // namespace flyball::agent
