#include "os/net/pki.hpp"

#include <gtest/gtest.h>

namespace flyball::os::net {
namespace {

using std::chrono::hours;

const WallTime now = *parse_rfc3339("2026-11-23T09:00:00Z");

KeyedCertificate ca_of(KeyType type) {
  const auto key = *make_key(type);
  return {*make_ca("fleet CA", key, hours(24 * 3650), now), key};
}

TEST(Keys, EachTypeSignsAndIsVerifiedByItsPublicHalf) {
  for (const auto type : {KeyType::ed25519, KeyType::p256}) {
    const auto key = *make_key(type);
    const auto spki = *public_key(key);
    const auto signature = *sign(key, "message");
    EXPECT_EQ(*key_type(key), type);
    EXPECT_EQ(*key_fingerprint(key), sha256(spki));
    EXPECT_TRUE(verify(spki, "message", signature));
    EXPECT_EQ(verify(spki, "other", signature).error().code, Errc::denied);
    EXPECT_EQ(verify(*public_key(*make_key(type)), "message", signature).error().code, Errc::denied);
    EXPECT_EQ(verify(spki, "message", "").error().code, Errc::denied);
  }
}

TEST(Keys, WhatIsNoKeyIsRefused) {
  const auto spki = *public_key(*make_key(KeyType::ed25519));
  for (const std::string_view bad :
       {"", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    EXPECT_EQ(public_key(bad).error().code, Errc::invalid);
    EXPECT_EQ(sign(bad, "message").error().code, Errc::invalid);
    EXPECT_EQ(verify(bad, "message", "signature").error().code, Errc::invalid);
  }
  EXPECT_EQ(verify(spki + "x", "message", "signature").error().code, Errc::invalid);
}

TEST(Keys, ARawEd25519KeyComesBackFromItsSpki) {
  const auto spki = *public_key(*make_key(KeyType::ed25519));
  const auto raw = *raw_ed25519(spki);
  EXPECT_EQ(raw.size(), 32u);
  EXPECT_EQ(*spki_of_ed25519(raw), spki);
  EXPECT_EQ(raw_ed25519(*public_key(*make_key(KeyType::p256))).error().code, Errc::unsupported);
  EXPECT_EQ(spki_of_ed25519("short").error().code, Errc::invalid);
}

TEST(Certificates, SayWhoTheyAreForAndHowLong) {
  for (const auto type : {KeyType::ed25519, KeyType::p256}) {
    const auto ca = ca_of(type);
    const auto root = *certificate_info(ca.certificate_pem);
    EXPECT_EQ(root.common_name, "fleet CA");
    EXPECT_TRUE(root.authority);
    EXPECT_EQ(root.spki, *key_fingerprint(ca.key_pem));

    const auto key = *make_key(KeyType::p256);
    const auto info = *certificate_info(
        *issue_server_certificate(ca, key, {"fleet.example", "192.0.2.7", "2001:db8::7"}, hours(48), now));
    EXPECT_EQ(info, (CertificateInfo{.common_name = "fleet.example",
                                     .issuer = "fleet CA",
                                     .spki = *key_fingerprint(key),
                                     .not_before = now - hours(1),
                                     .not_after = now + hours(48),
                                     .authority = false,
                                     .names = {"fleet.example", "192.0.2.7", "2001:db8::7"}}));
  }
}

TEST(Certificates, DatesReachBeyondTheYear2050) {
  const auto key = *make_key(KeyType::ed25519);
  const auto far = *parse_rfc3339("2049-12-31T23:59:59Z");
  EXPECT_EQ(certificate_info(*make_ca("old", key, hours(24 * 3650), far))->not_after, far + hours(24 * 3650));
}

TEST(Certificates, ADeviceIsCertifiedByItsSignedRequest) {
  const auto ca = ca_of(KeyType::ed25519);
  const auto key = *make_key(KeyType::ed25519);
  const auto request = *read_certificate_request(*make_certificate_request(key, "kiosk-0042"));
  EXPECT_EQ(request.common_name, "kiosk-0042");
  EXPECT_EQ(request.spki, *public_key(key));
  const auto info =
      *certificate_info(*issue_client_certificate(ca, request.spki, request.common_name, hours(720), now));
  EXPECT_EQ(info.common_name, "kiosk-0042");
  EXPECT_EQ(info.spki, *key_fingerprint(key));
}

TEST(Certificates, ARequestThatSomeoneElseSignedIsRefused) {
  // The public key of one inside the request of the other: both are 32 bytes of Ed25519.
  const auto one = *make_key(KeyType::ed25519);
  const auto other = *make_key(KeyType::ed25519);
  auto pem = *make_certificate_request(one, "kiosk-0042");
  const std::string_view begin = "-----BEGIN CERTIFICATE REQUEST-----\n";
  std::string body = pem.substr(begin.size(), pem.find("-----END") - begin.size());
  std::erase(body, '\n');
  auto der = *unbase64(body);
  const auto at = der.find(*raw_ed25519(*public_key(one)));
  ASSERT_NE(at, std::string::npos);
  der.replace(at, 32, *raw_ed25519(*public_key(other)));
  std::string lines = base64(der);
  for (std::size_t i = 64; i < lines.size(); i += 65) lines.insert(i, "\n");
  pem = text(begin, lines, "\n-----END CERTIFICATE REQUEST-----\n");
  EXPECT_EQ(read_certificate_request(pem).error().code, Errc::denied);
  EXPECT_EQ(read_certificate_request("junk").error().code, Errc::invalid);
}

TEST(Certificates, WhatCannotBeIssuedIsRefused) {
  const auto ca = ca_of(KeyType::ed25519);
  const auto key = *make_key(KeyType::ed25519);
  const KeyedCertificate mixed{ca.certificate_pem, key};
  EXPECT_EQ(issue_server_certificate(mixed, key, {"a.example"}, hours(1), now).error().code, Errc::invalid);
  EXPECT_EQ(issue_server_certificate(ca, key, {}, hours(1), now).error().code, Errc::invalid);
  EXPECT_EQ(issue_server_certificate(ca, key, {"a,IP:192.0.2.1"}, hours(1), now).error().code, Errc::invalid);
  EXPECT_EQ(issue_client_certificate(ca, "junk", "device", hours(1), now).error().code, Errc::invalid);
  EXPECT_EQ(certificate_info("junk").error().code, Errc::invalid);
}

TEST(Certificates, AChainIsSplitInItsOrder) {
  const auto ca = ca_of(KeyType::ed25519);
  const auto leaf = *issue_server_certificate(ca, *make_key(KeyType::p256), {"a.example"}, hours(1), now);
  EXPECT_EQ(*split_certificates(leaf + ca.certificate_pem), (std::vector{leaf, ca.certificate_pem}));
  EXPECT_FALSE(split_certificates(""));
}

}  // namespace
}  // namespace flyball::os::net
