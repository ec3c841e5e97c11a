#pragma once

#include "agent/agent.hpp"

namespace flyball::agent {

/// One request of the control socket, and its answer, both a line of JSON: `{"verb":"status"}`, `{"verb":"sync"}`,
/// `{"verb":"hold","seconds":7200,"reason":"…","by":"root"}`, `{"verb":"end_hold"}`.
std::string answer_control(Agent& agent, const std::string& request);

Json to_json(const AgentStatus& status);

}  // namespace flyball::agent
