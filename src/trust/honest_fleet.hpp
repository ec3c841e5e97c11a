#pragma once

#include "trust/check.hpp"
#include "trust/open_authority.hpp"
#include "trust/sshsig.hpp"

#include <string>
#include <vector>

/// For tests: a fleet in mode `open` with three devices and a server that has released up to sequence 40.
namespace flyball::trust {

inline SigningKey key_of(std::string_view who) { return *SigningKey::from_seed(sha256(who).bytes()); }

inline const WallTime monday = *parse_rfc3339("2026-11-23T09:00:00Z");

struct HonestFleet {
  explicit HonestFleet(const std::string& name = "acme-5f0c1e9a")
      : repository(name),
        document(open_document(repository, "refs/heads/main", key_of("release key").public_key(), sha256("the CA"))),
        authority(*OpenAuthority::make(key_of("release key"), document.encode())) {}

  RepositoryId repository;
  TrustDocument document;
  OpenAuthority authority;
  std::vector<std::string> devices = {"gateway-1", "kiosk-0042", "kiosk-0043"};

  /// Content of a manifest: differs by device and sequence.
  static Bytes manifest(const std::string& device, std::uint64_t sequence) {
    return Manifest{.resources = {{ResourceId("file", "/etc/motd"), sha256(text(device, sequence))}}}.encode();
  }
  Tree tree(std::uint64_t sequence) const {
    Tree::Entries entries;
    for (const auto& device : devices) entries[device_audience(DeviceId(device))] = sha256(manifest(device, sequence));
    return Tree(entries);
  }
  ReleaseStatement statement(std::uint64_t sequence) const {
    const auto now = monday + std::chrono::hours(sequence);
    const auto content = tree(sequence);
    return {.branch = "refs/heads/main",
            .not_before = now,
            .expires = now + open_validity,
            .leaves = content.leaves(),
            .policy = sha256("policy"),
            .repository = repository,
            .revision = Revision(std::string(40, 'a')),
            .root = content.root(),
            .sequence = Sequence{sequence},
            .snapshot = sha256("snapshot")};
  }
  Member member(const std::string& device) const {
    return {.device = DeviceId(device),
            .group = GroupPath("kiosks/berlin"),
            .key = key_of(device).public_key().digest(),
            .repository = repository};
  }
  Envelope envelope(std::uint64_t sequence, const std::string& device = "kiosk-0042") const {
    return *make_envelope(authority.sign_statement(statement(sequence)), tree(sequence),
                          sha256(manifest(device, sequence)), DeviceId(device), authority.sign_member(member(device)));
  }
  /// What kiosk-0042 holds after it adopted that sequence; 0: fresh from enrolment.
  DeviceTrust held(std::uint64_t sequence = 40) const {
    auto out = *DeviceTrust::pinned(authority.document_bytes(), authority.pin(), DeviceId("kiosk-0042"),
                                    key_of("kiosk-0042").public_key().digest());
    if (sequence > 0) out = adopted(*check(envelope(sequence).encode(), out).offer, out);
    return out;
  }
};

/// A document that follows, signed by these keys.
inline SignedBytes signed_by(const Bytes& bytes, std::string_view purpose, const std::vector<std::string>& keys) {
  SignedBytes out{.bytes = bytes};
  for (const auto& key : keys) out.signatures.push_back(sign(key_of(key), purpose, bytes));
  return out;
}

}  // namespace flyball::trust
