#pragma once

#include "base/result.hpp"
#include "cli/verb.hpp"
#include "os/net/client.hpp"

#include <map>
#include <string>

namespace flyball::cli {

/// What `flyball login` keeps of a server, in a file that only its owner may read.
struct Login {
  std::string token;
  std::string ca_pem;  ///< Or empty.
  std::string pin;     ///< `sha256:…` of a key, or empty. Neither: the system's CAs.
};

struct Logins {
  std::string last;  ///< The server used when none is named.
  std::map<std::string, Login> servers;
};

/// $XDG_CONFIG_HOME/flyball/servers.json, else below ~/.config.
Result<std::string> logins_path(const World& world);
Result<Logins> read_logins(const World& world);  ///< None when there is no file.
Result<> write_logins(const World& world, const Logins& logins);

Result<os::net::Trust> trust_of(const Login& login);

}  // namespace flyball::cli
