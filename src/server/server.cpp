#include "server/server.hpp"

#include "server/impl.hpp"
#include "server/tokens.hpp"

#include <algorithm>

namespace flyball::server {

std::string subject(const DeviceId& device) { return text("device ", device); }
std::string subject(Sequence sequence) { return text("release ", sequence); }

Result<std::unique_ptr<Server>> Server::open(Settings settings, Ports ports) {
  auto impl = std::make_unique<Impl>(std::move(settings), ports);
  impl->started = ports.clocks.steady();
  impl->next_look = impl->started;
  impl->keys = TRY(open_keys(ports.files, impl->settings.directory, impl->settings.access,
                             ports.random.bytes(trust::SigningKey::seed_size), ports.clocks.wall()));
  TRY(impl->load());
  return std::make_unique<Server>(std::move(impl));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

// Everything at hand is a copy of what the store holds, so after a commit that failed it is read again.
Result<> Server::Impl::load() {
  devices.clear();
  by_key.clear();
  for (auto& record : TRY(ports.store.devices())) {
    by_key[record.key] = record.id;
    devices[record.id].record = std::move(record);
  }
  for (auto& status : TRY(ports.store.statuses())) {
    const auto found = devices.find(status.id);
    if (found != devices.end()) found->second.status = std::move(status);
  }
  for (const auto& [id, waiter] : waiters) {
    if (const auto found = devices.find(waiter.device); found != devices.end()) ++found->second.waiting;
  }
  const auto repository = TRY(ports.store.setting("repository"));
  if (!repository) {
    authority.reset();
  } else if (!authority) {
    authority = TRY(make_authority(ports.files, settings.directory, settings.access, keys, RepositoryId(*repository),
                                   settings.branch));
  }
  lost.reset();
  to_load.reset();
  held_before.reset();
  for (const auto& stored : TRY(ports.store.releases({}, 100))) {
    if (stored.release.state == ReleaseState::in_force && !to_load) to_load = stored.release;
    if (stored.release.state == ReleaseState::held && !held_before) held_before = stored.release;
  }
  // What is at hand and the same need not be made again.
  if (in_force && to_load && in_force->stored.release.sequence == to_load->sequence) {
    to_load.reset();
  } else {
    in_force.reset();
    closures.clear();
  }
  if (candidate && held_before && candidate->release.sequence == held_before->sequence) {
    held_before.reset();
  } else {
    candidate.reset();
  }
  look_wanted = true;
  return {};
}

Event Server::Impl::event(std::string kind, std::string actor, std::string about, std::string cause,
                          const Json& body) const {
  return {.time = ports.clocks.wall(),
          .kind = std::move(kind),
          .actor = std::move(actor),
          .subject = std::move(about),
          .cause = std::move(cause),
          .body = body.canonical()};
}

Result<> Server::Impl::flush() {
  constexpr auto pause = std::chrono::seconds(5);  // Or a full disk would have git compiled again without end.
  if (batch.empty()) return {};
  auto due = std::exchange(batch, {});
  const auto done = due.transaction.empty() ? Result<>() : ports.store.commit(due.transaction);
  if (!done) {
    log(3, text("nothing of this batch was kept: ", done.error().message));
    if (const auto again = load(); !again) log(2, text("cannot read the store again: ", again.error().message));
    look_wanted = false;
    next_look = ports.clocks.steady() + pause;
  }
  for (auto& [respond, response] : due.answers) {
    respond(done ? std::move(response) : os::net::overloaded(5, "the server could not store this; nothing was done"));
  }
  if (!done) return fail(done.error().code, "the server could not store this: ", done.error().message);
  return {};
}

void Server::Impl::drop_old_nonces(SteadyTime now) {
  while (!nonces_by_age.empty()) {
    const auto found = nonces.find(nonces_by_age.front());
    if (found != nonces.end() && found->second > now) return;
    if (found != nonces.end()) nonces.erase(found);
    nonces_by_age.pop_front();
  }
}

SteadyTime Server::Impl::run_due() {
  const auto now = ports.clocks.steady();
  (void)flush();
  if (!looking && (look_wanted || now >= next_look)) start_look();
  if (in_force && ports.clocks.wall() >= trust::renewal_time(in_force->statement)) {
    if (const auto done = renew_statement(); !done)
      log(3, text("cannot renew the newest statement: ", done.error().message));
  }
  while (!waiters_until.empty() && waiters_until.begin()->first <= now) {
    const auto id = waiters_until.begin()->second;
    auto respond = std::move(waiters.at(id).respond);
    drop_waiter(id);
    respond({.status = 204});
  }
  answer_waiters();
  (void)flush();
  drop_old_nonces(now);
  if (!to_answer.empty() || (look_wanted && !looking)) return now;
  auto next = next_look;
  if (!waiters_until.empty()) next = std::min(next, waiters_until.begin()->first);
  return next;
}

SteadyTime Server::run_due() { return impl_->run_due(); }

void Server::wake() { impl_->look_wanted = true; }

void Server::when_judged(const Revision& revision, std::move_only_function<void(PushVerdict)> told) {
  if (const auto known = impl_->verdict_of(revision)) {
    told(*known);
    return;
  }
  impl_->told.emplace(revision, std::move(told));
  impl_->look_wanted = true;
}

Server::ExchangeId Server::handle_agent(const os::net::Peer& peer, os::net::Request request, Respond respond) {
  return impl_->handle_agent(peer, std::move(request), std::move(respond));
}

void Server::gone(ExchangeId id) { impl_->drop_waiter(id); }

void Server::handle_people(const os::net::Peer& peer, os::net::Request request, Respond respond) {
  impl_->handle_people(peer, std::move(request), std::move(respond));
}

const std::string& Server::ca_certificate() const { return impl_->keys.ca_certificate; }

Result<os::net::KeyedCertificate> Server::listener_certificate(os::net::KeyType type,
                                                               const std::vector<std::string>& names) {
  const os::net::KeyedCertificate ca{.certificate_pem = impl_->keys.ca_certificate, .key_pem = impl_->keys.ca_key};
  auto key = TRY(os::net::make_key(type));
  // Made at every start, so that it never gets old: a year is longer than a server runs untouched.
  auto leaf =
      TRY(os::net::issue_server_certificate(ca, key, names, std::chrono::hours(24 * 365), impl_->ports.clocks.wall()));
  return os::net::KeyedCertificate{.certificate_pem = leaf + impl_->keys.ca_certificate, .key_pem = std::move(key)};
}

Result<std::optional<std::string>> Server::first_admin_token() {
  const auto now = impl_->ports.clocks.wall();
  if (has_admin(TRY(impl_->ports.store.api_tokens()), now)) return std::nullopt;
  const auto made = make_api_token(impl_->ports.random, now, "admin", {all_roles.begin(), all_roles.end()},
                                   std::chrono::hours(24 * 365));
  TRY(impl_->ports.store.commit({.writes = {made.record}}));
  return made.secret;
}

}  // namespace flyball::server
