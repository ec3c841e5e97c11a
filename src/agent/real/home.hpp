#pragma once

#include "agent/device_store.hpp"
#include "agent/real/daemon.hpp"
#include "os/grouped_files.hpp"
#include "os/net/client.hpp"
#include "os/real/real_host.hpp"
#include "providers/provider.hpp"

namespace flyball::agent {

/// The ports, providers and store of a home, opened.
class OpenHome {
 public:
  static Result<std::unique_ptr<OpenHome>> open(const Home& home);

  os::Host host();
  os::GroupedFiles& grouped() { return grouped_; }
  os::real::RealHost& real() { return *host_; }
  ProviderOf provider_of() {
    return [this](std::string_view kind) { return providers_.find(kind); };
  }
  DeviceStore& store() { return store_; }
  os::Access access() const { return access_; }
  Facts facts(const std::string& version) const;  ///< What this device tells of itself.

  explicit OpenHome(std::unique_ptr<os::real::RealHost> host, const Home& home);

 private:
  std::unique_ptr<os::real::RealHost> host_;
  os::GroupedFiles grouped_;  // The providers' files; the store writes past it.
  os::Access access_;
  providers::Providers providers_;
  DeviceStore store_;
};

/// A connection as the identity has it; `unavailable` without one.
Result<std::unique_ptr<os::net::HttpClient>> connect_as(const Identity& identity);

}  // namespace flyball::agent
