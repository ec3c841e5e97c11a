#pragma once

#include "base/time.hpp"
#include "os/read.hpp"

#include <string>
#include <vector>

namespace flyball::os {

/// A unit as systemd sees it (org.freedesktop.systemd1(5)).
struct Unit {
  std::string active_state;  ///< `active`, `activating`, `inactive`, `failed`, …
  std::string sub_state;     ///< `running`, `exited`, `auto-restart`, …
  std::string
      unit_file_state;  ///< `enabled`, `disabled`, `static`, `masked`, `indirect`, …; empty for one without a file.
  std::string path;     ///< Of its unit file, or empty.
  std::string result;   ///< `success`, or why it failed: `exit-code`, `timeout`, …
  bool needs_daemon_reload = false;
  bool start_queued = false;  ///< It is not up, but systemd is about to start it: at boot, and amid a restart.
  bool operator==(const Unit&) const = default;
};

/// The device's service manager. Calls that start a job return when it has ended, or with `timeout`.
class Systemd {
 public:
  virtual ~Systemd() = default;
  virtual Read<Unit> unit(const std::string& name) = 0;  ///< Only reads; nothing when systemd finds no such unit.
  virtual Result<> start(const std::string& name) = 0;
  virtual Result<> stop(const std::string& name) = 0;
  virtual Result<> restart(const std::string& name) = 0;
  virtual Result<> reload_or_restart(const std::string& name) = 0;
  virtual Result<> set_enabled(const std::string& name, bool enabled) = 0;
  virtual Result<> set_masked(const std::string& name, bool masked) = 0;
  virtual Result<> daemon_reload() = 0;
  virtual Result<> reset_failed(const std::string& name) = 0;
};

}  // namespace flyball::os
