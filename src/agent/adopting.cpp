// What the server offers: asked for, judged, fetched, adopted. Whatever goes wrong on the way, what is enforced stays.

#include "agent/agent_impl.hpp"
#include "wire/messages.hpp"

namespace flyball::agent {
namespace {

constexpr Duration held_timeout = std::chrono::minutes(5);  // The server answers within four.

}  // namespace

void Agent::Impl::ask(SteadyTime) {
  // While an offer is being fetched there is nothing to ask; a newer one will be there after it.
  if (!poll.may_send() || incoming) return;
  const wire::DesiredQuery query{.have = resolution ? adopted.manifest : std::nullopt,
                                 .seen = seen,
                                 .trust = adopted.trust.document.version,
                                 .wake = wake_number};
  poll.send({.target = os::net::make_target(wire::path::desired, query.query())}, held_timeout, true);
}

void Agent::Impl::take_desired_answer(const Reply& reply) {
  if (reply.kind != Reply::Kind::answered) {
    poll.back_off(reply);
    return log(5, text("no desired state from the server: ", reply.why));
  }
  if (reply.response.status == 204) return poll.recovered();
  const auto answer = wire::DesiredAnswer::decode(reply.response.body);
  if (!answer) {
    poll.back_off(reply);
    return log(4, text("the server's answer is unreadable: ", answer.error().message));
  }
  take_wake(answer->wake);
  if (answer->envelope) return consider(*answer->envelope);
  poll.recovered();
}

// A wake only wakes: it ends no hold and retries nothing that was given up.
void Agent::Impl::take_wake(std::uint64_t wake) {
  if (wake == wake_number) return;
  wake_number = wake;
  full_check = true;
  reporter->say_again();
}

void Agent::Impl::consider(const Bytes& envelope) {
  const auto verdict = trust::check(envelope, adopted.trust);
  if (verdict.trust_moved) {
    auto next = adopted;
    next.trust = verdict.held;
    if (const auto kept = store.save(next); !kept) return refuse(trust::Code::disk, kept.error().message, std::nullopt);
    adopted = std::move(next);
  }
  if (!verdict.offer) return refuse(verdict.offer.error().code, verdict.offer.error().message, verdict.statement);
  const auto& offer = *verdict.offer;
  const auto timing = trust::timing(offer, adopted.trust, host.clocks.wall());
  timing_waits = timing == trust::Timing::waiting;
  if (timing_waits) return poll.back_off({.retry_after = std::chrono::seconds(30)});
  if (timing == trust::Timing::stale)
    return refuse(trust::Code::stale_approval, "its approval ended before it came here", offer.statement_digest);
  begin(offer);
}

// Fail static: what runs goes on, the report says why. `seen` keeps the server from offering the same again at once;
// without it, or when it is our own trouble, we wait before we ask again.
void Agent::Impl::refuse(trust::Code code, const std::string& message, const std::optional<Digest>& statement) {
  incoming.reset();
  const bool ours = code == trust::Code::disk;
  if (statement && !ours) {
    seen = statement;
    poll.recovered();
  } else {
    poll.back_off({});
  }
  const std::string word(trust::name(code));
  if (refused == word && refused_statement == statement.value_or(Digest{})) return;
  refused = word;
  refused_statement = statement.value_or(Digest{});
  log(4, text("refused what the server offers (", word, "): ", message));
  reporter->add({{.time = host.clocks.wall(),
                  .kind = "refused",
                  .sequence = adopted.trust.floor.sequence,
                  .message = text(word, ": ", message),
                  .failed = true}});
  report();
}

void Agent::Impl::begin(const trust::Offer& offer) {
  if (resolution && offer.statement_digest == adopted.trust.floor.statement) return poll.recovered();
  if (resolution && adopted.manifest == offer.manifest) {
    if (const auto done = adopt(offer, nullptr); !done)
      refuse(trust::Code::disk, done.error().message, offer.statement_digest);
    return;
  }
  mending = false;
  incoming = Incoming{.offer = offer};
  fetch.begin({offer.manifest}, [this](const Digest&, Bytes bytes) -> Result<> {
    auto manifest = trust::check_manifest(incoming->offer, bytes);
    if (!manifest) {
      incoming->refusal = manifest.error();
      return fail(Errc::invalid, manifest.error().message);
    }
    incoming->manifest = std::move(*manifest);
    return {};
  });
}

void Agent::Impl::fetch_goes_on() {
  if (fetch.state() == Fetch::State::running) return;
  const bool failed = fetch.state() == Fetch::State::failed;
  if (failed) log(5, text("cannot fetch: ", fetch.failure().why));
  if (mending) {
    mending = false;
    if (failed) return mend_backoff.fail(host.clocks.steady(), host.random);
    mend_backoff = {};
    if (const auto kept = store.contents().flush(); !kept) return;
    reconciler.forget_failures();
    full_check = true;
    return;
  }
  if (!incoming) return;
  if (incoming->refusal) {
    const auto refusal = *incoming->refusal;
    return refuse(refusal.code, refusal.message, incoming->offer.statement_digest);
  }
  if (failed) {
    // A newer release may have taken its place meanwhile: asking again shows.
    incoming.reset();
    return poll.back_off(fetch.failure());
  }
  if (incoming->contents) return take_offer();
  if (incoming->blobs.empty()) return take_manifest();
  fetch_contents();
}

// The manifest is there: what of its blobs is not?
void Agent::Impl::take_manifest() {
  std::map<Digest, Bytes> at_hand;
  if (adopted.manifest) {
    if (auto now = store.resources(*adopted.manifest)) {
      for (std::size_t i = 0; i < now->blobs.size(); ++i)
        at_hand.emplace(now->manifest.resources[i].second, std::move(now->blobs[i]));
    }
  }
  std::set<Digest> missing;
  for (const auto& [id, digest] : incoming->manifest->resources) {
    const auto found = at_hand.find(digest);
    if (found == at_hand.end()) {
      missing.insert(digest);
    } else {
      incoming->blobs.emplace(digest, found->second);
    }
  }
  if (missing.empty()) return fetch_contents();
  fetch.begin({missing.begin(), missing.end()}, [this](const Digest& digest, Bytes bytes) -> Result<> {
    incoming->blobs.emplace(digest, std::move(bytes));
    return {};
  });
}

void Agent::Impl::fetch_contents() {
  incoming->contents = true;
  std::vector<Bytes> blobs;
  for (const auto& [digest, bytes] : incoming->blobs) blobs.push_back(bytes);
  std::vector<Digest> missing;
  for (const auto& digest : all_contents(blobs)) {
    if (!store.contents().has(digest)) missing.push_back(digest);
  }
  fetch.begin(std::move(missing), [this](const Digest&, const Bytes& bytes) { return store.contents().keep(bytes); });
  fetch_goes_on();
}

void Agent::Impl::take_offer() {
  const auto taken = std::move(*incoming);
  incoming.reset();
  Resources resources{.manifest = *taken.manifest};
  for (const auto& [id, digest] : resources.manifest.resources) resources.blobs.push_back(taken.blobs.at(digest));
  if (const auto done = adopt(taken.offer, &resources); !done)
    refuse(trust::Code::disk, done.error().message, taken.offer.statement_digest);
}

// Everything it needs is durable before the one record is written that names it; with that record it is adopted.
Result<> Agent::Impl::adopt(const trust::Offer& offer, const Resources* resources) {
  auto next = adopted;
  next.trust = trust::adopted(offer, adopted.trust);
  next.deletion_approved = offer.statement.risk.contains(trust::RiskClass::deletion);
  if (resources != nullptr) {
    TRY(store.contents().flush());
    TRY(store.save(*resources), "cannot keep the manifest");
    if (next.manifest != offer.manifest) next.generation = next.generation.next();
    next.manifest = offer.manifest;
  }
  TRY(store.save(next), "cannot keep the release");
  adopted = std::move(next);
  poll.recovered();
  seen = offer.statement_digest;
  refused.clear();
  refused_statement = {};
  log(6, text("release ", adopted.trust.floor.sequence, " accepted, generation ", adopted.generation));
  if (resources != nullptr) take_desired(*resources);
  if (resolution) {
    resolution->desired.sequence = adopted.trust.floor.sequence;
    resolution->desired.deletion_approved = adopted.deletion_approved;
  }
  reconciler.forget_failures();
  full_check = true;
  return {};
}

// Contents that the disk lost are fetched again, for what is enforced now.
void Agent::Impl::fetch_missing(SteadyTime now) {
  if (!resolution || incoming || mending || fetch.state() == Fetch::State::running || mend_backoff.not_before > now)
    return;
  std::vector<Digest> missing;
  for (const auto& digest : resolution->contents) {
    if (!store.contents().has(digest)) missing.push_back(digest);
  }
  if (missing.empty()) return;
  mending = true;
  fetch.begin(std::move(missing), [this](const Digest&, const Bytes& bytes) { return store.contents().keep(bytes); });
}

}  // namespace flyball::agent
