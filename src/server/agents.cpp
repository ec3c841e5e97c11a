#include "server/impl.hpp"
#include "trust/token.hpp"
#include "wire/paths.hpp"
#include "wire/report_json.hpp"

#include <algorithm>

// The requests of agents (DESIGN section 7). Whoever has a certificate is the device that its key was enrolled for;
// everything else a device says of itself is only about itself.
namespace flyball::server {
namespace {

constexpr Duration nonce_life = std::chrono::minutes(10);
constexpr std::size_t max_nonces = 10'000;
constexpr std::size_t slice = 200;

os::net::Response json(const Bytes& body) {
  return {.status = 200, .headers = {{"Content-Type", std::string(wire::json_type)}}, .body = body};
}

}  // namespace

Result<Device*> Server::Impl::device_of(const os::net::Peer& peer) {
  if (!peer.certificate) return fail(Errc::denied, "this needs the device's certificate");
  const auto found = by_key.find(peer.certificate->spki);
  if (found == by_key.end())
    return fail(Errc::denied, "no device of this fleet has this key; enrol it with a new token");
  auto& device = devices.at(found->second);
  if (device.record.refused) return fail(Errc::denied, "an admin refused the key of ", device.record.id);
  device.last_seen = ports.clocks.wall();
  return &device;
}

Server::ExchangeId Server::Impl::handle_agent(const os::net::Peer& peer, os::net::Request request, Respond respond) {
  const auto& path = request.path;
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  const auto answer = [&](os::net::Response response) {
    respond(std::move(response));
    return ExchangeId{0};
  };
  const bool for_get = path == wire::path::trust || path == wire::path::desired;
  const bool for_post = path == wire::path::enroll || path == wire::path::renew || path == wire::path::reports;
  const auto blob_digest = wire::parse_blob_path(path);
  if (!for_get && !for_post && !blob_digest)
    return answer(os::net::problem(404, "not-found", text("there is no ", path, " for agents")));
  if (!(for_post ? post : get))
    return answer(os::net::problem(405, "method-not-allowed", text(path, " does not take ", request.method)));
  if (path == wire::path::trust) return answer(trust_answer());
  if (path == wire::path::enroll) return enroll(request, std::move(respond)), 0;
  if (path == wire::path::renew) return renew(request, std::move(respond)), 0;
  const auto device = device_of(peer);
  if (!device) return answer(os::net::problem(device.error()));
  if (blob_digest) return answer(blob(**device, *blob_digest));
  if (path == wire::path::reports) return report(**device, request, std::move(respond)), 0;
  return desired(**device, request, std::move(respond));
}

os::net::Response Server::Impl::trust_answer() {
  if (!authority)
    return os::net::overloaded(30,
                               "the repository has no revision that compiles yet, so there is nothing to enrol for");
  // The oldest goes, since whoever asks without end would otherwise keep every device from enrolling.
  if (nonces_by_age.size() >= max_nonces) {
    nonces.erase(nonces_by_age.front());
    nonces_by_age.pop_front();
  }
  const wire::TrustAnswer out{
      .document = authority->document_bytes(), .nonce = ports.random.bytes(32), .ca_pem = keys.ca_certificate};
  nonces[out.nonce] = ports.clocks.steady() + nonce_life;
  nonces_by_age.push_back(out.nonce);
  return json(out.encode());
}

void Server::Impl::enroll(const os::net::Request& request, Respond respond) {
  const auto now = ports.clocks.wall();
  const auto enrolled = [&]() -> Result<wire::EnrollAnswer> {
    if (!authority) return fail(Errc::unavailable, "there is nothing to enrol for yet");
    if (request.body.size() > wire::max_enroll_bytes) return fail(Errc::invalid, "the request is too large");
    const auto asked = TRY(wire::EnrollRequest::decode(request.body));
    const auto verified = TRY(trust::verify_claim({.bytes = asked.claim, .signatures = asked.signatures}));
    const auto& claim = verified.claim;
    if (nonces.erase(claim.nonce) == 0)
      return fail(Errc::denied, "the nonce is not ours, or too old: ask for a new one");
    if (claim.pin != authority->pin()) return fail(Errc::denied, "the token is for another fleet");
    const auto wish = TRY(os::net::read_certificate_request(asked.certificate_request));
    if (TRY(os::net::raw_ed25519(wish.spki)) != claim.key.raw_ed25519())
      return fail(Errc::denied, "the certificate request is for another key than the claim");
    auto token = TRY(ports.store.enrolment_token(verified.token.digest()));
    if (!token || token->device != claim.device)
      return fail(Errc::denied, "the token is not known here, or for another device");
    const auto key = sha256(wish.spki);
    const auto found = devices.find(claim.device);
    const bool again =
        token->used && found != devices.end() && found->second.record.key == key;  // The first answer was lost.
    if (token->used && !again)
      return fail(Errc::denied, "the token was used already; make a new one with `flyball device token ", claim.device,
                  "`");
    if (now > token->expires)
      return fail(Errc::denied, "the token expired at ", rfc3339(token->expires), "; make a new one");
    auto certificate =
        TRY(os::net::issue_client_certificate({.certificate_pem = keys.ca_certificate, .key_pem = keys.ca_key},
                                              wish.spki, claim.device.str(), settings.certificate_life, now));
    if (!again) {
      store::DeviceRecord record{.id = claim.device, .key = key, .public_key = wish.spki, .enrolled = now};
      if (in_force) {
        if (const auto declared = in_force->fleet.devices.find(claim.device);
            declared != in_force->fleet.devices.end()) {
          record.assigned = in_force->stored.release.sequence;
          record.manifest = declared->second.digest;
          record.generation = {1};
        }
      }
      token->used = now;
      Json body;
      body["key"] = key.str();
      body["token"] = token->id.str();
      body["agent_version"] = asked.agent_version;
      batch.transaction.writes.emplace_back(*token);
      batch.transaction.writes.emplace_back(record);
      batch.transaction.writes.emplace_back(store::FactsRecord{.id = record.id,
                                                               .received = now,
                                                               .digest = wire::facts_digest(asked.facts),
                                                               .body = wire::to_json(asked.facts).canonical()});
      batch.transaction.events.push_back(
          event("enrolment", subject(record.id), subject(record.id), text("token ", token->id.short_str()), body));
      if (found != devices.end()) by_key.erase(found->second.record.key);
      by_key[key] = record.id;
      auto& device = devices[record.id];
      device.record = std::move(record);
      device.last_seen = now;
    }
    return wire::EnrollAnswer{.certificate_pem = std::move(certificate), .ca_pem = keys.ca_certificate};
  }();
  if (!enrolled) {
    log(5, text("an enrolment was refused: ", enrolled.error().message));
    respond(os::net::problem(enrolled.error()));
    return;
  }
  batch.answers.push_back({std::move(respond), json(enrolled->encode())});
}

void Server::Impl::renew(const os::net::Request& request, Respond respond) {
  const auto now = ports.clocks.wall();
  const auto renewed = [&]() -> Result<wire::RenewAnswer> {
    const auto asked = TRY(wire::RenewRequest::decode(request.body));
    const auto wish = TRY(os::net::read_certificate_request(asked.certificate_request));
    const auto found = by_key.find(sha256(wish.spki));
    if (found == by_key.end()) return fail(Errc::denied, "no device of this fleet has this key");
    auto& device = devices.at(found->second);
    if (device.record.refused) return fail(Errc::denied, "an admin refused the key of ", device.record.id);
    auto certificate =
        TRY(os::net::issue_client_certificate({.certificate_pem = keys.ca_certificate, .key_pem = keys.ca_key},
                                              wish.spki, device.record.id.str(), settings.certificate_life, now));
    batch.transaction.events.push_back(
        event("renewal", subject(device.record.id), subject(device.record.id), "", Json(Json::Object{})));
    return wire::RenewAnswer{.certificate_pem = std::move(certificate), .ca_pem = keys.ca_certificate};
  }();
  if (!renewed) {
    respond(os::net::problem(renewed.error()));
    return;
  }
  batch.answers.push_back({std::move(respond), json(renewed->encode())});
}

// Answered at once when something is new for this device. `have` alone never is: a device that refused a statement
// keeps what it has, and would otherwise ask without end.
std::optional<os::net::Response> Server::Impl::desired_answer(const Device& device, const wire::DesiredQuery& query) {
  const auto& record = device.record;
  wire::DesiredAnswer out{.wake = record.wake};
  if (in_force && authority) {
    const auto declared = in_force->fleet.devices.find(record.id);
    const bool news = query.seen != in_force->stored.release.statement || query.trust != authority->document().version;
    if (declared != in_force->fleet.devices.end() && news) {
      const auto key = os::net::raw_ed25519(record.public_key);
      const auto public_key = key ? trust::PublicKey::from_ed25519(*key) : std::unexpected(key.error());
      if (!public_key) return os::net::problem(public_key.error());
      const auto member = authority->sign_member({.device = record.id,
                                                  .group = declared->second.group,
                                                  .key = public_key->digest(),
                                                  .repository = in_force->fleet.repository});
      const auto envelope =
          trust::make_envelope(in_force->signed_statement, in_force->tree, declared->second.digest, record.id, member);
      if (!envelope) return os::net::problem(envelope.error());
      out.envelope = envelope->encode();
      return json(out.encode());
    }
  }
  if (query.wake != record.wake) return json(out.encode());
  return std::nullopt;
}

Server::ExchangeId Server::Impl::desired(Device& device, const os::net::Request& request, Respond respond) {
  const auto query = wire::DesiredQuery::from(request.query);
  if (!query) {
    respond(os::net::problem(query.error()));
    return 0;
  }
  // The waiter is there before anything is read, so that nothing falls between.
  const auto id = next_exchange++;
  const auto until = ports.clocks.steady() + settings.hold - ports.random.jitter(settings.hold / 4);
  waiters.emplace(id,
                  Waiter{.device = device.record.id, .query = *query, .until = until, .respond = std::move(respond)});
  waiters_of.emplace(device.record.id, id);
  waiters_until.emplace(until, id);
  ++device.waiting;
  to_answer.insert(device.record.id);
  return id;
}

void Server::Impl::drop_waiter(std::uint64_t id) {
  const auto found = waiters.find(id);
  if (found == waiters.end()) return;
  const auto is_it = [&](const auto& entry) { return entry.second == id; };
  const auto [first, last] = waiters_of.equal_range(found->second.device);
  if (const auto mine = std::find_if(first, last, is_it); mine != last) waiters_of.erase(mine);
  const auto [begin, end] = waiters_until.equal_range(found->second.until);
  if (const auto mine = std::find_if(begin, end, is_it); mine != end) waiters_until.erase(mine);
  if (const auto device = devices.find(found->second.device); device != devices.end() && device->second.waiting > 0) {
    --device->second.waiting;
    device->second.last_seen = ports.clocks.wall();
  }
  waiters.erase(found);
}

// Some hundred at a time, so that those who are told first need not wait for all others to be told (STACK, B8).
void Server::Impl::answer_waiters() {
  for (std::size_t i = 0; i < slice && !to_answer.empty(); ++i) {
    const auto id = *to_answer.begin();
    to_answer.erase(to_answer.begin());
    const auto device = devices.find(id);
    if (device == devices.end()) continue;
    const auto [first, last] = waiters_of.equal_range(id);
    std::vector<std::uint64_t> asked;
    for (auto it = first; it != last; ++it) asked.push_back(it->second);
    for (const auto waiter : asked) {
      auto response = desired_answer(device->second, waiters.at(waiter).query);
      if (!response) continue;
      auto respond = std::move(waiters.at(waiter).respond);
      drop_waiter(waiter);
      respond(std::move(*response));
    }
  }
}

// A device gets the closure of its own manifest; anything else is not there for it (DECISIONS 9).
os::net::Response Server::Impl::blob(const Device& device, const Digest& digest) {
  const auto missing = os::net::problem(404, "not-found", text("no blob ", digest, " for this device"));
  if (!in_force) return missing;
  const auto declared = in_force->fleet.devices.find(device.record.id);
  if (declared == in_force->fleet.devices.end()) return missing;
  const auto& manifest = *declared->second.manifest;
  const auto octets = [](Bytes bytes) {
    return os::net::Response{.status = 200,
                             .headers = {{"Content-Type", "application/octet-stream"},
                                         {"Cache-Control", "private, immutable, max-age=31536000"}},
                             .body = std::move(bytes)};
  };
  if (digest == declared->second.digest) return octets(manifest.encode());
  auto& closure = closures[declared->second.digest];
  if (closure.empty()) {
    for (const auto& [id, spec] : manifest.resources) {
      closure.push_back(spec);
      if (const auto blob = in_force->fleet.spec(declared->second, id)) {
        const auto contents = contents_of(*blob);
        closure.insert(closure.end(), contents.begin(), contents.end());
      }
    }
    std::ranges::sort(closure);
  }
  const auto found = in_force->fleet.blobs.find(digest);
  if (!std::ranges::binary_search(closure, digest) || found == in_force->fleet.blobs.end()) return missing;
  return octets(*found->second);
}

void Server::Impl::report(Device& device, const os::net::Request& request, Respond respond) {
  if (request.body.size() > wire::max_report_bytes) {
    respond(os::net::problem(413, "too-large", "the report is too large"));
    return;
  }
  const auto message = wire::ReportMessage::decode(request.body);
  if (!message) {
    respond(os::net::problem(message.error()));
    return;
  }
  const auto now = ports.clocks.wall();
  auto& record = device.record;
  wire::ReportAnswer answer{.wake = record.wake};
  for (const auto& e : message->events) {
    batch.transaction.writes.emplace_back(
        store::DeviceEventRecord{.device = record.id,
                                 .key = record.key,
                                 .number = e.number,
                                 .received = now,
                                 .time = e.time,
                                 .kind = e.kind,
                                 .resource = e.change ? e.change->id.str() : "",
                                 .reason = e.change ? std::string(name(e.change->reason)) : "",
                                 .sequence = e.sequence,
                                 .body = wire::to_json(e).canonical()});
    answer.acknowledged = std::max(answer.acknowledged, e.number);
  }
  if (const auto& status = message->status) {
    store::StatusRecord row{.id = record.id,
                            .received = now,
                            .state = status->condition.state,
                            .sequence = status->sequence,
                            .manifest = status->manifest,
                            .boot = status->boot,
                            .number = status->number,
                            .body = wire::to_json(*status).canonical()};
    const bool newer = !device.status || device.status->boot != row.boot || device.status->number < row.number;
    if (newer) {
      if (!device.status || device.status->state != row.state || device.status->sequence != row.sequence) {
        Json body;
        body["state"] = name(row.state);
        body["sequence"] = row.sequence.value;
        body["manifest"] = row.manifest.str();
        if (!status->refused.empty()) body["refused"] = status->refused;
        batch.transaction.events.push_back(event("status", subject(record.id), subject(record.id), "", body));
      }
      batch.transaction.writes.emplace_back(row);
      device.status = std::move(row);
    }
    if (status->facts) {
      batch.transaction.writes.emplace_back(store::FactsRecord{.id = record.id,
                                                               .received = now,
                                                               .digest = status->facts_digest,
                                                               .body = wire::to_json(*status->facts).canonical()});
      answer.facts = status->facts_digest;
    } else if (const auto facts = ports.store.facts(record.id); facts && *facts) {
      answer.facts = (*facts)->digest;
    }
  }
  batch.answers.push_back({std::move(respond), json(answer.encode())});
}

}  // namespace flyball::server
