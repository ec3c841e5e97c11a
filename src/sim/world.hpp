#pragma once

#include "sim/device_node.hpp"
#include "sim/event_heap.hpp"
#include "sim/network.hpp"
#include "sim/server_node.hpp"
#include "sim/trace.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flyball::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::vector<std::string> devices;
  std::shared_ptr<os::sim::Mirror> mirror;  ///< Null: an empty one.
  os::sim::DiskProfile profile = os::sim::DiskProfile::ext4_ordered;
};

/// A server and its devices in one process under virtual time. Everything that happens follows from the seed.
class World {
 public:
  explicit World(WorldOptions options);

  /// Enrols every device, without faults. The repository must have a revision that declares them.
  Result<> enrol();
  void run_for(Duration span);
  /// Runs until `done` holds, asked every second of virtual time; false when it does not within `limit`.
  bool run_until(const std::function<bool()>& done, Duration limit);

  ServerNode& server() { return server_; }
  Network& network() { return network_; }
  EventHeap& heap() { return heap_; }
  Trace& trace() { return trace_; }
  std::vector<std::unique_ptr<DeviceNode>>& devices() { return devices_; }
  DeviceNode& device(const std::string& name);
  os::sim::Mirror& mirror() { return *mirror_; }

  /// The newest revision of the repository, compiled; nothing when it does not compile.
  const std::optional<compile::Fleet>& newest();
  /// An admin lets a release pass that guards hold; nothing to do when none is held.
  void approve_held();
  /// The device enforces the newest release and all its resources are Ready.
  bool converged(DeviceNode& device);
  bool converged();  ///< Every one.

 private:
  EventHeap heap_;
  Trace trace_;
  std::shared_ptr<os::sim::Mirror> mirror_;
  ServerNode server_;
  Network network_;
  std::vector<std::unique_ptr<DeviceNode>> devices_;
  std::optional<Revision> compiled_;
  std::optional<compile::Fleet> fleet_;
};

}  // namespace flyball::sim
