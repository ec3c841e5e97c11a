#include "server/views.hpp"

#include <algorithm>
#include <array>

namespace flyball::server {
namespace {

const compile::FleetDevice* declared(const Server::Impl& server, const DeviceId& id) {
  if (!server.in_force) return nullptr;
  const auto found = server.in_force->fleet.devices.find(id);
  return found == server.in_force->fleet.devices.end() ? nullptr : &found->second;
}

const Device* enrolled(const Server::Impl& server, const DeviceId& id) {
  const auto found = server.devices.find(id);
  return found == server.devices.end() ? nullptr : &found->second;
}

std::string freshness(const Device& device) {
  if (device.waiting > 0) return "connected";
  if (device.last_seen != WallTime{}) return text("away since ", rfc3339(device.last_seen));
  if (device.status) return text("away since ", rfc3339(device.status->received));
  return "never";
}

}  // namespace

std::vector<DeviceId> all_devices(const Server::Impl& server) {
  std::vector<DeviceId> out;
  if (server.in_force) {
    for (const auto& [id, device] : server.in_force->fleet.devices) out.push_back(id);
  }
  for (const auto& [id, device] : server.devices) out.push_back(id);
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

State state_of(const Server::Impl& server, const DeviceId& id) {
  const auto* device = enrolled(server, id);
  if (device == nullptr) return State::not_enrolled;
  if (!device->status) return State::waiting;
  const auto& status = *device->status;
  // Ready is said of what was assigned; until the device says so of that, it is on its way.
  if (status.state == State::ready && status.manifest != device->record.manifest) return State::reconciling;
  return status.state;
}

Json device_line(const Server::Impl& server, const DeviceId& id) {
  const auto* git = declared(server, id);
  const auto* device = enrolled(server, id);
  Json out;
  out["device"] = id.str();
  out["state"] = name(state_of(server, id));
  out["in_git"] = git != nullptr;
  if (git != nullptr) {
    out["group"] = git->group.str();
    Json labels{Json::Object{}};
    for (const auto& [key, value] : git->labels) labels[key] = value;
    out["labels"] = std::move(labels);
    out["declared_at"] = git->at.str();
  }
  if (device == nullptr) {
    out["freshness"] = "never";
    return out;
  }
  out["freshness"] = freshness(*device);
  out["enrolled"] = rfc3339(device->record.enrolled);
  out["refused_key"] = device->record.refused;
  out["assigned"] = device->record.assigned.value;
  out["generation"] = device->record.generation.value;
  if (device->status) {
    out["sequence"] = device->status->sequence.value;
    out["reported"] = rfc3339(device->status->received);
    out["up_to_date"] = device->status->manifest == device->record.manifest;
    if (const auto body = Json::parse(device->status->body)) {
      const auto* condition = body->find("condition");
      if (condition != nullptr) out["message"] = maybe_string(*condition, "message").value_or("");
    }
  }
  return out;
}

Json release_json(const Release& release) {
  Json out;
  out["sequence"] = release.sequence.value;
  out["revision"] = release.revision.str();
  out["subject"] = release.subject;
  out["author"] = release.author;
  out["state"] = name(release.state);
  out["root"] = release.root.str();
  out["time"] = rfc3339(release.time);
  Json::Array held;
  for (const auto& line : release.held) held.emplace_back(line);
  out["held"] = std::move(held);
  if (!release.approved_by.empty()) {
    out["approved_by"] = release.approved_by;
    out["approval_reason"] = release.approval_reason;
  }
  return out;
}

Json trouble_json(const Trouble& trouble) {
  Json out;
  out["what"] = trouble.what == Trouble::What::frozen ? "frozen" : "refused";
  out["since"] = rfc3339(trouble.since);
  out["message"] = trouble.message;
  if (!trouble.revision.empty()) out["revision"] = trouble.revision.str();
  Json::Array lines;
  for (const auto& line : trouble.diagnostics) lines.emplace_back(line);
  out["diagnostics"] = std::move(lines);
  return out;
}

Json event_json(const Event& event) {
  Json out;
  out["n"] = event.n;
  out["time"] = rfc3339(event.time);
  out["kind"] = event.kind;
  out["actor"] = event.actor;
  out["subject"] = event.subject;
  out["cause"] = event.cause;
  out["hash"] = event.hash.str();
  if (auto body = Json::parse(event.body)) out["body"] = std::move(*body);
  return out;
}

Json device_event_json(const store::DeviceEventRecord& event) {
  Json out;
  if (auto body = Json::parse(event.body); body && body->object() != nullptr) out = std::move(*body);
  out["id"] = event.id;
  out["device"] = event.device.str();
  out["received"] = rfc3339(event.received);
  out["sequence"] = event.sequence.value;
  return out;
}

Json overview(const Server::Impl& server) {
  constexpr std::array states = {State::held,        State::failed,  State::contested, State::drifted,
                                 State::reconciling, State::waiting, State::ready,     State::not_enrolled};
  std::map<State, std::uint64_t> counts;
  std::uint64_t away = 0;
  const auto ids = all_devices(server);
  std::uint64_t left_git = 0;
  for (const auto& id : ids) {
    if (server.in_force && declared(server, id) == nullptr) {
      ++left_git;  // What it says of itself is history: git wants nothing of it any more.
      continue;
    }
    ++counts[state_of(server, id)];
    const auto* device = enrolled(server, id);
    if (device != nullptr && device->waiting == 0) ++away;
  }
  Json by_state{Json::Object{}};
  for (const auto state : states) by_state[name(state)] = counts[state];
  Json out;
  out["states"] = std::move(by_state);
  out["devices"] = static_cast<std::uint64_t>(ids.size()) - left_git;
  out["left_git"] = left_git;
  out["away"] = away;
  out["release"] = server.in_force ? release_json(server.in_force->stored.release) : Json();
  out["held"] = server.candidate ? release_json(server.candidate->release) : Json();
  out["trouble"] = server.trouble ? trouble_json(*server.trouble) : Json();
  out["fleet"] = server.in_force ? Json(server.in_force->fleet.name) : Json();
  out["fetched"] = server.fetched == WallTime{} ? Json() : Json(rfc3339(server.fetched));
  out["as_of"] = rfc3339(server.ports.clocks.wall());
  return out;
}

Json progress(const Server::Impl& server, const Release& release) {
  std::uint64_t devices = 0;
  std::uint64_t verified = 0;
  Json::Array failed;
  Json::Array missing;
  for (const auto& id : all_devices(server)) {
    const auto* device = enrolled(server, id);
    if (device == nullptr || declared(server, id) == nullptr) continue;
    ++devices;
    const bool at_it = device->status && device->status->sequence >= release.sequence;
    if (at_it && device->status->state == State::ready) {
      ++verified;
    } else if (at_it && device->status->state == State::failed) {
      failed.emplace_back(id.str());
    } else {
      missing.emplace_back(id.str());
    }
  }
  constexpr std::size_t most_named = 100;
  if (missing.size() > most_named) missing.resize(most_named);
  Json out;
  out["devices"] = devices;
  out["verified"] = verified;
  out["failed"] = std::move(failed);
  out["missing"] = std::move(missing);
  return out;
}

}  // namespace flyball::server
