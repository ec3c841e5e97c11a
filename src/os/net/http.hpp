#pragma once

#include "base/bytes.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::os::net {

/// Names of headers are equal whatever their case (RFC 9110, section 5.1).
struct CaselessLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

using Headers = std::multimap<std::string, std::string, CaselessLess>;
using Query = std::multimap<std::string, std::string, std::less<>>;

struct Request {
  std::string method = "GET";  ///< In capitals.
  std::string target = "/";    ///< As on the wire: `/agent/v1/desired?have=sha256%3A…`. All that a client needs to set.
  std::string path;            ///< Decoded by the server; holds no `%2F`: such a target is refused.
  Query query;                 ///< Decoded by the server.
  Headers headers;
  Bytes body;
};

struct Response {
  int status = 200;
  Headers headers;
  Bytes body;
};

/// The first header of that name.
std::optional<std::string> header(const Headers& headers, std::string_view name);
/// The first value of that name.
std::optional<std::string> parameter(const Query& query, std::string_view name);

/// Percent-encoding (RFC 3986, section 2.1) of everything but unreserved characters.
std::string url_encode(std::string_view text);
/// Nothing unless every `%` is followed by two hex digits. A `+` stays a `+`.
std::optional<std::string> url_decode(std::string_view text);

/// `/path?name=value&…` of a plain path and values that still need encoding.
std::string make_target(std::string_view path, const Query& query);
/// Fills `path` and `query` from `target`; `invalid` when it cannot be decoded or hides a slash or a NUL.
/// In a query, `+` is a space, as forms write it.
Result<> split_target(Request& request);

/// Where a server is: `https://fleet.example:8443`, `https://192.0.2.7`, `https://[2001:db8::7]:8443`.
struct BaseUrl {
  std::string host;  ///< A name or an address, without brackets.
  std::uint16_t port = 443;
  bool is_address = false;        ///< An IPv4 or IPv6 literal.
  std::string str() const;        ///< As parsed, with the port when it is not 443.
  std::string authority() const;  ///< `host:port`, brackets around IPv6: for people and the `Host` header.
  bool operator==(const BaseUrl&) const = default;
};
/// Only https, no user, no path but `/`; anything else is `invalid` and says what is wrong.
Result<BaseUrl> parse_base_url(std::string_view text);

/// "Not Found"; empty for a status we do not know.
std::string_view reason_phrase(int status);

Response json_response(int status, const Json& body);
/// An error as RFC 9457 has it (application/problem+json): type `/docs/problems/<code>`, title, status, detail, code.
Response problem(int status, std::string_view code, std::string_view detail);
/// The same for an `Error`: its code decides the status (`not_found` 404, `denied` 403, `unavailable` 503, …).
Response problem(const Error& error);
/// 503 with `Retry-After`.
Response overloaded(int retry_after_seconds, std::string_view detail);

}  // namespace flyball::os::net
