#include "sim/world.hpp"

#include "compile/compile.hpp"

#include <algorithm>

namespace flyball::sim {

using os::sim::split_seed;

World::World(WorldOptions options)
    : heap_(split_seed(options.seed, "world", "order of events")),
      mirror_(options.mirror ? options.mirror : std::make_shared<os::sim::Mirror>()),
      server_(heap_, trace_, split_seed(options.seed, "world", "server")),
      network_(heap_, trace_, server_, split_seed(options.seed, "world", "network")) {
  server_.on_died([this] { network_.server_died(); });
  server_.start();
  for (std::size_t i = 0; i < options.devices.size(); ++i)
    devices_.push_back(std::make_unique<DeviceNode>(
        heap_, trace_, network_,
        os::sim::SimHostOptions{
            .name = options.devices[i], .seed = options.seed, .profile = options.profile, .mirror = mirror_},
        i));
}

Result<> World::enrol() {
  if (!run_until([this] { return server_.admin("GET", "/api/v1/releases", {})->body.find("in force") != Bytes::npos; },
                 std::chrono::minutes(5)))
    return fail(Errc::timeout, "no release came into force");
  for (auto& device : devices_) {
    Json body;
    body["device"] = device->name();
    const auto answer = TRY(server_.admin("POST", "/api/v1/enrolments/tokens", body));
    if (answer.status != 201) return fail(Errc::denied, "no token for ", device->name(), ": ", answer.body);
    const auto token = TRY(get_string(TRY(Json::parse(answer.body)), "token"));
    const auto ask = [this](const os::net::Peer& peer, os::net::Request request) {
      return server_.ask(peer, std::move(request));
    };
    TRY(device->enrol(token, ask), "cannot enrol ", device->name());
    device->start();
  }
  return {};
}

void World::run_for(Duration span) {
  const auto until = heap_.now() + span;
  while (heap_.run_next(until)) {
  }
}

bool World::run_until(const std::function<bool()>& done, Duration limit) {
  const auto until = heap_.now() + limit;
  while (!done()) {
    if (heap_.now() >= until) return false;
    run_for(std::min<Duration>(std::chrono::seconds(1), until - heap_.now()));
  }
  return true;
}

DeviceNode& World::device(const std::string& name) {
  const auto it = std::ranges::find_if(devices_, [&](const auto& device) { return device->name() == name; });
  return **it;
}

const std::optional<compile::Fleet>& World::newest() {
  const auto head = server_.repository().head();
  if (!head || !*head || compiled_ == **head) return fleet_;
  const auto snapshot = server_.repository().snapshot(**head);
  if (!snapshot) return fleet_;
  fleet_ = compile::compile(*snapshot).fleet;
  compiled_ = **head;
  return fleet_;
}

void World::approve_held() {
  const auto releases = server_.admin("GET", "/api/v1/releases?limit=1", {});
  if (!releases) return;
  const auto list = Json::parse(releases->body);
  const auto* items = list ? list->find("items") : nullptr;
  if (items == nullptr || items->array() == nullptr || items->array()->empty()) return;
  const auto& newest = items->array()->front();
  if (maybe_string(newest, "state") != "held") return;
  const auto sequence = get_integer(newest, "sequence");
  if (!sequence) return;
  Json body;
  body["kind"] = "approve";
  body["reason"] = "meant so";
  const auto done = server_.admin("POST", text("/api/v1/releases/", *sequence, "/statements"), body);
  trace_.note(heap_.now(), "approve ", *sequence, ": ", done ? done->status : 0);
}

bool World::converged(DeviceNode& device) {
  const auto& fleet = newest();
  if (!fleet || device.agent() == nullptr) return false;
  const auto declared = fleet->devices.find(DeviceId(device.name()));
  if (declared == fleet->devices.end()) return false;
  const auto status = device.agent()->status();
  return status.manifest == declared->second.digest && status.condition.state == State::ready;
}

bool World::converged() {
  return std::ranges::all_of(devices_, [this](const auto& device) { return converged(*device); });
}

}  // namespace flyball::sim
