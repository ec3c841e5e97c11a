#pragma once

#include "os/files.hpp"
#include "os/net/pki.hpp"
#include "trust/open_authority.hpp"

#include <string>

namespace flyball::server {

/// Reads them from `<directory>/keys`, or makes them when the directory holds none. `corrupt` when only some are
/// there: then nothing is made, since devices believe the old ones.
///
/// What they are for is only known once the repository has told its id, so the authority's trust document is made
/// with the first release that compiles: see `make_authority`.
struct KeyFiles {
  std::string ca_key;
  std::string ca_certificate;
  Bytes release_seed;
  Bytes trust_document;  ///< Empty until the first revision compiled.
};
Result<KeyFiles> open_keys(os::Files& files, const os::Path& directory, os::Access access, Bytes random_seed,
                           WallTime now);

/// The authority over a repository: its trust document as kept, or version 1 of it, which is then kept.
Result<trust::OpenAuthority> make_authority(os::Files& files, const os::Path& directory, os::Access access,
                                            KeyFiles& keys, const RepositoryId& repository, const std::string& branch);

}  // namespace flyball::server
