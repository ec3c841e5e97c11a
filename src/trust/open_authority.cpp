#include "trust/open_authority.hpp"

#include "trust/sshsig.hpp"

namespace flyball::trust {

TrustDocument open_document(const RepositoryId& repository, const std::string& branch, const PublicKey& release_key,
                            const Digest& ca, Sequence floor) {
  const std::string server(server_person);
  return TrustDocument{
      .version = 1,
      .mode = Mode::open,
      .repository = repository,
      .branches = {branch},
      .people = {{server, Person{.keys = {release_key}, .roles = {Role::approve}}}},
      .trustees = {.count = 1, .of = {server}},
      .rules = {{"everything", Rule{.approve = 1}}},
      .online = {.ca = ca},
      .floor = floor,
  };
}

Result<OpenAuthority> OpenAuthority::make(SigningKey release_key, Bytes document) {
  auto decoded = TRY(TrustDocument::decode(document));
  const auto* who = decoded.owner(release_key.public_key());
  if (who == nullptr || !decoded.people[*who].roles.contains(Role::approve))
    return fail(Errc::denied, "the release key may not approve by the trust document");
  return OpenAuthority(std::move(release_key), std::move(document), std::move(decoded));
}

SignedBytes OpenAuthority::sign_statement(const ReleaseStatement& statement) const {
  auto bytes = statement.encode();
  auto signature = sign(key_, purpose::approval, bytes);
  return {.bytes = std::move(bytes), .signatures = {std::move(signature)}};
}

SignedBytes OpenAuthority::sign_member(const Member& member) const {
  auto bytes = member.encode();
  auto signature = sign(key_, purpose::member, bytes);
  return {.bytes = std::move(bytes), .signatures = {std::move(signature)}};
}

Result<Envelope> make_envelope(const SignedBytes& statement, const Tree& tree, const Digest& manifest,
                               const DeviceId& device, const SignedBytes& member, std::vector<SignedBytes> trust) {
  const auto index = tree.find(device_audience(device));
  if (!index) return fail(Errc::not_found, "the release has nothing for ", device);
  return Envelope{.statement = statement,
                  .manifest = manifest,
                  .proof = tree.proof(*index),
                  .member = member,
                  .trust = std::move(trust)};
}

WallTime renewal_time(const ReleaseStatement& statement) {
  return statement.not_before + (statement.expires - statement.not_before) * 2 / 3;
}

ReleaseStatement renewed(const ReleaseStatement& old, Sequence sequence, WallTime now) {
  auto out = old;
  out.sequence = sequence;
  out.previous = ReleaseStatement::Previous{.revision = old.revision, .statement = old.digest()};
  out.not_before = WallTime{std::chrono::floor<std::chrono::seconds>(now.since)};  // As it will be written.
  out.expires = out.not_before + open_validity;
  return out;
}

}  // namespace flyball::trust
