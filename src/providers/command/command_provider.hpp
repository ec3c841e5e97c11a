#pragma once

#include "os/host.hpp"
#include "providers/provider.hpp"

#include <string>

namespace flyball::providers {

/// What only a command can do, run by /bin/sh -c. With `check` it is a state: there when the check ends with 0.
/// Without, it is there when this very text was run, which the notes tell.
class CommandProvider final : public Provider {
 public:
  explicit CommandProvider(const os::Host& host) : processes_(host.processes) {}

  /// Runs `check`, which only reads. A check that cannot run or takes too long is an error, not an answer.
  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  /// Runs `undo`, unless the state was there before.
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  Result<> trigger(const Subject& subject, Trigger trigger) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<os::Exit> run(const Command& command, const std::string& script);
  Result<> run_well(const Command& command, const std::string& script, std::string_view what);
  Result<bool> done(const Subject& subject);

  os::Processes& processes_;
};

}  // namespace flyball::providers
