#include "sim/run.hpp"

#include "sim/leavings.hpp"
#include "sim/oracle.hpp"
#include "sim/storm.hpp"

#include <set>

namespace flyball::sim {
namespace {

// What the bounds of L1 allow: the longest back-off, and the work.
constexpr Duration calm = std::chrono::minutes(40);
constexpr Duration quiet = std::chrono::minutes(30);

class Run {
 public:
  Run(std::uint64_t seed, std::size_t devices)
      : random_(os::sim::split_seed(seed, "run", "shape")),
        people_(os::sim::split_seed(seed, "run", "people"), devices),
        world_(
            {.seed = seed,
             .devices = people_.devices(),
             .mirror = Workload::mirror(),
             .profile = random_.chance(0.5) ? os::sim::DiskProfile::ext4_ordered : os::sim::DiskProfile::weak_posix}),
        storm_(world_, people_, os::sim::split_seed(seed, "run", "storm")) {
    outcome_.seed = seed;
    for (auto& device : world_.devices()) device->confine(may_touch);
  }

  Outcome run() {
    if (begin()) {
      storm_.begin(std::chrono::minutes(10 + random_.below(50)));
      world_.run_for(std::chrono::minutes(60));
      storm_.end();
      if (expect(world_.run_until([this] { return world_.converged(); }, calm), "not all devices converged")) {
        check_content();
        stays_empty();
        check_events();
      } else {
        say_who_is_not_there();
      }
    }
    finish();
    return std::move(outcome_);
  }

 private:
  bool expect(bool holds, std::string what) {
    if (!holds) outcome_.failures.push_back(std::move(what));
    return holds;
  }

  bool begin() {
    world_.server().push(people_.files(), "the beginning");
    const auto enrolled = world_.enrol();
    if (!enrolled) return expect(false, enrolled.error().message);
    return expect(world_.run_until([this] { return world_.converged(); }, calm), "no convergence before the storm") ||
           (say_who_is_not_there(), false);
  }

  void check_content() {
    for (auto& device : world_.devices()) {
      for (auto& found : differences(*world_.newest(), *device)) expect(false, std::move(found));
      for (auto& found : leftovers(*device)) expect(false, std::move(found));
      for (auto& found : not_put_back(*world_.newest(), *device)) expect(false, std::move(found));
    }
  }

  // S25, and the other half of the property: nothing is planned any more, and nothing on the devices moves.
  void stays_empty() {
    std::vector<std::pair<std::uint64_t, Digest>> before;
    const auto look = [](DeviceNode& device) {
      const auto corrections = device.agent() == nullptr ? 0 : device.agent()->status().corrections;
      return std::pair(corrections, device.host().disk().digest(DeviceNode::agent_directory));
    };
    for (auto& device : world_.devices()) before.push_back(look(*device));
    world_.run_for(quiet);
    expect(world_.converged(), "a device left the state it had come to");
    for (std::size_t i = 0; i < before.size(); ++i)
      expect(look(*world_.devices()[i]) == before[i], text(world_.devices()[i]->name(), " did not stay at rest"));
    check_content();
  }

  // S17: what devices told is in the store exactly once, without a gap.
  void check_events() {
    for (auto& device : world_.devices()) {
      std::set<std::uint64_t> numbers;
      std::uint64_t before = 0;
      for (;;) {
        const auto events =
            world_.server().store().device_events({.device = DeviceId(device->name()), .before = before, .limit = 500});
        if (!events || events->empty()) break;
        for (const auto& event : *events)
          expect(numbers.insert(event.number).second,
                 text(device->name(), ": event ", event.number, " is there twice"));
        before = events->back().id;
      }
      if (!numbers.empty())
        expect(*numbers.rbegin() == numbers.size(),
               text(device->name(), ": events are missing: ", numbers.size(), " of ", *numbers.rbegin()));
    }
  }

  void say_who_is_not_there() {
    const auto& fleet = world_.newest();
    for (auto& device : world_.devices()) {
      auto* agent = device->agent();
      if (agent == nullptr) {
        expect(false, text(device->name(), ": the agent does not run"));
        continue;
      }
      const auto status = agent->status();
      const auto declared = fleet ? fleet->devices.find(DeviceId(device->name())) : decltype(fleet->devices.end()){};
      const bool newest = fleet && declared != fleet->devices.end() && declared->second.digest == status.manifest;
      if (newest && status.condition.state == State::ready) continue;
      auto said = text(device->name(), ": ", newest ? "newest manifest" : "another manifest", ", release ",
                       status.sequence, ", ", flyball::name(status.condition.state), ' ', status.condition.message,
                       status.connected ? "" : ", not connected: ", status.link_error, ' ', status.refused);
      for (const auto& resource : status.not_ready)
        said += text("; ", resource.id, ' ', flyball::name(resource.condition.state), ' ', resource.condition.message);
      expect(false, std::move(said));
    }
  }

  void finish() {
    for (auto& device : world_.devices()) {
      for (const auto& violation : device->violations()) expect(false, violation);
      outcome_.deaths += device->deaths();
      if (device->agent() != nullptr) outcome_.corrections += device->agent()->status().corrections;
    }
    outcome_.deaths += world_.server().deaths();
    outcome_.lived = world_.heap().now();
    outcome_.events = world_.trace().count();
    for (auto& device : world_.devices())
      world_.trace().note(world_.heap().now(), device->name(), ' ',
                          device->host().disk().digest(DeviceNode::agent_directory));
    outcome_.hash = world_.trace().hash();
    if (!outcome_.failures.empty()) outcome_.trace = {world_.trace().last().begin(), world_.trace().last().end()};
  }

  os::sim::SimRandom random_;
  Workload people_;
  World world_;
  Storm storm_;
  Outcome outcome_;
};

}  // namespace

Outcome run_seed(std::uint64_t seed, std::size_t devices) { return Run(seed, devices).run(); }

}  // namespace flyball::sim
