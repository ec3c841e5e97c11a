#pragma once

#include "os/host.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"
#include "providers/user/authorized_keys.hpp"
#include "resources/user/user.hpp"

#include <string>
#include <vector>

namespace flyball::providers {

/// Local accounts. Homes always stay. A removal waits while processes of the account run (`unavailable`), and is never
/// forced. The uid of an account that Flyball did not make is not changed, since its files would be orphaned.
class UserProvider final : public Provider {
 public:
  explicit UserProvider(const os::Host& host)
      : files_(host.files), users_(host.users), path_state_(host.files, host.users), keys_(host.files, host.users) {}

  Result<std::optional<Spec>> observe(const Subject& subject) override;
  Result<Baseline> baseline(const Subject& subject, Contents& contents) override;
  Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) override;
  Result<std::string> restore(const Subject& subject, const Baseline& baseline, const std::vector<std::string>& fields,
                              Contents& contents) override;
  std::vector<os::Watch> watches(const Subject& subject) override;

 private:
  Result<User> user_of(const os::Account& account);
  Result<> need_groups(const User& want);
  Result<> create(const std::string& name, const User& want);
  Result<> need_home(const os::Account& account);
  Result<> change(const Subject& subject, const os::Account& account);
  Result<> join(const os::Account& account, const User& want);
  Result<> remove(const std::string& name);
  Result<> sweep(const Subject& subject, const Baseline& baseline);
  Result<> recreate(const std::string& name, const User& was);
  Result<std::string> remove_created(const Subject& subject, const Baseline& baseline, Contents& contents);
  Result<> put_back(const Subject& subject, const os::Account& account, const User& was,
                    const std::vector<std::string>& fields);

  os::Files& files_;
  os::Users& users_;
  PathState path_state_;
  AuthorizedKeys keys_;
};

}  // namespace flyball::providers
