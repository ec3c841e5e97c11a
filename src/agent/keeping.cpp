// The device and what is wanted of it: when to look, what came of it, what to tell.

#include "agent/agent_impl.hpp"
#include "os/facts.hpp"
#include "wire/report_json.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

constexpr unsigned most_in_a_row = 5;
constexpr Duration longest_hold = std::chrono::hours(24);

std::string told(const DeviceEvent& event) {
  const auto& change = *event.change;
  std::string fields;
  for (const auto& field : change.fields) fields += text(fields.empty() ? " (" : ", ", field.field);
  if (!fields.empty()) fields += ')';
  const auto why = change.reason == Reason::corrective ? text(", drift by ", change.cause) : std::string{};
  return text(event.failed ? "cannot " : "", name(change.action), ' ', change.id, fields, why,
              event.message.empty() ? "" : ": ", event.message);
}

}  // namespace

void Agent::Impl::look() {
  for (const auto& fired : host.watches.take()) {
    const auto found = watched.find(fired.watch);
    if (found == watched.end()) continue;
    for (const auto& id : found->second) dirty.dirty[id] = fired.cause;
  }
}

void Agent::Impl::reconcile_if_due(SteadyTime now) {
  if (woken) look();
  woken = false;
  if (now >= resync_at) full_check = true;
  const auto tries = reconciler.due_tries(now);
  dirty.dirty.insert(tries.dirty.begin(), tries.dirty.end());
  if (!resolution) {
    if (full_check) refresh_facts();
    full_check = false;
    if (now >= resync_at) resync_at = now + settings.resync;
    return report();
  }
  if (!full_check && dirty.dirty.empty()) return;
  if (full_check) {
    refresh_facts();
    resolve_again();
    resync_at = now + settings.resync / 2 + host.random.jitter(settings.resync / 2);
    keep_rest_of_hold();
  }
  dirty.all = full_check;
  full_check = false;
  reconcile(std::exchange(dirty, {}));
}

void Agent::Impl::reconcile(const Scope& scope) {
  ++reconciles;
  // Before looking, so that nothing moves unseen between the look and the watch.
  if (scope.all) watch_all();
  const auto hold = holds(host.clocks.steady()) ? plan::Hold::yes : plan::Hold::no;
  auto done = reconciler.reconcile(resolution->desired, scope, hold);
  corrections += done.corrections;
  log_events(done.events);
  reporter->add(std::move(done.events));
  again = done.again ? again + 1 : 0;
  full_check = full_check || (again > 0 && again < most_in_a_row);
  if (scope.all) forget_unused();
  report();
}

void Agent::Impl::log_events(const std::vector<DeviceEvent>& events) {
  for (const auto& event : events) {
    if (event.change) log(event.failed ? 4 : 5, told(event));
  }
}

// What cannot be read now keeps its last known value.
void Agent::Impl::refresh_facts() {
  auto now = os::read_facts(host.files);
  for (const auto& [name, value] : settings.facts) now.insert_or_assign(name, value);
  auto next = facts;
  for (auto& [name, value] : now) next.insert_or_assign(name, std::move(value));
  if (next == facts) return;
  facts = std::move(next);
  if (const auto kept = store.save_facts(facts); !kept) log(4, kept.error().message);
}

void Agent::Impl::take_desired(const Resources& resources) {
  resolution = resolve_all(resources, adopted, facts, host.clocks.wall());
  store.contents().set_derived(std::move(resolution->derived));
}

void Agent::Impl::resolve_again() {
  if (!resolution->moves) return;
  if (const auto resources = store.resources(*adopted.manifest)) take_desired(*resources);
}

void Agent::Impl::watch_all() {
  auto all = reconciler.observer().watches(resolution->desired, reconciler.ledger());
  std::vector<os::Watch> wanted;
  for (const auto& [watch, ids] : all) wanted.push_back(watch);
  const auto before = std::exchange(watched, std::move(all));
  if (std::ranges::equal(before, watched, {}, &decltype(watched)::value_type::first,
                         &decltype(watched)::value_type::first))
    return;
  const auto left_out = host.watches.watch(wanted);
  if (!left_out) {
    watched.clear();  // Tried again with the next full check.
    return log(4, text("cannot watch for drift: ", left_out.error().message));
  }
  if (!left_out->empty()) log(5, text(left_out->size(), " of ", wanted.size(), " watches are left to the full check"));
}

void Agent::Impl::forget_unused() {
  if (!reconciler.applier().ledger_is_durable()) return;
  auto contents = contents_of(reconciler.ledger());
  const auto resources = store.resources(*adopted.manifest);
  if (!resources) return;
  contents.merge(all_contents(resources->blobs));
  store.contents().keep_only(contents);
  store.forget_resources_but(adopted.manifest);
}

void Agent::Impl::report() { reporter->set_status(status_report()); }

StatusReport Agent::Impl::status_report() {
  return {.boot = boot,
          .statement = adopted.trust.floor.statement,
          .sequence = adopted.trust.floor.sequence,
          .manifest = adopted.manifest.value_or(Digest{}),
          .generation = adopted.generation,
          .condition = condition(),
          .not_ready = reconciler.not_ready(),
          .resources = resolution ? resolution->desired.resources.size() : 0,
          .refused = refused,
          .refused_statement = refused_statement,
          .facts = facts,
          .facts_digest = wire::facts_digest(facts),
          .agent_version = settings.version,
          .time = host.clocks.wall(),
          .events_dropped = store.events().dropped()};
}

Condition Agent::Impl::condition() {
  if (holds(host.clocks.steady())) return {.state = State::held, .reason = "Hold", .message = held->reason};
  if (!adopted.manifest) return {.state = State::waiting, .reason = "NoRelease", .message = "no release yet"};
  if (!resolution)
    return {.state = State::failed, .reason = "Damaged", .message = "the desired state on this device is damaged"};
  Condition worst;
  const auto all = reconciler.not_ready();
  for (const auto& status : all) {
    if (status.condition.state < worst.state)
      worst = {.state = status.condition.state, .reason = status.condition.reason};
  }
  if (!all.empty())
    worst.message = text(all.size(), all.size() == 1 ? " resource is not ready" : " resources are not ready");
  return worst;
}

// Should the machine go down, the hold goes on for what is left of it then, give or take a resync.
void Agent::Impl::keep_rest_of_hold() {
  if (!held) return;
  held->left = std::max(Duration::zero(), held->until - host.clocks.steady());
  if (const auto kept = store.save_hold(*held); !kept) log(4, kept.error().message);
}

bool Agent::Impl::holds(SteadyTime now) { return held && now < held->until; }

Result<> Agent::Impl::hold(Duration length, const std::string& reason, const std::string& by) {
  if (reason.empty()) return fail(Errc::invalid, "a hold needs a reason");
  if (length <= Duration::zero() || length > longest_hold) return fail(Errc::invalid, "a hold lasts at most 24 hours");
  const Hold next{.reason = reason, .by = by, .boot = boot, .until = host.clocks.steady() + length, .left = length};
  TRY(store.save_hold(next), "cannot keep the hold");
  held = next;
  reporter->add({{.time = host.clocks.wall(),
                  .kind = "hold",
                  .sequence = adopted.trust.floor.sequence,
                  .message = text("by ", by, " for ", duration_text(length), ": ", reason)}});
  full_check = true;
  return {};
}

Result<> Agent::Impl::end_hold(const std::string& why) {
  if (!held) return fail(Errc::not_found, "there is no hold");
  TRY(store.save_hold(std::nullopt), "cannot end the hold");
  held.reset();
  reporter->add({{.time = host.clocks.wall(),
                  .kind = "hold",
                  .sequence = adopted.trust.floor.sequence,
                  .message = text("ended: ", why)}});
  full_check = true;
  return {};
}

}  // namespace flyball::agent
