#pragma once

#include "os/host.hpp"
#include "providers/provider.hpp"

#include <string>
#include <vector>

namespace flyball::providers {

/// Local groups of users. `members` is exact. Members that are not there yet are waited for (`unavailable`), so that a
/// group may come before its users and they may name it.
class UserGroupProvider final : public Provider {
 public:
  explicit UserGroupProvider(const os::Host& host) : users_(host.users) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<> set_gid(const Subject& subject, const os::AccountGroup& group);
  /// Returns those that no account has.
  Result<std::vector<std::string>> set_members(const std::string& name, const std::vector<std::string>& members);

  os::Users& users_;
};

}  // namespace flyball::providers
