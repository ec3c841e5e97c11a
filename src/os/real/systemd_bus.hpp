#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flyball::os::real {

/// A connection to systemd's manager object (org.freedesktop.systemd1(5)): calls with texts in and texts out, and its
/// signals. One thread; when a call fails with `unavailable` the connection may be gone, and a new one is to be made.
class SystemdBus {
 public:
  /// By the system bus or, where there is none, as root by systemd's own socket.
  static Result<std::unique_ptr<SystemdBus>> open();
  ~SystemdBus();

  /// A method of the manager with text arguments; what it answers first when that is a text or a path, else nothing.
  Result<std::string> call(const std::string& method, const std::vector<std::string>& arguments, Duration timeout);
  /// EnableUnitFiles and its like: a list of names, then flags. What it answers first when that is a flag, else true.
  Result<bool> change_unit_files(const std::string& method, const std::string& unit, const std::vector<bool>& flags);
  /// A property of a unit's object. Kinds of units differ in their interface for `Result`.
  Result<std::string> text(const std::string& object, const std::string& interface, const std::string& property);
  /// `start`, `restart`, …: what systemd is about to do with a unit; empty when nothing.
  Result<std::string> queued_job(const std::string& object);
  Result<bool> flag(const std::string& object, const std::string& interface, const std::string& property);

  /// A signal of the manager or a unit: its member name, object, and its leading texts, paths and numbers as texts.
  struct Signal {
    std::string member;
    std::string object;
    std::vector<std::string> values;
  };
  /// What to listen for: a signal of the manager's, or with a unit's name its property changes.
  struct Topic {
    std::string member;
    std::string unit;
  };
  /// From now on hands signals to `use`, which must not call back here. Who listens must also handle: what nobody takes
  /// piles up in the bus. Once.
  Result<> listen(const std::vector<Topic>& topics, std::function<void(const Signal&)> use);
  /// Handles what has come. `unavailable` when the connection is gone.
  Result<> handle();
  /// Handles what comes until `done` says so, or `timeout`.
  Result<> handle_until(const std::function<bool()>& done, Duration timeout);
  int descriptor() const;

 private:
  struct Parts;
  explicit SystemdBus(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The object of a unit, and back; empty when it is none.
std::string unit_object(const std::string& unit);
std::string unit_of_object(const std::string& object);

/// As systemctl: a name without a suffix is a service's.
std::string full_unit_name(const std::string& name);

}  // namespace flyball::os::real
