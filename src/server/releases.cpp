#include "server/gate.hpp"
#include "server/impl.hpp"

#include <algorithm>
#include <charconv>

// From a look at git to a release: observe, judge, publish. Whatever goes wrong on the way leaves the release before
// it in force, and says so.
namespace flyball::server {
namespace {

Json json_list(const std::vector<std::string>& items) {
  Json::Array out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

std::vector<std::string> rendered(const std::vector<Diagnostic>& diagnostics) {
  constexpr std::size_t most = 50;
  std::vector<std::string> out;
  for (const auto& d : diagnostics) {
    if (d.severity != Severity::error) continue;
    if (out.size() == most) {
      out.push_back(text("and more: `flyball validate` lists all"));
      break;
    }
    out.push_back(
        text("error[", d.code, "] ", d.at.str(), ": ", d.message, d.help.empty() ? "" : text(" (", d.help, ")")));
  }
  return out;
}

trust::Tree tree_of(const compile::Fleet& fleet) {
  trust::Tree::Entries entries;
  for (const auto& [id, device] : fleet.devices) entries.emplace(trust::device_audience(id), device.digest);
  return trust::Tree(entries);
}

}  // namespace

void Server::Impl::start_look() {
  look_wanted = false;
  looking = true;
  next_look = ports.clocks.steady() + settings.poll;
  auto done = [this](Result<Sighting> sighting) {
    looking = false;
    take_sighting(sighting);
  };
  if (to_load) {
    ports.lookout.look_at(to_load->revision, std::move(done));
    return;
  }
  Known known;
  known.in_force = last_in_force();
  if (candidate) known.judged.push_back(candidate->release.revision);
  if (trouble && trouble->what == Trouble::What::refused) known.judged.push_back(trouble->revision);
  ports.lookout.look(std::move(known), std::move(done));
}

std::optional<Revision> Server::Impl::last_in_force() const {
  if (in_force) return in_force->stored.release.revision;
  return lost ? std::optional(lost->revision) : std::nullopt;
}

void Server::Impl::take_sighting(const Result<Sighting>& sighting) {
  if (!sighting) {
    freeze({}, sighting.error().message);
    tell_all(verdict_of_trouble());
    return;
  }
  fetched = ports.clocks.wall();
  if (to_load) {
    take_again(*sighting);
    return;
  }
  if (!sighting->head) {
    if (last_in_force()) freeze({}, text(settings.branch, " is gone from the repository"));
    tell_all({.outcome = PushVerdict::Outcome::frozen, .lines = {"the tracked branch has no commit"}});
    return;
  }
  take_head(*sighting);
}

void Server::Impl::take_head(const Sighting& sighting) {
  const auto& head = *sighting.head;
  withdraw_held_but(head);
  if (sighting.rewritten) {
    freeze(head, text("its history was rewritten: ", short_form(head), " does not follow ",
                      short_form(last_in_force().value_or(Revision())), ", which is in force"));
    tell_all(verdict_of_trouble());
    return;
  }
  if (sighting.compiled) {
    if (!sighting.compiled->fleet) {
      refuse_revision(sighting);
    } else {
      take_fleet(sighting);
    }
  } else if (trouble && (trouble->what == Trouble::What::frozen || trouble->revision != head)) {
    log(5, text("the repository is as it should be again; ", short_form(head), " is its head"));
    trouble.reset();
  }
  if (const auto verdict = verdict_of(head)) tell(head, *verdict);
  // Whoever pushed something that was overtaken learns of what overtook it.
  tell_all({.outcome = PushVerdict::Outcome::frozen,
            .lines = {text("a newer revision, ", short_form(head), ", came before it was judged")}});
}

// Only the head can be approved: a commit that was overtaken, or is no longer on the branch, is not what git says.
void Server::Impl::withdraw_held_but(const Revision& head) {
  const auto withdraw = [&](Release release) {
    release.state = ReleaseState::replaced;
    batch.transaction.writes.emplace_back(store::StoredRelease{.release = std::move(release)});
  };
  if (candidate && candidate->release.revision != head) withdraw(std::exchange(candidate, std::nullopt)->release);
  if (held_before && held_before->revision != head) withdraw(*std::exchange(held_before, std::nullopt));
}

void Server::Impl::freeze(const Revision& revision, const std::string& message) {
  const bool new_trouble = !trouble || trouble->what != Trouble::What::frozen || trouble->message != message;
  const auto since = trouble && trouble->what == Trouble::What::frozen ? trouble->since : ports.clocks.wall();
  trouble = {.what = Trouble::What::frozen, .revision = revision, .since = since, .message = message};
  if (!new_trouble) return;
  log(4, text("frozen: ", message));
  if (authority) {
    Json body;
    body["message"] = message;
    batch.transaction.events.push_back(event("frozen", std::string(by_server), "repository", revision.str(), body));
  }
}

void Server::Impl::refuse_revision(const Sighting& sighting) {
  withdraw_held_but({});
  trouble = {.what = Trouble::What::refused,
             .revision = *sighting.head,
             .since = ports.clocks.wall(),
             .message = text(short_form(*sighting.head), " does not compile"),
             .diagnostics = rendered(sighting.compiled->diagnostics)};
  log(4, text("refused: ", trouble->message, ": ", trouble->diagnostics.empty() ? "" : trouble->diagnostics.front()));
  if (authority) {
    Json body;
    body["diagnostics"] = json_list(trouble->diagnostics);
    batch.transaction.events.push_back(event("refused", std::string(by_server), text("revision ", *sighting.head),
                                             sighting.commit ? sighting.commit->author : "", body));
  }
}

void Server::Impl::take_fleet(const Sighting& sighting) {
  const auto& fleet = *sighting.compiled->fleet;
  const auto refuse = [&](std::string why) {
    Sighting refused = sighting;
    refused.compiled->fleet.reset();
    refused.compiled->diagnostics = {{.code = "E0701", .at = {.file = "fleet.yaml"}, .message = std::move(why)}};
    refuse_revision(refused);
  };
  if (authority && authority->document().repository != fleet.repository) {
    refuse(text("`id` is ", fleet.repository, ", but this server keeps ", authority->document().repository,
                ": a fleet never changes its id"));
    return;
  }
  if (const auto judged = judge_manifests(fleet); !judged) {
    refuse(judged.error().message);
    return;
  }
  if (!authority) {
    auto made =
        make_authority(ports.files, settings.directory, settings.access, keys, fleet.repository, settings.branch);
    if (!made) {
      freeze(*sighting.head, made.error().message);
      return;
    }
    authority = std::move(*made);
    batch.transaction.writes.emplace_back(store::Setting{"repository", fleet.repository.str()});
  }
  Release release{.revision = *sighting.head,
                  .subject = sighting.commit->subject,
                  .author = sighting.commit->author,
                  .time = ports.clocks.wall()};
  if (in_force) {
    for (const auto& tripped : compile::judge(in_force->fleet, fleet)) release.held.push_back(tripped.message);
  } else if (lost) {
    release.held.push_back(text("release ", lost->sequence, " (", short_form(lost->revision),
                                ") cannot be made again from git, so nobody can say what leaves"));
  }
  trouble.reset();
  if (release.held.empty()) {
    withdraw_held_but({});
    if (const auto done = publish(std::move(release), fleet, *sighting.snapshot, std::string(by_server)); !done)
      freeze(*sighting.head, done.error().message);
    return;
  }
  if (const auto done = hold_release(std::move(release), fleet, *sighting.snapshot); !done)
    freeze(*sighting.head, done.error().message);
}

Result<> Server::Impl::hold_release(Release release, const compile::Fleet& fleet, const Digest& snapshot) {
  release.state = ReleaseState::held;
  release.root = tree_of(fleet).root();
  // Over a restart it keeps the number that people were told.
  const auto before = std::exchange(held_before, std::nullopt);
  release.sequence = before ? before->sequence : TRY(ports.store.last_sequence()).next();
  batch.transaction.writes.emplace_back(store::StoredRelease{.release = release});
  if (!before) {
    Json body;
    body["held"] = json_list(release.held);
    body["revision"] = release.revision.str();
    batch.transaction.events.push_back(
        event("held", std::string(by_server), subject(release.sequence), release.author, body));
  }
  log(4, text("release ", release.sequence, " is held: ", release.held.front()));
  candidate = Candidate{.release = std::move(release), .fleet = fleet, .snapshot = snapshot};
  return flush();
}

// After a restart: what was in force is compiled again. When it comes out as it was signed, it is offered as it was.
void Server::Impl::take_again(const Sighting& sighting) {
  const auto release = *std::exchange(to_load, std::nullopt);
  look_wanted = true;
  const auto stored = ports.store.release(release.sequence);
  if (!stored || !*stored || !sighting.compiled || !sighting.compiled->fleet || !authority) {
    freeze(release.revision,
           text("release ", release.sequence, " cannot be made again from git",
                sighting.compiled && !sighting.compiled->fleet ? ": it does not compile with this version" : ""));
    lost = release;
    return;
  }
  auto fleet = *sighting.compiled->fleet;
  auto tree = tree_of(fleet);
  auto statement = trust::ReleaseStatement::decode((*stored)->statement);
  if (statement && tree.root() == release.root) {
    in_force = Published{.stored = **stored,
                         .statement = std::move(*statement),
                         .signed_statement = {.bytes = (*stored)->statement, .signatures = {(*stored)->signature}},
                         .fleet = std::move(fleet),
                         .tree = std::move(tree)};
    for (const auto& [id, device] : devices) to_answer.insert(id);
    log(6, text("release ", release.sequence, " (", short_form(release.revision), ") is in force again"));
    return;
  }
  // Another version of the compiler: the same revision, another root, so another release.
  Release again = release;
  again.time = ports.clocks.wall();
  if (const auto done =
          publish(std::move(again), std::move(fleet), sighting.snapshot.value_or(Digest()), std::string(by_server));
      !done)
    freeze(release.revision, done.error().message);
}

// Whether a device has still to come past the last approved deletion. A device that was away goes to the newest release
// directly, so every release after an approved one carries the approval on until all have reported from beyond it.
Result<bool> Server::Impl::deletion_is_under_way() {
  if (!in_force || !in_force->statement.risk.contains(trust::RiskClass::deletion)) return false;
  const auto kept = TRY(ports.store.setting(std::string(deletion_approved)));
  std::uint64_t approved = 0;
  if (kept) std::from_chars(kept->data(), kept->data() + kept->size(), approved);
  return std::ranges::any_of(devices, [&](const auto& entry) {
    const auto& [id, device] = entry;
    if (device.record.refused || !in_force->fleet.devices.contains(id)) return false;
    return !device.status || device.status->sequence.value < approved;
  });
}

Result<> Server::Impl::publish(Release release, compile::Fleet fleet, const Digest& snapshot,
                               const std::string& actor) {
  const auto last = TRY(ports.store.last_sequence());
  auto tree = tree_of(fleet);
  release.sequence = last.next();
  release.root = tree.root();
  release.state = ReleaseState::in_force;
  const auto now = WallTime{std::chrono::floor<std::chrono::seconds>(ports.clocks.wall().since)};
  trust::ReleaseStatement statement{.branch = settings.branch,
                                    .duties = authority->document().version,
                                    .not_before = now,
                                    .expires = now + trust::open_validity,
                                    .leaves = tree.leaves(),
                                    .policy = fleet.policy,
                                    .repository = fleet.repository,
                                    .revision = release.revision,
                                    .root = release.root,
                                    .sequence = release.sequence,
                                    .snapshot = snapshot};
  // What an admin let pass the guards, devices let pass theirs (S10), also those that come to it by a later release.
  const bool approved_now = !release.approved_by.empty();
  if (approved_now) {
    batch.transaction.writes.emplace_back(store::Setting{std::string(deletion_approved), text(release.sequence)});
  }
  if (approved_now || TRY(deletion_is_under_way())) statement.risk = {trust::RiskClass::deletion};
  if (in_force)
    statement.previous = {.revision = in_force->stored.release.revision,
                          .statement = in_force->stored.release.statement};
  auto signed_statement = authority->sign_statement(statement);
  release.statement = sha256(signed_statement.bytes);

  auto replace = [&](Release before, Bytes bytes, Bytes signature) {
    before.state = ReleaseState::replaced;
    batch.transaction.writes.emplace_back(store::StoredRelease{
        .release = std::move(before), .statement = std::move(bytes), .signature = std::move(signature)});
  };
  if (in_force) replace(in_force->stored.release, in_force->stored.statement, in_force->stored.signature);
  if (lost) {
    if (const auto stored = TRY(ports.store.release(lost->sequence)))
      replace(stored->release, stored->statement, stored->signature);
  }
  store::StoredRelease stored{
      .release = release, .statement = signed_statement.bytes, .signature = signed_statement.signatures.front()};
  batch.transaction.writes.emplace_back(stored);
  Json body;
  body["revision"] = release.revision.str();
  body["root"] = release.root.str();
  body["statement"] = release.statement.str();
  body["devices"] = static_cast<std::uint64_t>(fleet.devices.size());
  batch.transaction.events.push_back(event("release", actor, subject(release.sequence), release.author, body));
  assign(fleet, release.sequence);
  auto before = std::exchange(in_force, Published{.stored = std::move(stored),
                                                  .statement = std::move(statement),
                                                  .signed_statement = std::move(signed_statement),
                                                  .fleet = std::move(fleet),
                                                  .tree = std::move(tree)});
  closures.clear();
  lost.reset();
  // Durable before any device is told.
  if (auto kept = flush(); !kept) {
    if (before && to_load && before->stored.release.sequence == to_load->sequence) {
      in_force = std::move(before);
      to_load.reset();
    }
    return kept;
  }
  log(5, text("release ", release.sequence, " (", short_form(release.revision), ") is in force: ", release.subject));
  for (const auto& [id, device] : devices) to_answer.insert(id);
  return {};
}

void Server::Impl::assign(const compile::Fleet& fleet, Sequence sequence) {
  constexpr std::size_t most_named = 200;
  Json::Array named;
  std::size_t changed = 0;
  for (auto& [id, device] : devices) {
    const auto found = fleet.devices.find(id);
    if (found == fleet.devices.end()) continue;  // Gone from git: nothing changes on it, and the views say so.
    auto& record = device.record;
    record.assigned = sequence;
    if (record.manifest != found->second.digest) {
      record.manifest = found->second.digest;
      record.generation = record.generation.next();
      if (++changed <= most_named) named.emplace_back(id.str());
    }
    batch.transaction.writes.emplace_back(record);
  }
  Json body;
  body["changed"] = static_cast<std::uint64_t>(changed);
  body["devices"] = std::move(named);
  batch.transaction.events.push_back(event("assignment", std::string(by_server), subject(sequence), "", body));
}

Result<> Server::Impl::renew_statement() {
  auto release = in_force->stored.release;
  release.time = ports.clocks.wall();
  auto fleet = in_force->fleet;
  return publish(std::move(release), std::move(fleet), in_force->statement.snapshot, std::string(by_server));
}

os::net::Response Server::Impl::approve(Sequence sequence, const std::string& person, const std::string& reason) {
  const bool held = candidate && candidate->release.sequence == sequence;
  // Many small releases may add up on a device that was away: its own budget then waits for an approval of what is in
  // force, which is released again with it.
  const bool again = in_force && in_force->stored.release.sequence == sequence && in_force->statement.risk.empty();
  if (!held && !again) {
    return os::net::problem(409, "not-held", text("release ", sequence, " is not waiting for an approval"));
  }
  // Nothing is put into the batch that the release might not follow.
  if (const auto last = ports.store.last_sequence(); !last) return os::net::problem(last.error());
  auto waiting = held ? std::move(*std::exchange(candidate, std::nullopt))
                      : Candidate{.release = in_force->stored.release,
                                  .fleet = in_force->fleet,
                                  .snapshot = in_force->statement.snapshot};
  waiting.release.approved_by = person;
  waiting.release.approval_reason = reason;
  waiting.release.time = ports.clocks.wall();
  Json body;
  body["held"] = json_list(waiting.release.held);
  body["reason"] = reason;
  body["revision"] = waiting.release.revision.str();
  if (held) {
    // The held row keeps its sequence as history; the release itself gets the next one (DECISIONS 11: gaps are fine).
    auto history = waiting.release;
    history.state = ReleaseState::replaced;
    batch.transaction.writes.emplace_back(store::StoredRelease{.release = std::move(history)});
  }
  batch.transaction.events.push_back(event("approval", person, subject(sequence), reason, body));
  if (const auto done = publish(std::move(waiting.release), std::move(waiting.fleet), waiting.snapshot, person); !done)
    return os::net::problem(done.error());
  Json out;
  out["sequence"] = in_force->stored.release.sequence.value;
  out["revision"] = in_force->stored.release.revision.str();
  return os::net::json_response(200, out);
}

PushVerdict Server::Impl::verdict_of_trouble() const {
  const bool refused = trouble->what == Trouble::What::refused;
  PushVerdict out{.outcome = refused ? PushVerdict::Outcome::refused : PushVerdict::Outcome::frozen,
                  .lines = trouble->diagnostics};
  out.lines.insert(out.lines.begin(), trouble->message);
  return out;
}

std::optional<PushVerdict> Server::Impl::verdict_of(const Revision& revision) const {
  if (in_force && in_force->stored.release.revision == revision) {
    PushVerdict out{.outcome = PushVerdict::Outcome::in_force, .sequence = in_force->stored.release.sequence};
    out.devices = in_force->fleet.devices.size();
    return out;
  }
  if (candidate && candidate->release.revision == revision) {
    return PushVerdict{.outcome = PushVerdict::Outcome::held,
                       .sequence = candidate->release.sequence,
                       .devices = candidate->fleet.devices.size(),
                       .lines = candidate->release.held};
  }
  if (trouble && trouble->revision == revision) return verdict_of_trouble();
  return std::nullopt;
}

void Server::Impl::tell(const Revision& revision, const PushVerdict& verdict) {
  const auto [first, last] = told.equal_range(revision);
  std::vector<std::move_only_function<void(PushVerdict)>> due;
  for (auto it = first; it != last; ++it) due.push_back(std::move(it->second));
  told.erase(first, last);
  for (auto& tell_it : due) tell_it(verdict);
}

void Server::Impl::tell_all(const PushVerdict& verdict) {
  for (auto& [revision, tell_it] : std::exchange(told, {})) tell_it(verdict);
}

}  // namespace flyball::server
