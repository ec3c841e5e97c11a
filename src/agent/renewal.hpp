#pragma once

#include "agent/device_store.hpp"
#include "agent/line.hpp"

#include <optional>

namespace flyball::agent {

/// Renews the certificate at two thirds of its life, and as soon as possible when that is over: the request is signed
/// by the device's own key, so that one which slept for years returns.
class Renewal {
 public:
  Renewal(Line& line, DeviceStore& store, os::Clocks& clocks)
      : caller_(line), line_(line), store_(store), clocks_(clocks) {}

  void run(const Identity& identity, WallTime time_floor);
  /// Whether it was the answer to a renewal. A new CA certificate is believed when it is of the key that duties name.
  bool take(const LinkAnswer& answer, Identity& identity, const Digest& ca);
  SteadyTime next() const { return std::max(caller_.not_before(), look_again_); }
  void hurry() { caller_.hurry(); }

 private:
  Result<Identity> renewed(const Reply& reply, const Identity& identity, const Digest& ca);

  Caller caller_;
  Line& line_;
  DeviceStore& store_;
  os::Clocks& clocks_;
  SteadyTime look_again_;
};

}  // namespace flyball::agent
