#pragma once

#include "os/host.hpp"
#include "providers/provider.hpp"
#include "resources/service/service.hpp"

#include <string>

namespace flyball::providers {

/// What systemd says of a unit, in our three fields. A unit that is being started, or runs, is running; one that
/// waits for its next automatic start is not. `static` and its like are not enabled.
Service service_of(const os::Unit& unit);

/// Units of systemd. A unit that is not there is neither running, nor enabled, nor masked.
class ServiceProvider final : public Provider {
 public:
  explicit ServiceProvider(const os::Host& host) : systemd_(host.systemd) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  /// Without a baseline, the unit was not there: what git had started is stopped, and so on.
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  /// One that neither runs nor is to run is left alone.
  Result<> trigger(const Subject& subject, Trigger trigger) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<> bring_to(const std::string& unit, const Service& want);
  Result<> set_enabled(const std::string& unit, bool enabled, const os::Unit& now);
  Result<> start(const std::string& unit, const os::Unit& now);
  Result<> need_running(const std::string& unit);
  Result<> read_new_unit_files(const os::Unit& now);

  os::Systemd& systemd_;
};

}  // namespace flyball::providers
