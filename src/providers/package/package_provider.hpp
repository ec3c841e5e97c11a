#pragma once

#include "os/host.hpp"
#include "providers/provider.hpp"
#include "resources/package/package.hpp"

#include <set>
#include <string>
#include <vector>

namespace flyball::providers {

/// Packages of the device's package manager.
///
/// **Recovered first**: what an interrupted run left half done is finished before anything else is asked for.
/// **Simulated first**: nothing is removed that git did not name. **Restored**: the ledger keeps which packages came
/// with this one, from the simulation before (so that a crash in between loses nothing) and from the run itself; those
/// that nothing else needs go with it. Nothing is ever downgraded on restore, and configuration files stay.
class PackageProvider final : public Provider {
 public:
  explicit PackageProvider(const os::Host& host) : packages_(host.packages) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<> finish_interrupted();
  Result<os::PackageWish> wish_for(const std::string& name, const Package& want);
  Result<> check_candidate(const std::string& name, const Version& version);
  Result<std::set<std::string>> install(const std::string& name, const Package& want);
  Result<> remove(const std::string& name);
  Result<std::set<std::string>> came_along(const Subject& subject, const Baseline& baseline);
  Result<std::vector<std::string>> remove_one(const std::string& name, const std::set<std::string>& set);
  Result<std::string> remove_created(const Subject& subject, const Baseline& baseline);
  Result<std::string> put_back(const std::string& name, const Package& was);

  os::Packages& packages_;
};

}  // namespace flyball::providers
