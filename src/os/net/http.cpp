#include "os/net/http.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

namespace flyball::os::net {

namespace {

// Not <cctype>: the process's locale must not change what a header means.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

template <class Map>
std::optional<std::string> first(const Map& map, std::string_view name) {
  const auto found = map.lower_bound(name);
  const bool there = found != map.end() && !map.key_comp()(name, found->first);
  return there ? std::optional(found->second) : std::nullopt;
}

Result<Query> split_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    std::string pair(text.substr(0, text.find('&')));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    std::ranges::replace(pair, '+', ' ');
    const auto equals = pair.find('=');
    const auto name = url_decode(std::string_view(pair).substr(0, equals));
    const auto value = url_decode(equals == std::string::npos ? "" : std::string_view(pair).substr(equals + 1));
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value))
      return fail(Errc::invalid, "the query is not well encoded");
    query.emplace(*name, *value);
  }
  return query;
}

// "https://host/path" as proxies write it (RFC 9112, section 3.2.2): only the path is for us.
std::string_view without_authority(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool is_host_name(std::string_view host) {
  const auto fits = [](char c) { return unreserved(c) && c != '~'; };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, fits);
}

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::denied:
      return 403;
    case Errc::unavailable:
      return 503;
    case Errc::timeout:
      return 504;
    case Errc::unsupported:
      return 501;
    case Errc::corrupt:
      return 422;
    case Errc::cancelled:
      return 503;
  }
  return 500;
}

}  // namespace

bool CaselessLess::operator()(std::string_view a, std::string_view b) const {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

std::optional<std::string> header(const Headers& headers, std::string_view name) { return first(headers, name); }
std::optional<std::string> parameter(const Query& query, std::string_view name) { return first(query, name); }

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return out;
}

std::optional<std::string> url_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = unhex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::string make_target(std::string_view path, const Query& query) {
  std::string out;
  for (const char c : path) out += c == '/' ? std::string("/") : url_encode({&c, 1});
  char separator = '?';
  for (const auto& [name, value] : query) {
    out += text(separator, url_encode(name), '=', url_encode(value));
    separator = '&';
  }
  return out;
}

Result<> split_target(Request& request) {
  const auto target = without_authority(request.target);
  const auto question = target.find('?');
  const auto path = url_decode(target.substr(0, question));
  if (!path || !is_utf8(*path)) return fail(Errc::invalid, "the path is not well encoded");
  // A decoded slash would make two different targets one path; proxies disagree about it, so nobody may use it.
  if (std::ranges::count(*path, '/') != std::ranges::count(target.substr(0, question), '/'))
    return fail(Errc::invalid, "the path hides a slash");
  if (path->contains('\0')) return fail(Errc::invalid, "the path holds a NUL");
  request.query = TRY(split_query(question == std::string_view::npos ? "" : target.substr(question + 1)));
  request.path = *path;
  return {};
}

std::string BaseUrl::authority() const {
  return text(host.contains(':') ? text('[', host, ']') : host, ':', int{port});
}

std::string BaseUrl::str() const {
  const auto place = authority();
  return text("https://", port == 443 ? place.substr(0, place.rfind(':')) : place);
}

Result<BaseUrl> parse_base_url(std::string_view given) {
  constexpr std::string_view scheme = "https://";
  if (!given.starts_with(scheme)) return fail(Errc::invalid, "`", given, "` does not begin with https://");
  auto rest = given.substr(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos)
    return fail(Errc::invalid, "`", given, "` holds more than a host and a port");

  BaseUrl url;
  const bool bracketed = rest.starts_with('[');
  const auto host_end = bracketed ? rest.find(']') : rest.find(':');
  url.host = rest.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  url.is_address = is_ip_address(url.host);
  const bool host_fits = bracketed ? url.is_address && url.host.contains(':') : is_host_name(url.host);
  if (host_end == std::string_view::npos ? bracketed || !host_fits : !host_fits)
    return fail(Errc::invalid, "`", given, "` has no host that could be one");

  const auto after =
      host_end == std::string_view::npos ? std::string_view() : rest.substr(host_end + (bracketed ? 1 : 0));
  if (after.empty()) return url;
  const auto digits = after.substr(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
  if (after[0] != ':' || error != std::errc() || end != digits.data() + digits.size() || url.port == 0)
    return fail(Errc::invalid, "`", given, "` has no port that could be one");
  return url;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

Response json_response(int status, const Json& body) {
  Response response{.status = status, .body = body.canonical()};
  response.headers.emplace("Content-Type", "application/json");
  return response;
}

Response problem(int status, std::string_view code, std::string_view detail) {
  Json body;
  std::string page(code);
  std::ranges::replace(page, '_', '-');
  body["type"] = text("/docs/problems/", page);
  body["title"] = reason_phrase(status);
  body["status"] = status;
  body["code"] = code;
  if (!detail.empty()) body["detail"] = detail;
  Response response{.status = status, .body = body.canonical()};
  response.headers.emplace("Content-Type", "application/problem+json");
  return response;
}

Response problem(const Error& error) { return problem(status_of(error.code), name(error.code), error.message); }

Response overloaded(int retry_after_seconds, std::string_view detail) {
  auto response = problem(503, "overloaded", detail);
  response.headers.emplace("Retry-After", text(retry_after_seconds));
  return response;
}

}  // namespace flyball::os::net
