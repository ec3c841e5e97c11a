#include "agent/agent.hpp"

#include "agent/agent_impl.hpp"

#include <algorithm>

namespace flyball::agent {
Agent::Impl::Impl(Settings given, const os::Host& ports, ProviderOf provider_of, Link& link)
    : settings(std::move(given)),
      host(ports),
      store(host.files, settings.directory, settings.access),
      reconciler(host, std::move(provider_of), store, settings.grouped),
      line(link, host.clocks, host.random),
      poll(line),
      fetch(line),
      renewal(line, store, host.clocks),
      boot(host.clocks.boot_id()) {}

void Agent::Impl::log(int priority, const std::string& line_for_people) const {
  if (settings.log) settings.log(priority, line_for_people);
}

Result<> Agent::Impl::load() {
  auto found = TRY(store.identity());
  auto kept = TRY(store.adopted());
  if (!found || !kept) return fail(Errc::not_found, "this device is not enrolled");
  identity = std::move(*found);
  adopted = std::move(*kept);
  TRY(store.load());
  TRY(reconciler.load());
  facts = TRY(store.facts()).value_or(Facts{});
  held = TRY(store.hold());
  // Until a time of this boot's clock, or for what was left when the machine went down.
  if (held && held->boot != boot) {
    held->boot = boot;
    held->until = host.clocks.steady() + held->left;
  }
  if (adopted.trust.floor.statement != Digest{}) seen = adopted.trust.floor.statement;
  reporter.emplace(line, store.events(), boot);
  refresh_facts();
  if (adopted.manifest) {
    if (const auto resources = store.resources(*adopted.manifest)) {
      take_desired(*resources);
    } else {
      log(3, text("the desired state on this device has to be fetched again: ", resources.error().message));
      seen.reset();
    }
  }
  reporter->add({{.time = host.clocks.wall(),
                  .kind = "started",
                  .sequence = adopted.trust.floor.sequence,
                  .message = text("flyball-agent ", settings.version)}});
  return {};
}

SteadyTime Agent::Impl::run_due() {
  while (!inbox.empty()) {
    const auto answer = std::move(inbox.front());
    inbox.pop_front();
    take(answer);
  }
  if (held && host.clocks.steady() >= held->until) {
    // Should the record stay, it ends with the next look: until then nothing is put right.
    if (const auto ended = end_hold("its time is over"); !ended) log(4, ended.error().message);
  }
  reconcile_if_due(host.clocks.steady());
  const auto now = host.clocks.steady();
  renewal.run(identity, adopted.trust.time_floor);
  fetch_missing(now);
  ask(now);
  reporter->run(now);
  return next_wake(now);
}

SteadyTime Agent::Impl::next_wake(SteadyTime now) {
  if (full_check || !inbox.empty()) return now;
  auto next = std::min(resync_at, renewal.next());
  const auto sooner = [&](std::optional<SteadyTime> time) {
    if (time) next = std::min(next, *time);
  };
  sooner(reconciler.next_try());
  sooner(reporter->next());
  if (held) next = std::min(next, held->until);
  if (!poll.busy() && !incoming) next = std::min(next, poll.not_before());
  return std::max(now, next);
}

void Agent::Impl::take(const LinkAnswer& answer) {
  std::optional<std::uint64_t> wake;
  if (const auto reply = poll.take(answer)) return take_desired_answer(*reply);
  if (fetch.take(answer)) return fetch_goes_on();
  if (renewal.take(answer, identity, adopted.trust.document.online.ca)) return;
  if (reporter->take(answer, wake) && wake) take_wake(*wake);
}

AgentStatus Agent::Impl::status() {
  const auto report = status_report();
  AgentStatus out{.device = identity.device,
                  .server = identity.server,
                  .connected = line.connected(),
                  .link_error = line.error(),
                  .sequence = report.sequence,
                  .statement = report.statement,
                  .manifest = report.manifest,
                  .generation = report.generation,
                  .condition = report.condition,
                  .not_ready = report.not_ready,
                  .resources = report.resources,
                  .refused = refused,
                  .queued_events = store.events().size(),
                  .reconciles = reconciles,
                  .corrections = corrections};
  if (held) out.hold = HoldStatus{.reason = held->reason, .by = held->by, .left = held->until - host.clocks.steady()};
  return out;
}

Result<std::unique_ptr<Agent>> Agent::open(Settings settings, const os::Host& host, ProviderOf provider_of,
                                           Link& link) {
  auto impl = std::make_unique<Impl>(std::move(settings), host, std::move(provider_of), link);
  TRY(impl->load());
  return std::make_unique<Agent>(std::move(impl));
}

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Agent::~Agent() = default;

void Agent::handle(const LinkAnswer& answer) { impl_->inbox.push_back(answer); }
void Agent::wake() { impl_->woken = true; }
SteadyTime Agent::run_due() { return impl_->run_due(); }
AgentStatus Agent::status() const { return impl_->status(); }

void Agent::sync() {
  impl_->full_check = true;
  impl_->poll.hurry();
  impl_->reporter->hurry();
  impl_->reporter->say_again();
  impl_->renewal.hurry();
}

Result<> Agent::hold(Duration length, const std::string& reason, const std::string& by) {
  return impl_->hold(length, reason, by);
}

Result<> Agent::end_hold() { return impl_->end_hold("by hand"); }

}  // namespace flyball::agent
