#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/logins.hpp"
#include "cli/verb.hpp"
#include "os/net/client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace flyball::cli {

/// A server's API for people, asked as JSON. What it answers instead of success is an `Error` whose code decides the
/// exit code: 401 and 403 `denied`, 404 `not_found`, 409 `conflict`, 400 `invalid`, 429, 502 and 503 `unavailable`.
class Remote {
 public:
  /// The server named by `-s`, FLYBALL_SERVER or the last login, with the token and the trust that belong to it.
  static Result<Remote> connect(const Context& context);
  /// A server that is named with all it takes.
  static Result<Remote> connect(const Context& context, const std::string& url, const Login& login);

  Result<Json> get(const std::string& path, const os::net::Query& query = {});
  Result<Json> post(const std::string& path, const Json& body);
  Result<> remove(const std::string& path);
  /// The items of a list, page by page, at most that many.
  Result<std::vector<Json>> all(const std::string& path, os::net::Query query, std::size_t most);

  const std::string& url() const { return url_; }
  const Login& login() const { return login_; }
  const std::vector<std::string>& presented() const { return client_->presented(); }

 private:
  Result<os::net::Response> send(os::net::Request request);

  std::string url_;
  Login login_;
  Duration timeout_{};
  std::unique_ptr<os::net::HttpClient> client_;
};

/// Which server is meant; `invalid` with what to do when none is named.
Result<std::string> server_url(const Context& context, const Logins& logins);
/// The token in a file, without its line end.
Result<std::string> read_token(const std::string& path);

/// `/api/v1/devices/` and the name, encoded.
std::string api(std::string_view path, std::string_view name = {}, std::string_view rest = {});

}  // namespace flyball::cli
