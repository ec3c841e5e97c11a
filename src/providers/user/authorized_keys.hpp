#pragma once

#include "os/files.hpp"
#include "os/users.hpp"
#include "providers/path/path_state.hpp"
#include "providers/provider.hpp"

#include <string>
#include <vector>

namespace flyball::providers {

/// The file ~/.ssh/authorized_keys of an account (sshd(8)). It and its directory belong to the account with 0600 and
/// 0700; what sshd would refuse for its owner or mode counts as no keys at all.
class AuthorizedKeys {
 public:
  AuthorizedKeys(os::Files& files, os::Users& users) : files_(files), path_state_(files, users) {}

  /// The lines, sorted; none when there is no file; nothing when there is one that sshd would not take.
  os::Read<NameSet> read(const os::Account& account);
  /// Exactly these lines. Makes the home directory of an account that has none yet.
  Result<> write(const os::Account& account, const NameSet& keys);

  /// What is there, with the content kept, to put it back byte by byte.
  Result<Json> record(const os::Account& account, Contents& contents);
  /// Puts back what `record` saw; null: there was nothing.
  Result<> put_back(const os::Account& account, const Json& recorded, Contents& contents);

 private:
  Result<> need_directory(const os::Account& account);
  Result<> clear(const os::Account& account, bool directory_too);

  os::Files& files_;
  PathState path_state_;
};

}  // namespace flyball::providers
