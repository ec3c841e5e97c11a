#include "agent/real/home.hpp"

#include <unistd.h>

namespace flyball::agent {

std::string Home::control_path() const { return (root == "/" ? "" : root) + state + "/control.sock"; }

OpenHome::OpenHome(std::unique_ptr<os::real::RealHost> host, const Home& home)
    : host_(std::move(host)),
      grouped_(host_->host().files),
      access_{.mode = 0600, .uid = geteuid(), .gid = getegid()},
      providers_(this->host()),
      store_(host_->host().files, home.state, access_) {}

os::Host OpenHome::host() {
  const auto below = host_->host();
  return {grouped_,    below.processes, below.systemd, below.packages,
          below.users, below.watches,   below.clocks,  below.random};
}

Result<std::unique_ptr<OpenHome>> OpenHome::open(const Home& home) {
  auto host = TRY(os::real::RealHost::open({.root = home.root}));
  return std::make_unique<OpenHome>(std::move(host), home);
}

Facts OpenHome::facts(const std::string& version) const {
  Facts out = host_->facts();
  out["agent.version"] = version;
  return out;
}

Result<std::unique_ptr<os::net::HttpClient>> connect_as(const Identity& identity) {
  return os::net::HttpClient::make(
      {.base_url = identity.server,
       .trust = os::net::TrustCa{identity.ca_pem},
       .identity = os::net::KeyedCertificate{.certificate_pem = identity.certificate_pem, .key_pem = identity.key_pem},
       .user_agent = "flyball-agent"});
}

}  // namespace flyball::agent
