#include "agent/enrolment.hpp"

#include "agent/line.hpp"
#include "os/net/pki.hpp"
#include "wire/messages.hpp"

namespace flyball::agent {
namespace {

constexpr std::string_view pending_name = "enrolment.json";
constexpr std::string_view pending_kind = "flyball-pending-enrolment@v1";

Result<trust::PublicKey> public_key_of(const std::string& key_pem) {
  const auto raw = TRY(os::net::raw_ed25519(TRY(os::net::public_key(key_pem))));
  return trust::PublicKey::from_ed25519(raw);
}

Result<os::net::Response> answered(const os::net::Response& response) {
  auto reply = sort(response);
  if (reply.kind == Reply::Kind::answered) return std::move(reply.response);
  return fail(reply.kind == Reply::Kind::refused ? Errc::denied : Errc::unavailable, reply.why);
}

}  // namespace

Result<std::string> enrolment_key(DeviceStore& store, const std::function<Result<std::string>()>& make) {
  TRY(store.state().prepare());
  if (const auto pending = TRY(store.state().read(pending_name, pending_kind))) return get_string(*pending, "key");
  auto key = TRY(make());
  Json json;
  json["key"] = key;
  TRY(store.state().write(pending_name, pending_kind, std::move(json)));
  return key;
}

os::net::Request trust_request() { return {.target = std::string(wire::path::trust)}; }

Result<Belief> believe(const EnrolmentWish& wish, const os::net::Response& trust_answer) {
  const auto response = TRY(answered(trust_answer));
  const auto answer = TRY(wire::TrustAnswer::decode(response.body), "the server's trust document");
  const auto key = TRY(public_key_of(wish.key_pem));
  Belief out{
      .trust = TRY(trust::DeviceTrust::pinned(answer.document, wish.token.pin(), wish.token.device(), key.digest())),
      .ca_pem = answer.ca_pem,
      .nonce = answer.nonce};
  const auto ca = TRY(os::net::certificate_info(answer.ca_pem), "the server's CA");
  if (ca.spki != out.trust.document.online.ca)
    return fail(Errc::denied, "the server's CA is not the one that its trust document names");
  return out;
}

Result<os::net::Request> enrolment_request(const EnrolmentWish& wish, const Belief& belief) {
  const trust::EnrollClaim claim{.device = wish.token.device(),
                                 .key = TRY(public_key_of(wish.key_pem)),
                                 .nonce = belief.nonce,
                                 .pin = wish.token.pin()};
  auto signed_claim = trust::sign_claim(claim, wish.token);
  wire::EnrollRequest message{
      .claim = std::move(signed_claim.bytes),
      .signatures = std::move(signed_claim.signatures),
      .certificate_request = TRY(os::net::make_certificate_request(wish.key_pem, wish.token.device().str())),
      .facts = wish.facts,
      .agent_version = wish.agent_version};
  os::net::Request out{.method = "POST", .target = std::string(wire::path::enroll), .body = message.encode()};
  out.headers.emplace("Content-Type", wire::json_type);
  return out;
}

Result<std::optional<Identity>> accept_enrolment(DeviceStore& store, const EnrolmentWish& wish, const Belief& belief,
                                                 const os::net::Response& answer) {
  const auto response = TRY(answered(answer), "the server does not enrol this device");
  const auto message = TRY(wire::EnrollAnswer::decode(response.body), "the server's answer");
  if (message.pending) return std::nullopt;
  const auto certificate = TRY(os::net::certificate_info(message.certificate_pem), "the device's certificate");
  if (certificate.spki != TRY(os::net::key_fingerprint(wish.key_pem)))
    return fail(Errc::denied, "the server's certificate is for another key");

  Adopted adopted{.trust = belief.trust};
  adopted.trust.time_floor = std::max(adopted.trust.time_floor, certificate.not_before);
  Identity identity{.device = wish.token.device(),
                    .server = wish.server,
                    .key_pem = wish.key_pem,
                    .certificate_pem = message.certificate_pem,
                    .ca_pem = belief.ca_pem};
  // The identity last: with it the device is enrolled.
  TRY(store.save(adopted));
  TRY(store.save(identity));
  TRY(store.state().remove(pending_name));
  return identity;
}

}  // namespace flyball::agent
