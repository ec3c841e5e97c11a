#include "server/secrets.hpp"

#include <array>

namespace flyball::server {
namespace {

constexpr std::uint64_t max_key_file = 64 * 1024;
constexpr Duration ca_life = std::chrono::hours(24 * 365 * 20);

Result<Bytes> read_or_nothing(os::Files& files, const os::Path& path) {
  return TRY(files.read(path, max_key_file), "cannot read ", path).value_or(Bytes());
}

}  // namespace

Result<KeyFiles> open_keys(os::Files& files, const os::Path& directory, os::Access access, Bytes random_seed,
                           WallTime now) {
  const auto keys = directory + "/keys";
  auto folder = access;
  folder.mode = 0700;
  TRY(os::make_directories(files, keys, folder));
  KeyFiles out{.ca_key = TRY(read_or_nothing(files, keys + "/ca.key")),
               .ca_certificate = TRY(read_or_nothing(files, keys + "/ca.crt")),
               .release_seed = TRY(read_or_nothing(files, keys + "/release.seed")),
               .trust_document = TRY(read_or_nothing(files, keys + "/trust.json"))};
  const std::array present = {!out.ca_key.empty(), !out.ca_certificate.empty(), !out.release_seed.empty()};
  const bool any = present[0] || present[1] || present[2];
  const bool all = present[0] && present[1] && present[2];
  // The certificate is written last: without it the first start did not come to its end, and nobody believed the rest.
  if (all || (any && present[1])) {
    if (all) return out;
    return fail(
        Errc::corrupt, keys,
        " holds only some of ca.key, ca.crt and release.seed: restore it from a backup; devices believe these keys");
  }
  out.ca_key = TRY(os::net::make_key(os::net::KeyType::ed25519), "cannot make the CA's key");
  out.ca_certificate = TRY(os::net::make_ca("Flyball CA", out.ca_key, ca_life, now), "cannot make the CA");
  out.release_seed = std::move(random_seed);
  TRY(os::replace_file(files, keys + "/ca.key", out.ca_key, access));
  TRY(os::replace_file(files, keys + "/release.seed", out.release_seed, access));
  auto readable = access;
  readable.mode = 0644;
  TRY(os::replace_file(files, keys + "/ca.crt", out.ca_certificate, readable));
  return out;
}

Result<trust::OpenAuthority> make_authority(os::Files& files, const os::Path& directory, os::Access access,
                                            KeyFiles& keys, const RepositoryId& repository, const std::string& branch) {
  auto release_key = TRY(trust::SigningKey::from_seed(keys.release_seed), "the release key is damaged");
  if (keys.trust_document.empty()) {
    const auto ca = TRY(os::net::key_fingerprint(keys.ca_key));
    keys.trust_document = trust::open_document(repository, branch, release_key.public_key(), ca).encode();
    access.mode = 0644;
    TRY(os::replace_file(files, directory + "/keys/trust.json", keys.trust_document, access));
  }
  return trust::OpenAuthority::make(std::move(release_key), keys.trust_document);
}

}  // namespace flyball::server
