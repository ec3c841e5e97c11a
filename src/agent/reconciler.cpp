#include "agent/reconciler.hpp"

#include "agent/content_diff.hpp"
#include "plan/order.hpp"

#include <algorithm>
#include <ranges>

namespace flyball::agent {
namespace {

// So many corrections of one resource within that time are a fight.
constexpr std::size_t fight = 5;
constexpr Duration fight_span = std::chrono::minutes(2);
constexpr Duration fight_memory = std::chrono::hours(1);

bool needs_wide_look(std::string_view kind) {
  return kind == Package::kind || kind == Command::kind || kind == Service::kind || kind == User::kind ||
         kind == UserGroup::kind;
}

}  // namespace

Reconciler::Reconciler(const os::Host& host, ProviderOf provider_of, DeviceStore& store, os::GroupedFiles* grouped)
    : host_(host),
      store_(store),
      observer_(provider_of),
      applier_(std::move(provider_of), host.files, grouped, store, ledger_) {}

Result<> Reconciler::load() {
  ledger_ = TRY(store_.ledger().load());
  clear_temporaries();
  return {};
}

// S6: a power cut may leave the temporary name of a file, even beside the finished one. What cannot be cleared now is
// cleared at the next start.
void Reconciler::clear_temporaries() {
  for (const auto& path : observer_.paths(ledger_)) {
    const auto temporary = os::temporary_beside(path);
    const auto there = host_.files.stat(temporary);
    if (there && *there && host_.files.remove(temporary)) (void)host_.files.sync(os::parent_of(temporary));
  }
}

Reconciled Reconciler::reconcile(const plan::DesiredState& desired, const Scope& asked, plan::Hold hold) {
  const auto scope = widened(asked, desired);
  const auto observed = observer_.observe(desired, ledger_, scope);
  const auto plan = plan::withhold(plan::make_plan(desired, observed, ledger_), desired, hold);
  const auto outcome = applier_.apply(plan, desired, [&](const auto& wanted) { return resting(wanted); });
  const auto verified = read_back(desired, observed, outcome);
  const auto remaining = plan::withhold(plan::make_plan(desired, verified, ledger_), desired, hold);
  if (scope.all) unfinished_ = unfinished(desired, ledger_);
  return make_report(desired, scope, plan, outcome, remaining);
}

// With what may have moved has to be looked at: what is not as wanted yet, and what a change of it starts again.
Scope Reconciler::widened(const Scope& asked, const plan::DesiredState& desired) {
  for (const auto& [id, cause] : asked.dirty) {
    if (!cause.empty()) causes_[id] = cause;
  }
  if (asked.all) return asked;
  auto out = asked;
  for (const auto& id : not_ready_ | std::views::keys) out.dirty.try_emplace(id);
  for (const auto& id : unfinished_) out.dirty.try_emplace(id);
  const auto arrangement = plan::arrangement_of(desired);
  for (const auto& [id, cause] : asked.dirty) {
    const auto started = arrangement->started_by.find(id);
    if (started == arrangement->started_by.end()) continue;
    for (const auto& other : started->second) out.dirty.try_emplace(other);
  }
  return out;
}

plan::Plan Reconciler::preview(const plan::DesiredState& desired, plan::Hold hold) const {
  const auto observed = observer_.observe(desired, ledger_, {.all = true});
  return plan::withhold(plan::make_plan(desired, observed, ledger_), desired, hold);
}

// Applied is not verified: all that was changed is read anew, and everything in scope when a change may reach further.
plan::ObservedState Reconciler::read_back(const plan::DesiredState& desired, const plan::ObservedState& before,
                                          const Outcome& outcome) const {
  Scope changed;
  bool wide = false;
  for (const auto& [id, done] : outcome) {
    if (done.how != Done::How::made) continue;
    changed.dirty.try_emplace(id);
    wide = wide || needs_wide_look(id.kind());
  }
  if (wide) {
    for (const auto& id : before | std::views::keys) changed.dirty.try_emplace(id);
  }
  auto out = observer_.observe(desired, ledger_, changed);
  for (const auto& [id, seen] : before) out.emplace(id, seen);
  return out;
}

Reconciled Reconciler::make_report(const plan::DesiredState& desired, const Scope& scope, const plan::Plan& plan,
                                   const Outcome& outcome, const plan::Plan& remaining) {
  Reconciled report;
  std::erase_if(not_ready_, [&](const auto& known) {
    return scope.all || scope.dirty.contains(known.first) || outcome.contains(known.first);
  });
  for (const auto* conditions : {&plan.conditions, &remaining.conditions}) {
    for (const auto& [id, condition] : *conditions) not_ready_[id] = {.id = id, .condition = condition};
  }
  const auto tell = [&](const ResourceId& id) {
    const auto done = outcome.find(id);
    if (done == outcome.end()) return;
    if (done->second.how == Done::How::made) {
      tell_made(desired, done->second, report);
    } else {
      tell_failed(desired, id, done->second, report);
    }
  };
  for (const auto& id : plan.adoptions) tell(id);
  for (const auto& step : plan.steps) tell(step.change.id);
  for (const auto& step : remaining.steps) {
    const auto& id = step.change.id;
    const auto done = outcome.find(id);
    if (done == outcome.end()) {
      report.again = true;
      not_ready_[id] = {
          .id = id,
          .condition = {.state = State::reconciling, .reason = "Moved", .message = "another change moved it"}};
      continue;
    }
    auto fields = step.change.fields;
    if (step.spec) hide_secrets(fields, *step.spec);
    if (done->second.how == Done::How::made) {
      const Condition condition{.state = State::failed,
                                .reason = "NotAsWanted",
                                .message = "it was applied without an error, but reading it back shows otherwise"};
      tell_failed(desired, id, {.how = Done::How::failed, .condition = condition, .change = step.change}, report);
    }
    not_ready_[id].differs = std::move(fields);
  }
  forget_recovered(scope, outcome, remaining);
  return report;
}

void Reconciler::tell_made(const plan::DesiredState& desired, const Done& done, Reconciled& report) {
  auto change = done.change;
  const auto* wanted = desired.find(change.id);
  const bool corrected = change.reason == Reason::corrective && !change.fields.empty();
  if (corrected) {
    const auto known = causes_.find(change.id);
    change.cause = known != causes_.end() ? known->second : "unknown";
    ++report.corrections;
  }
  causes_.erase(change.id);
  resting_.erase(change.id);
  if (corrected && wanted != nullptr) count_correction(*wanted, change.cause);
  if (change.fields.empty() && change.action != Action::release) return;
  report.events.push_back({.time = host_.clocks.wall(),
                           .kind = "change",
                           .sequence = desired.sequence,
                           .change = std::move(change),
                           .message = done.note});
}

void Reconciler::tell_failed(const plan::DesiredState& desired, const ResourceId& id, const Done& done,
                             Reconciled& report) {
  not_ready_[id] = {.id = id, .condition = done.condition};
  const bool tried =
      done.how == Done::How::failed || (done.how == Done::How::waits && done.condition.reason == unavailable_reason);
  if (!tried) return;  // One that rests goes on resting until its time.
  const auto resting = resting_.find(id);
  const bool new_failure = resting == resting_.end() || resting->second.condition != done.condition;
  rest(id, desired, done.condition);
  if (!new_failure || done.how != Done::How::failed) return;
  report.events.push_back({.time = host_.clocks.wall(),
                           .kind = "failed",
                           .sequence = desired.sequence,
                           .change = done.change,
                           .message = done.condition.message,
                           .failed = true});
}

void Reconciler::rest(const ResourceId& id, const plan::DesiredState& desired, const Condition& condition) {
  auto& rest = resting_[id];
  const auto* wanted = desired.find(id);
  rest.fail(host_.clocks.steady(), host_.random);
  rest.condition = condition;
  rest.digest = wanted != nullptr ? wanted->digest : Digest{};
}

// Somebody fights us when the same resource has to be put right again and again: then we wait ever longer and say who
// it is, rather than spin. Once it was a fight, every correction counts as one until an hour has been quiet.
void Reconciler::count_correction(const plan::DesiredResource& wanted, const std::string& cause) {
  const auto now = host_.clocks.steady();
  auto& [corrections, rounds] = fights_[wanted.id];
  if (!corrections.empty() && now - corrections.back() > fight_memory) rounds = 0;
  std::erase_if(corrections, [&](SteadyTime at) { return now - at > fight_span; });
  corrections.push_back(now);
  if (rounds == 0 && corrections.size() < fight) return;
  auto& rest = resting_[wanted.id];
  rest.failures = rounds++;
  rest.fail(now, host_.random);
  rest.digest = wanted.digest;
  rest.condition = {.state = State::contested,
                    .reason = "Contested",
                    .message = text("had to be put right again and again",
                                    cause == "unknown" ? "" : "; the other side is ", cause == "unknown" ? "" : cause)};
  not_ready_[wanted.id] = {.id = wanted.id, .condition = rest.condition};
}

// What was due to be tried again and turned out to be as wanted rests no more.
void Reconciler::forget_recovered(const Scope& scope, const Outcome& outcome, const plan::Plan& remaining) {
  const auto now = host_.clocks.steady();
  std::set<ResourceId> differing;
  for (const auto& step : remaining.steps) differing.insert(step.change.id);
  std::erase_if(causes_, [&](const auto& known) { return !differing.contains(known.first); });
  std::erase_if(resting_, [&](const auto& known) {
    const auto& [id, rest] = known;
    const bool looked = scope.all || scope.dirty.contains(id);
    return looked && rest.not_before <= now && !outcome.contains(id) && !differing.contains(id) &&
           !remaining.conditions.contains(id);
  });
}

std::optional<Condition> Reconciler::resting(const plan::DesiredResource& wanted) const {
  const auto found = resting_.find(wanted.id);
  if (found == resting_.end() || found->second.digest != wanted.digest) return std::nullopt;
  if (found->second.not_before <= host_.clocks.steady()) return std::nullopt;
  return found->second.condition;
}

void Reconciler::forget_failures() {
  resting_.clear();
  fights_.clear();
}

std::optional<SteadyTime> Reconciler::next_try() const {
  std::optional<SteadyTime> out;
  for (const auto& rest : resting_ | std::views::values) out = std::min(out.value_or(rest.not_before), rest.not_before);
  return out;
}

Scope Reconciler::due_tries(SteadyTime now) const {
  Scope out;
  for (const auto& [id, rest] : resting_) {
    if (rest.not_before <= now) out.dirty.try_emplace(id);
  }
  return out;
}

std::vector<ResourceStatus> Reconciler::not_ready() const {
  std::vector<ResourceStatus> out;
  for (const auto& status : not_ready_ | std::views::values) out.push_back(status);
  return out;
}

}  // namespace flyball::agent
