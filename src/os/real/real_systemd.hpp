#pragma once

#include "base/time.hpp"
#include "os/systemd.hpp"

#include <memory>

namespace flyball::os::real {

class SystemdBus;

/// systemd over D-Bus, by libsystemd when it is on the device. Connects at the first call and again after a call that
/// found the connection gone. Without libsystemd or without systemd every call is `unsupported`. A name without a
/// suffix is a service's. One thread.
class RealSystemd final : public Systemd {
 public:
  explicit RealSystemd(Duration job_timeout = std::chrono::seconds(90));
  ~RealSystemd() override;

  Read<Unit> unit(const std::string& name) override;
  Result<> start(const std::string& name) override;
  Result<> stop(const std::string& name) override;
  Result<> restart(const std::string& name) override;
  Result<> reload_or_restart(const std::string& name) override;
  Result<> set_enabled(const std::string& name, bool enabled) override;
  Result<> set_masked(const std::string& name, bool masked) override;
  Result<> daemon_reload() override;
  Result<> reset_failed(const std::string& name) override;

  /// Waits until a unit is gone or inactive; `timeout` when it is not by then.
  Result<> wait_ended(const std::string& name, Duration timeout);

 private:
  Result<SystemdBus*> bus();
  Result<> job(const char* method, const std::string& name, const char* verb);

  Duration job_timeout_;
  std::unique_ptr<SystemdBus> bus_;
};

}  // namespace flyball::os::real
