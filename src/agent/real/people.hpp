#pragma once

#include "agent/real/daemon.hpp"

#include <string>
#include <vector>

namespace flyball::agent {

/// What the commands print: text for a person at a bad moment.
std::string status_text(const Json& status);
std::string plan_text(const plan::Plan& plan);
Json plan_json(const plan::Plan& plan);
std::string findings_text(const std::vector<Finding>& findings);

}  // namespace flyball::agent
