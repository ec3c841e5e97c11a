#pragma once

#include "base/result.hpp"
#include "model/ids.hpp"
#include "os/net/pki.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball::bench {

/// A device as the server sees it: a key, a certificate, a connection. It keeps blobs in memory, verifies digests, and
/// reports Ready at once; it writes nothing to a disk.
struct FakeDevice {
  DeviceId id;
  os::net::KeyedCertificate identity;
};

/// A process of its own with a thread and a connection for each device: every one holds its request for desired state,
/// fetches what it lacks when it is answered, reports, and asks again. Ends with this.
class FakeFleet {
 public:
  /// Before this process has threads.
  static Result<FakeFleet> start(std::vector<FakeDevice> devices, std::uint16_t port, const std::string& ca_pem);
  ~FakeFleet();
  FakeFleet(FakeFleet&& other) noexcept;
  FakeFleet(const FakeFleet&) = delete;
  FakeFleet& operator=(const FakeFleet&) = delete;
  FakeFleet& operator=(FakeFleet&&) = delete;

 private:
  explicit FakeFleet(int child) : child_(child) {}
  int child_ = -1;
};

}  // namespace flyball::bench
