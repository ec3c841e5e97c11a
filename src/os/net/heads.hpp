#pragma once

#include "os/net/http.hpp"

#include <string>
#include <string_view>

/// What stands before the body of a message (RFC 9112), as this folder's server and client write it.
namespace flyball::os::net {

/// Sets `Date`, `Content-Length` and, for the last answer of a connection, `Connection: close`.
std::string response_head(const Response& response, bool keep_alive);
/// Sets `Host`, `User-Agent` and, where there may be a body, `Content-Length`.
std::string request_head(const Request& request, const BaseUrl& url, std::string_view user_agent);

}  // namespace flyball::os::net
