#include "server/router.hpp"

#include "server/impl.hpp"
#include "server/tokens.hpp"

#include <algorithm>

namespace flyball::server {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash, path.size()));
  }
  return out;
}

std::optional<std::vector<std::string>> fits(std::string_view pattern, std::string_view path) {
  const auto want = parts_of(pattern);
  const auto have = parts_of(path);
  if (want.size() != have.size()) return std::nullopt;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (want[i].starts_with('{')) {
      if (have[i].empty()) return std::nullopt;
      out.emplace_back(have[i]);
    } else if (want[i] != have[i]) {
      return std::nullopt;
    }
  }
  return out;
}

Result<std::optional<Caller>> caller_of(Server::Impl& server, const os::net::Request& request) {
  const auto authorization = os::net::header(request.headers, "Authorization");
  const auto hash = authorization ? bearer_hash(*authorization) : std::nullopt;
  if (!hash) return std::nullopt;
  const auto token = TRY(server.ports.store.api_token(*hash));
  if (!token || token->expires <= server.ports.clocks.wall()) return std::nullopt;
  return Caller{.person = token->person, .roles = token->roles, .until = token->expires};
}

std::optional<Json> body_of(const os::net::Request& request) {
  if (request.body.empty()) return Json(Json::Object{});
  auto json = Json::parse(request.body);
  if (!json || json->object() == nullptr) return std::nullopt;
  return std::move(*json);
}

}  // namespace

bool Caller::may(std::string_view role) const { return role.empty() || std::ranges::find(roles, role) != roles.end(); }

Matched match(std::string_view method, std::string_view path) {
  Matched out;
  for (const auto& route : routes()) {
    auto parameters = fits(route.path, path);
    if (!parameters) continue;
    if (route.method == method) return {.route = &route, .parameters = std::move(*parameters)};
    out.other_method = true;
  }
  return out;
}

void Server::Impl::handle_people(const os::net::Peer&, os::net::Request request, Respond respond) {
  const auto matched = match(request.method == "HEAD" ? "GET" : request.method, request.path);
  if (matched.route == nullptr) {
    respond(matched.other_method
                ? os::net::problem(405, "method-not-allowed", text(request.path, " does not take ", request.method))
                : os::net::problem(404, "not-found", text("there is no ", request.path)));
    return;
  }
  const auto& route = *matched.route;
  Caller caller;
  if (route.effect != Effect::wake) {
    const auto known = caller_of(*this, request);
    if (!known) {
      respond(os::net::problem(known.error()));
      return;
    }
    if (!*known) {
      auto refused = os::net::problem(
          401, "not-signed-in", "send `Authorization: Bearer` with a token that is valid; `flyball login` keeps one");
      refused.headers.emplace("WWW-Authenticate", "Bearer realm=\"flyball\"");
      respond(std::move(refused));
      return;
    }
    caller = **known;
    if (!caller.may(route.role)) {
      respond(os::net::problem(403, "not-allowed",
                               text("this needs the role `", route.role, "`; ", caller.person, " has not got it")));
      return;
    }
  }
  auto body = route.effect == Effect::wake ? std::optional(Json(Json::Object{})) : body_of(request);
  if (!body) {
    respond(os::net::problem(400, "invalid", "the body is not a JSON object"));
    return;
  }
  auto response = route.handle(
      *this, {.request = request, .caller = caller, .parameters = matched.parameters, .body = std::move(*body)});
  // What an action stored must be durable before anybody is told.
  if (batch.transaction.empty()) {
    respond(std::move(response));
  } else {
    batch.answers.push_back({std::move(respond), std::move(response)});
  }
}

}  // namespace flyball::server
