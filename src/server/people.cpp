#include "server/impl.hpp"
#include "server/router.hpp"
#include "server/tokens.hpp"
#include "server/views.hpp"
#include "server/webhook.hpp"
#include "trust/token.hpp"

#include <algorithm>
#include <charconv>

// The handlers behind the table of routes, which stands at the end.
namespace flyball::server {
namespace {

using os::net::json_response;
using os::net::problem;
using os::net::Response;

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() && !digits.empty() ? std::optional(value)
                                                                                         : std::nullopt;
}

Response list(Server::Impl& server, Json::Array items, Json next, std::size_t total) {
  Json out;
  out["items"] = std::move(items);
  out["next"] = std::move(next);
  out["total"] = static_cast<std::uint64_t>(total);
  out["as_of"] = rfc3339(server.ports.clocks.wall());
  return json_response(200, out);
}

Response no_device(std::string_view id) {
  return problem(404, "not-found", text("there is no device ", id, " in git or enrolled"));
}
bool exists(const Server::Impl& server, const DeviceId& id) {
  return server.devices.contains(id) || (server.in_force && server.in_force->fleet.devices.contains(id));
}

// `limit` of a list: 100, at most 500; an error when it is no number.
Result<std::size_t> limit_of(const Call& call) {
  const auto written = os::net::parameter(call.request.query, "limit");
  if (!written) return std::size_t{100};
  const auto value = number(*written);
  if (!value || *value == 0 || *value > 500) return fail(Errc::invalid, "`limit` must be a number from 1 to 500");
  return static_cast<std::size_t>(*value);
}

// A number of the body, or what it is when it is not said: a mistake is never taken for silence.
Result<std::int64_t> number_of(const Json& body, std::string_view name, std::int64_t unsaid, std::int64_t most) {
  if (body.find(name) == nullptr) return unsaid;
  const auto value = maybe_integer(body, name);
  if (!value || *value < 1 || *value > most)
    return fail(Errc::invalid, "`", name, "` must be a number from 1 to ", most);
  return *value;
}

Result<> only(const Call& call, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : call.request.query) {
    if (std::ranges::find(known, name) == known.end()) return fail(Errc::invalid, "unknown parameter `", name, "`");
  }
  return {};
}

Response me(Server::Impl&, const Call& call) {
  Json out;
  out["person"] = call.caller.person;
  Json::Array roles;
  for (const auto& role : call.caller.roles) roles.emplace_back(role);
  out["roles"] = std::move(roles);
  out["until"] = rfc3339(call.caller.until);
  return json_response(200, out);
}

Response get_overview(Server::Impl& server, const Call&) { return json_response(200, overview(server)); }

// Filters of the list of devices. Labels as `all=site=berlin`, any number of them.
struct DeviceFilter {
  std::optional<State> state;
  std::optional<std::string> group;
  std::vector<std::string> labels;
  std::string text;

  bool takes(const Server::Impl& server, const DeviceId& id) const {
    if (state && state_of(server, id) != *state) return false;
    if (!text.empty() && !id.str().contains(text)) return false;
    if (!group && labels.empty()) return true;
    if (!server.in_force) return false;
    const auto found = server.in_force->fleet.devices.find(id);
    if (found == server.in_force->fleet.devices.end()) return false;
    const auto& device = found->second;
    if (group && device.group.str() != *group && !device.group.str().starts_with(*group + "/")) return false;
    return std::ranges::all_of(labels, [&](const std::string& wanted) {
      return std::ranges::any_of(device.labels,
                                 [&](const auto& label) { return wanted == label.first + "=" + label.second; });
    });
  }
};

Result<DeviceFilter> device_filter(const Call& call) {
  TRY(only(call, {"state", "group", "all", "q", "limit", "after"}));
  DeviceFilter out{.group = os::net::parameter(call.request.query, "group"),
                   .text = os::net::parameter(call.request.query, "q").value_or("")};
  if (const auto word = os::net::parameter(call.request.query, "state")) {
    out.state = parse_state(*word);
    if (!out.state)
      return fail(Errc::invalid, "`", *word,
                  "` is no state: Held, Failed, Contested, Drifted, Reconciling, Waiting, Ready or Not enrolled");
  }
  const auto [first, last] = call.request.query.equal_range("all");
  for (auto it = first; it != last; ++it) out.labels.push_back(it->second);
  return out;
}

Response get_devices(Server::Impl& server, const Call& call) {
  const auto filter = device_filter(call);
  if (!filter) return problem(filter.error());
  const auto limit = limit_of(call);
  if (!limit) return problem(limit.error());
  const DeviceId after(os::net::parameter(call.request.query, "after").value_or(""));
  Json::Array items;
  Json next;
  std::size_t total = 0;
  for (const auto& id : all_devices(server)) {
    if (!filter->takes(server, id)) continue;
    ++total;
    if (id <= after) continue;
    if (items.size() == *limit) {
      if (next.is_null()) next = *items.back().find("device");
      continue;
    }
    items.push_back(device_line(server, id));
  }
  return list(server, std::move(items), std::move(next), total);
}

Response get_device(Server::Impl& server, const Call& call) {
  const DeviceId id(call.parameters[0]);
  if (!exists(server, id)) return no_device(id.str());
  auto out = device_line(server, id);
  const auto found = server.devices.find(id);
  if (found != server.devices.end()) {
    out["key"] = found->second.record.key.str();
    if (found->second.status) {
      if (auto status = Json::parse(found->second.status->body)) out["status"] = std::move(*status);
    }
    if (const auto facts = server.ports.store.facts(id); facts && *facts) {
      if (auto body = Json::parse((*facts)->body)) out["facts"] = std::move(*body);
    }
  }
  out["as_of"] = rfc3339(server.ports.clocks.wall());
  return json_response(200, out);
}

Response get_desired(Server::Impl& server, const Call& call) {
  const DeviceId id(call.parameters[0]);
  if (!server.in_force || !server.in_force->fleet.devices.contains(id)) return no_device(id.str());
  const auto& device = server.in_force->fleet.devices.at(id);
  Json::Array items;
  for (const auto& [resource, digest] : device.manifest->resources) {
    Json line;
    line["resource"] = resource.str();
    line["digest"] = digest.str();
    const auto blob = server.in_force->fleet.blobs.find(digest);
    if (blob != server.in_force->fleet.blobs.end()) {
      if (auto spec = Json::parse(*blob->second)) line["spec"] = *spec->find("variants");
    }
    items.push_back(std::move(line));
  }
  const auto total = items.size();
  return list(server, std::move(items), {}, total);
}

Response device_events(Server::Impl& server, const Call& call, store::DeviceEventQuery query) {
  const auto limit = limit_of(call);
  if (!limit) return problem(limit.error());
  query.limit = *limit;
  if (const auto before = os::net::parameter(call.request.query, "after")) {
    const auto value = number(*before);
    if (!value) return problem(400, "invalid", "`after` is not a cursor of this list");
    query.before = *value;
  }
  if (const auto since = os::net::parameter(call.request.query, "since")) {
    const auto ago = parse_duration(*since);
    const auto time = ago ? std::optional(server.ports.clocks.wall() - *ago) : parse_rfc3339(*since);
    if (!time) return problem(400, "invalid", "`since` must be a duration such as 24h, or a time");
    query.since = *time;
  }
  const auto events = server.ports.store.device_events(query);
  if (!events) return problem(events.error());
  Json::Array items;
  for (const auto& event : *events) items.push_back(device_event_json(event));
  const auto total = items.size();
  return list(server, std::move(items), events->size() == query.limit ? Json(text(events->back().id)) : Json(), total);
}

Response get_timeline(Server::Impl& server, const Call& call) {
  const DeviceId id(call.parameters[0]);
  if (!exists(server, id)) return no_device(id.str());
  if (const auto known = only(call, {"limit", "after", "since"}); !known) return problem(known.error());
  return device_events(server, call, {.device = id});
}

Response get_drift(Server::Impl& server, const Call& call) {
  if (const auto known = only(call, {"limit", "after", "since", "device"}); !known) return problem(known.error());
  store::DeviceEventQuery query{.reason = "corrective"};
  if (const auto device = os::net::parameter(call.request.query, "device")) query.device = DeviceId(*device);
  return device_events(server, call, std::move(query));
}

Response get_releases(Server::Impl& server, const Call& call) {
  if (const auto known = only(call, {"limit", "after", "revision"}); !known) return problem(known.error());
  const auto limit = limit_of(call);
  if (!limit) return problem(limit.error());
  Sequence before;
  if (const auto after = os::net::parameter(call.request.query, "after")) {
    const auto value = number(*after);
    if (!value) return problem(400, "invalid", "`after` is not a cursor of this list");
    before = {*value};
  }
  const auto prefix = os::net::parameter(call.request.query, "revision").value_or("");
  Json::Array items;
  Json next;
  const auto found = server.ports.store.releases(before, prefix.empty() ? *limit : 10'000);
  if (!found) return problem(found.error());
  for (const auto& stored : *found) {
    if (stored.release.revision.str().starts_with(prefix) && items.size() < *limit)
      items.push_back(release_json(stored.release));
  }
  if (prefix.empty() && found->size() == *limit) next = text(found->back().release.sequence);
  const auto total = items.size();
  return list(server, std::move(items), std::move(next), total);
}

Response get_release(Server::Impl& server, const Call& call) {
  const auto sequence = number(call.parameters[0]);
  const auto stored =
      sequence ? server.ports.store.release({*sequence}) : Result<std::optional<store::StoredRelease>>(std::nullopt);
  if (!stored) return problem(stored.error());
  if (!*stored) return problem(404, "not-found", text("there is no release ", call.parameters[0]));
  auto out = release_json((*stored)->release);
  out["progress"] = progress(server, (*stored)->release);
  if (!(*stored)->statement.empty()) {
    if (auto statement = Json::parse((*stored)->statement)) out["statement"] = std::move(*statement);
    out["signature"] = base64((*stored)->signature);
  }
  out["as_of"] = rfc3339(server.ports.clocks.wall());
  return json_response(200, out);
}

Response get_events(Server::Impl& server, const Call& call) {
  if (const auto known = only(call, {"limit", "after", "subject", "kind"}); !known) return problem(known.error());
  const auto limit = limit_of(call);
  if (!limit) return problem(limit.error());
  store::EventQuery query{.newest = true,
                          .limit = *limit,
                          .subject = os::net::parameter(call.request.query, "subject"),
                          .kind = os::net::parameter(call.request.query, "kind")};
  if (const auto after = os::net::parameter(call.request.query, "after")) {
    const auto value = number(*after);
    if (!value) return problem(400, "invalid", "`after` is not a cursor of this list");
    query.after = *value;
  }
  const auto events = server.ports.store.events(query);
  if (!events) return problem(events.error());
  Json::Array items;
  for (const auto& event : *events) items.push_back(event_json(event));
  const auto total = items.size();
  return list(server, std::move(items), events->size() == *limit ? Json(text(events->back().n)) : Json(), total);
}

Response verify_events(Server::Impl& server, const Call&) {
  if (!server.authority) return problem(409, "no-log", "the audit log begins with the first revision that compiles");
  const auto verified = store::verify_events(server.ports.store, server.authority->document().repository);
  Json out;
  out["intact"] = verified.has_value();
  if (verified) {
    out["events"] = verified->events;
    out["head"] = verified->head.str();
  } else {
    out["message"] = verified.error().message;
  }
  return json_response(200, out);
}

Response get_repository(Server::Impl& server, const Call&) {
  Json out;
  out["branch"] = server.settings.branch;
  out["url"] = server.settings.repository_url;
  out["id"] = server.authority ? Json(server.authority->document().repository.str()) : Json();
  out["release"] = server.in_force ? release_json(server.in_force->stored.release) : Json();
  out["trouble"] = server.trouble ? trouble_json(*server.trouble) : Json();
  out["fetched"] = server.fetched == WallTime{} ? Json() : Json(rfc3339(server.fetched));
  out["as_of"] = rfc3339(server.ports.clocks.wall());
  return json_response(200, out);
}

Response get_system(Server::Impl& server, const Call&) {
  std::map<std::string, std::uint64_t> versions;
  for (const auto& [id, device] : server.devices) {
    const auto body = device.status ? Json::parse(device.status->body) : Result<Json>(Json());
    ++versions[body ? maybe_string(*body, "agent_version").value_or("unknown") : "unknown"];
  }
  Json agents{Json::Object{}};
  for (const auto& [version, count] : versions) agents[version] = count;
  Json out;
  out["version"] = server.settings.version;
  out["agents"] = std::move(agents);
  out["connections"] = static_cast<std::uint64_t>(server.waiters.size());
  out["up_seconds"] =
      std::chrono::duration_cast<std::chrono::seconds>(server.ports.clocks.steady() - server.started).count();
  out["time"] = rfc3339(server.ports.clocks.wall());
  out["trust"] = server.authority ? Json(server.authority->pin().str()) : Json();
  return json_response(200, out);
}

Response sync(Server::Impl& server, const Call& call) {
  const DeviceId id(call.parameters[0]);
  const auto found = server.devices.find(id);
  if (found == server.devices.end())
    return exists(server, id) ? problem(409, "not-enrolled", text(id, " has not enrolled")) : no_device(id.str());
  auto& record = found->second.record;
  ++record.wake;
  server.batch.transaction.writes.emplace_back(record);
  server.batch.transaction.events.push_back(server.event(
      "sync", call.caller.person, subject(id), maybe_string(call.body, "reason").value_or(""), Json(Json::Object{})));
  server.to_answer.insert(id);
  Json out;
  out["wake"] = record.wake;
  return json_response(202, out);
}

Response refuse_key(Server::Impl& server, const Call& call) {
  const DeviceId id(call.parameters[0]);
  const auto found = server.devices.find(id);
  if (found == server.devices.end()) return no_device(id.str());
  auto& record = found->second.record;
  record.refused = true;
  Json body;
  body["key"] = record.key.str();
  server.batch.transaction.writes.emplace_back(record);
  server.batch.transaction.events.push_back(server.event("refused-key", call.caller.person, subject(id),
                                                         maybe_string(call.body, "reason").value_or(""), body));
  return {.status = 204};
}

Response make_enrolment_token(Server::Impl& server, const Call& call) {
  const auto device = get_string(call.body, "device");
  if (!device) return problem(device.error());
  const auto hours = number_of(call.body, "hours", 24, 24 * 90);
  if (!hours) return problem(hours.error());
  if (!server.authority || !server.in_force)
    return problem(409, "no-release", "push a revision that compiles first: devices enrol into what git declares");
  const DeviceId id(*device);
  if (!server.in_force->fleet.devices.contains(id))
    return problem(404, "not-found",
                   text("git declares no device ", id, ": add it to devices/ and push, then make its token"));
  const auto token =
      trust::Token::make(server.ports.random.bytes(trust::SigningKey::seed_size), id, server.authority->pin());
  if (!token) return problem(token.error());
  const auto now = server.ports.clocks.wall();
  const store::EnrolmentToken record{.id = token->id(),
                                     .public_key = token->key().public_key().wire(),
                                     .device = id,
                                     .created = now,
                                     .expires = now + std::chrono::hours(*hours)};
  Json body;
  body["token"] = record.id.str();
  server.batch.transaction.writes.emplace_back(record);
  server.batch.transaction.events.push_back(server.event("token", call.caller.person, subject(id), "", body));
  Json out;
  out["device"] = id.str();
  out["token"] = token->line();
  out["expires"] = rfc3339(record.expires);
  return json_response(201, out);
}

Response make_statement(Server::Impl& server, const Call& call) {
  const auto sequence = number(call.parameters[0]);
  const auto kind = get_string(call.body, "kind");
  const auto reason = get_string(call.body, "reason");
  if (!sequence) return problem(404, "not-found", text("there is no release ", call.parameters[0]));
  if (!kind || *kind != "approve")
    return problem(400, "invalid",
                   "`kind` must be approve: other statements need mode approved, which this version does not have");
  if (!reason || reason->empty()) return problem(400, "invalid", "`reason` must say why this may pass the guards");
  return server.approve({*sequence}, call.caller.person, *reason);
}

Response get_tokens(Server::Impl& server, const Call&) {
  const auto tokens = server.ports.store.api_tokens();
  if (!tokens) return problem(tokens.error());
  Json::Array items;
  for (const auto& token : *tokens) {
    Json line;
    line["id"] = token.id;
    line["person"] = token.person;
    Json::Array roles;
    for (const auto& role : token.roles) roles.emplace_back(role);
    line["roles"] = std::move(roles);
    line["expires"] = rfc3339(token.expires);
    items.push_back(std::move(line));
  }
  const auto total = items.size();
  return list(server, std::move(items), {}, total);
}

Response make_token(Server::Impl& server, const Call& call) {
  const auto person = get_string(call.body, "person");
  if (!person || person->empty()) return problem(400, "invalid", "`person` must name who the token is for");
  const auto days = number_of(call.body, "days", 90, 366);
  if (!days) return problem(days.error());
  std::vector<std::string_view> roles;
  if (const auto* wanted = call.body.find("roles"); wanted != nullptr) {
    if (wanted->array() == nullptr) return problem(400, "invalid", "`roles` must be a list");
    for (const auto& role : *wanted->array()) {
      const auto known = std::ranges::find_if(all_roles, [&](std::string_view r) { return role == Json(r); });
      if (known == all_roles.end())
        return problem(400, "invalid",
                       text(role.canonical(), " is no role: submit, review, approve, deploy, operate, admin"));
      roles.push_back(*known);
    }
  }
  const auto made =
      make_api_token(server.ports.random, server.ports.clocks.wall(), *person, roles, std::chrono::hours(24 * *days));
  server.batch.transaction.writes.emplace_back(made.record);
  if (server.authority)
    server.batch.transaction.events.push_back(
        server.event("api-token", call.caller.person, text("token ", made.record.id), *person, Json(Json::Object{})));
  Json out;
  out["id"] = made.record.id;
  out["token"] = made.secret;
  out["expires"] = rfc3339(made.record.expires);
  return json_response(201, out);
}

Response remove_token(Server::Impl& server, const Call& call) {
  auto tokens = server.ports.store.api_tokens();
  if (!tokens) return problem(tokens.error());
  if (std::erase_if(*tokens, [&](const store::ApiToken& token) { return token.id == call.parameters[0]; }) == 0)
    return problem(404, "not-found", text("there is no token ", call.parameters[0]));
  if (!has_admin(*tokens, server.ports.clocks.wall()))
    return problem(409, "last-admin", "this is the last token of an admin; make another first, or nobody could");
  server.batch.transaction.writes.emplace_back(store::RemoveApiToken{call.parameters[0]});
  if (server.authority)
    server.batch.transaction.events.push_back(server.event(
        "api-token-removed", call.caller.person, text("token ", call.parameters[0]), "", Json(Json::Object{})));
  return {.status = 204};
}

// The payload is not believed: a webhook only says that it is worth looking.
Response hook(Server::Impl& server, const Call& call) {
  if (!signed_by_forge(call.parameters[0], call.request, server.settings.hook_secrets))
    return problem(403, "not-allowed", "the webhook is not signed with a secret of this server");
  server.look_wanted = true;
  return {.status = 202};
}

constexpr Route table[] = {
    {"GET", "/api/v1/me", Effect::read, "", "Who am I, and what may I do", me},
    {"GET", "/api/v1/overview", Effect::read, "",
     "Devices by state, the release in force, what is wrong with the repository", get_overview},
    {"GET", "/api/v1/devices", Effect::read, "", "Devices, filtered and paged", get_devices},
    {"GET", "/api/v1/devices/{id}", Effect::read, "", "One device: declared, assigned, reported", get_device},
    {"GET", "/api/v1/devices/{id}/desired", Effect::read, "", "What git wants of it", get_desired},
    {"GET", "/api/v1/devices/{id}/timeline", Effect::read, "", "What happened on it", get_timeline},
    {"GET", "/api/v1/releases", Effect::read, "", "Releases, newest first", get_releases},
    {"GET", "/api/v1/releases/{sequence}", Effect::read, "", "One release, how far it is, and its signed statement",
     get_release},
    {"GET", "/api/v1/drift", Effect::read, "", "Corrective changes, newest first", get_drift},
    {"GET", "/api/v1/events", Effect::read, "", "The audit log, newest first", get_events},
    {"GET", "/api/v1/events/verify", Effect::read, "", "Whether the audit log's hash chain is intact", verify_events},
    {"GET", "/api/v1/repository", Effect::read, "", "Branch, revision in force, last fetch", get_repository},
    {"GET", "/api/v1/system", Effect::read, "", "The server itself", get_system},
    {"POST", "/api/v1/devices/{id}/sync", Effect::runtime, "operate", "Make a device look now", sync},
    {"DELETE", "/api/v1/devices/{id}/identity", Effect::runtime, "admin", "Refuse a device's key", refuse_key},
    {"POST", "/api/v1/enrolments/tokens", Effect::runtime, "admin", "A one-time token for a device to enrol",
     make_enrolment_token},
    {"POST", "/api/v1/releases/{sequence}/statements", Effect::runtime, "admin", "Let a held release pass its guards",
     make_statement},
    {"GET", "/api/v1/tokens", Effect::read, "admin", "API tokens", get_tokens},
    {"POST", "/api/v1/tokens", Effect::session, "admin", "An API token for a person or program", make_token},
    {"DELETE", "/api/v1/tokens/{id}", Effect::session, "admin", "Take an API token back", remove_token},
    {"POST", "/api/v1/hooks/{forge}", Effect::wake, "", "A forge tells of a push", hook},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace flyball::server
