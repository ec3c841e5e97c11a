#pragma once

#include "os/host.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"
#include "providers/sysctl/sysctl_settings.hpp"

#include <string>

namespace flyball::providers {

/// Kernel parameters: the running value in /proc/sys, and a line in a file of ours in /etc/sysctl.d for the next boot.
class SysctlProvider final : public Provider {
 public:
  static constexpr std::string_view folder = "/etc/sysctl.d";
  static constexpr std::string_view file_name = "60-flyball.conf";

  explicit SysctlProvider(const os::Host& host) : files_(host.files), path_state_(host.files, host.users) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  os::Read<std::string> running(const std::string& key);
  Result<> set_running(const std::string& key, const std::string& value);
  Result<SysctlSettings> ours();
  Result<> persist(const std::string& key, const std::optional<std::string>& value);
  Result<> check_nothing_overrides(const std::string& key, const std::string& value);

  os::Files& files_;
  PathState path_state_;
};

}  // namespace flyball::providers
