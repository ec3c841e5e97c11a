#include "cli/remote.hpp"

#include "cli/local_files.hpp"
#include "cli/render.hpp"

namespace flyball::cli {
namespace {

using os::net::Response;

Errc code_of(int status) {
  switch (status) {
    case 400:
    case 405:
    case 413:
    case 422:
      return Errc::invalid;
    case 401:
    case 403:
      return Errc::denied;
    case 404:
      return Errc::not_found;
    case 409:
      return Errc::conflict;
    case 408:
    case 504:
      return Errc::timeout;
    case 429:
    case 502:
    case 503:
      return Errc::unavailable;
    default:
      return Errc::corrupt;
  }
}

// What a server says instead of success, as RFC 9457 has it; what is no such thing is told by its status.
std::unexpected<Error> problem_of(const Response& response, const std::string& url) {
  const auto body = Json::parse(response.body);
  const auto detail = body ? maybe_string(*body, "detail") : std::nullopt;
  const auto again = os::net::header(response.headers, "Retry-After");
  return fail(code_of(response.status),
              detail ? harmless(*detail)
                     : text(url, " answered ", response.status, ' ', os::net::reason_phrase(response.status)),
              again ? text("; try again in ", harmless(*again), " s") : std::string());
}

Result<Json> json_of(const Response& response, const std::string& url) {
  if (response.status < 200 || response.status > 299) return problem_of(response, url);
  if (response.body.empty()) return Json();
  auto json = Json::parse(response.body);
  if (!json) return fail(Errc::corrupt, url, " gave no JSON; is it a Flyball server? ", json.error().message);
  return json;
}

}  // namespace

std::string api(std::string_view path, std::string_view name, std::string_view rest) {
  return text("/api/v1/", path, name.empty() ? "" : "/", os::net::url_encode(name), rest);
}

Result<std::string> read_token(const std::string& path) {
  auto token = TRY(read_file(path), "cannot read the token");
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.empty() || token.find_first_of("\r\n") != std::string::npos)
    return fail(Errc::invalid, path, " does not hold a token on one line");
  return token;
}

Result<std::string> server_url(const Context& context, const Logins& logins) {
  auto named = context.options.server;
  if (named.empty()) named = context.world.variable("FLYBALL_SERVER").value_or(logins.last);
  if (named.empty())
    return fail(Errc::invalid, "no server is named: `flyball login URL` once, or -s URL, or FLYBALL_SERVER");
  return TRY(os::net::parse_base_url(named)).str();
}

Result<Remote> Remote::connect(const Context& context) {
  const auto logins = TRY(read_logins(context.world));
  const auto url = TRY(server_url(context, logins));
  const auto found = logins.servers.find(url);
  auto login = found != logins.servers.end() ? found->second : Login{};
  if (const auto path = context.world.variable("FLYBALL_TOKEN_FILE")) login.token = TRY(read_token(*path));
  if (const auto path = context.world.variable("FLYBALL_CA_FILE"))
    login = {.token = login.token, .ca_pem = TRY(read_file(*path), "cannot read FLYBALL_CA_FILE")};
  if (login.token.empty())
    return fail(Errc::denied, "no token for ", url, ": `flyball login ", url,
                " --token-file FILE`, or FLYBALL_TOKEN_FILE");
  return connect(context, url, login);
}

Result<Remote> Remote::connect(const Context& context, const std::string& url, const Login& login) {
  Remote out;
  out.url_ = url;
  out.login_ = login;
  out.timeout_ = context.options.timeout;
  out.client_ = TRY(os::net::HttpClient::make(
      {.base_url = url, .trust = TRY(trust_of(login)), .user_agent = text("flyball/", context.world.version)}));
  return out;
}

Result<Response> Remote::send(os::net::Request request) {
  if (!login_.token.empty()) request.headers.emplace("Authorization", text("Bearer ", login_.token));
  request.headers.emplace("Accept", "application/json");
  auto response = client_->request(request, timeout_);
  if (response) return response;
  auto error = response.error();
  // Not us but the server is not what it should be: nobody refused anything to the person.
  if (error.code == Errc::denied || error.code == Errc::unsupported || error.code == Errc::invalid)
    error.code = Errc::unavailable;
  return std::unexpected(std::move(error));
}

Result<Json> Remote::get(const std::string& path, const os::net::Query& query) {
  return json_of(TRY(send({.target = os::net::make_target(path, query)})), url_);
}

Result<Json> Remote::post(const std::string& path, const Json& body) {
  os::net::Request request{.method = "POST", .target = path, .body = body.canonical()};
  request.headers.emplace("Content-Type", "application/json");
  return json_of(TRY(send(std::move(request))), url_);
}

Result<> Remote::remove(const std::string& path) {
  TRY(json_of(TRY(send({.method = "DELETE", .target = path})), url_));
  return {};
}

Result<std::vector<Json>> Remote::all(const std::string& path, os::net::Query query, std::size_t most) {
  std::vector<Json> out;
  query.emplace("limit", text(std::min<std::size_t>(most, 500)));
  for (;;) {
    const auto page = TRY(get(path, query));
    const auto* items = page.find("items");
    if (items == nullptr || items->array() == nullptr) return fail(Errc::corrupt, url_, path, " gave no list");
    for (const auto& item : *items->array()) {
      if (out.size() < most) out.push_back(item);
    }
    const auto next = maybe_string(page, "next");
    if (!next || out.size() >= most || items->array()->empty()) return out;
    query.erase("after");
    query.emplace("after", *next);
  }
}

}  // namespace flyball::cli
