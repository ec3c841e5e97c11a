#pragma once

#include "agent/agent.hpp"
#include "plan/plan.hpp"

#include <string>

namespace flyball::agent {

/// Where an agent lives: this machine, or a folder that stands for a device.
struct Home {
  std::string root = "/";
  os::Path state = "/var/lib/flyball-agent";  ///< As the device sees it.
  std::string control_path() const;           ///< As this machine sees it.
};

/// Runs the agent until SIGTERM or SIGINT. `not_found` when this device is not enrolled.
Result<> run_agent(const Home& home, const std::string& version, const Log& log);

/// Makes this device one of the fleet that the token is for. Gives its name.
Result<std::string> enroll(const Home& home, const std::string& server, const std::string& token,
                           const std::string& version);

/// What the agent would change now, without changing it: by what is kept here, or else by what the server has.
Result<plan::Plan> preview(const Home& home);

/// Puts back what was there before, or keeps all as it is, and forgets the server. The agent must not run. Gives a
/// line for each resource that could not be put back.
enum class Leaving { restore, keep };
Result<std::vector<std::string>> leave(const Home& home, Leaving leaving);

/// Asks the agent that runs: `{"verb":"status"}`, and so on. `unavailable` when none runs.
Result<Json> ask(const Home& home, const Json& request);

/// One check of `doctor`.
struct Finding {
  bool good = true;
  std::string what;
  std::string help;
};
std::vector<Finding> examine(const Home& home);

}  // namespace flyball::agent
