#pragma once

#include "base/diagnostic.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::server {

/// Where one of the two listeners stands.
struct ListenerConfig {
  std::string address = "::";
  std::uint16_t port = 0;
};

/// The server's configuration file (docs/server.md), or its defaults.
struct Config {
  std::string state = "/var/lib/flyball-server";
  ListenerConfig agents{.port = 7444};
  ListenerConfig people{.port = 7443};
  std::vector<std::string> names;  ///< DNS names and addresses that certificates are made for; localhost always is.
  std::string branch = "main";
  std::string remote;  ///< Follow this repository; empty: people push to `<state>/repository.git`.
  Duration poll = std::chrono::seconds(60);
  std::vector<std::string> hook_secrets;
};

/// Reads YAML over what `config` holds. All mistakes are appended to `out`.
void read_config(std::string_view yaml, const std::string& file, Config& config, std::vector<Diagnostic>& out);

/// A line of it, for `render`.
std::optional<std::string> config_line(std::string_view yaml, std::uint32_t line);

}  // namespace flyball::server
