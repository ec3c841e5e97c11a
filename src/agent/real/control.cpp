#include "agent/real/control.hpp"

#include "wire/report_json.hpp"

namespace flyball::agent {
namespace {

Json failed(const Error& error) {
  Json out;
  out["error"] = error.message;
  out["code"] = name(error.code);
  return out;
}

Json done() {
  Json out;
  out["done"] = true;
  return out;
}

Json hold(Agent& agent, const Json& request) {
  const auto seconds = get_integer(request, "seconds");
  const auto reason = get_string(request, "reason");
  if (!seconds) return failed(seconds.error());
  if (!reason) return failed(reason.error());
  const auto held = agent.hold(std::chrono::seconds(*seconds), *reason, maybe_string(request, "by").value_or("root"));
  return held ? done() : failed(held.error());
}

Json answer(Agent& agent, const Json& request) {
  const auto verb = maybe_string(request, "verb").value_or("");
  if (verb == "status") return to_json(agent.status());
  if (verb == "hold") return hold(agent, request);
  if (verb == "end_hold") {
    const auto ended = agent.end_hold();
    return ended ? done() : failed(ended.error());
  }
  if (verb == "sync") {
    agent.sync();
    return done();
  }
  return failed({.code = Errc::unsupported,
                 .message = text("the agent that runs does not know `", verb, "`; it is of another version")});
}

}  // namespace

Json to_json(const AgentStatus& status) {
  Json out;
  out["device"] = status.device.str();
  out["server"] = status.server;
  out["connected"] = status.connected;
  out["link_error"] = status.link_error;
  out["sequence"] = status.sequence.value;
  out["manifest"] = status.manifest.str();
  out["generation"] = status.generation.value;
  out["condition"] = wire::to_json(status.condition);
  Json::Array not_ready;
  for (const auto& resource : status.not_ready) not_ready.push_back(wire::to_json(resource));
  out["not_ready"] = std::move(not_ready);
  out["resources"] = status.resources;
  out["refused"] = status.refused;
  out["queued_events"] = status.queued_events;
  out["reconciles"] = status.reconciles;
  out["corrections"] = status.corrections;
  if (status.hold) {
    Json hold;
    hold["reason"] = status.hold->reason;
    hold["by"] = status.hold->by;
    hold["left_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(status.hold->left).count();
    out["hold"] = std::move(hold);
  }
  return out;
}

std::string answer_control(Agent& agent, const std::string& request) {
  const auto json = Json::parse(request);
  return (json ? answer(agent, *json) : failed(json.error())).canonical();
}

}  // namespace flyball::agent
