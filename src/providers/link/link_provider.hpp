#pragma once

#include "os/host.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"

namespace flyball::providers {

/// Symbolic links, replaced atomically: at every moment the name leads to the old or the new target. A file or an empty
/// directory in the way is replaced too.
class LinkProvider final : public Provider {
 public:
  explicit LinkProvider(const os::Host& host) : files_(host.files), path_state_(host.files, host.users) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  os::Files& files_;
  PathState path_state_;
};

}  // namespace flyball::providers
