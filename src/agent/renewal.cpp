#include "agent/renewal.hpp"

#include "os/net/pki.hpp"
#include "wire/messages.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

constexpr Duration timeout = std::chrono::seconds(60);
constexpr Duration look_every = std::chrono::minutes(10);  // Clocks jump, machines sleep.

bool due(const std::string& certificate_pem, WallTime now) {
  const auto info = os::net::certificate_info(certificate_pem);
  return info && now >= info->not_before + (info->not_after - info->not_before) / 3 * 2;
}

}  // namespace

void Renewal::run(const Identity& identity, WallTime time_floor) {
  if (line_.now() < look_again_ || !caller_.may_send()) return;
  look_again_ = line_.now() + look_every;
  if (!due(identity.certificate_pem, std::max(clocks_.wall(), time_floor))) return;
  const auto asked = os::net::make_certificate_request(identity.key_pem, identity.device.str());
  if (!asked) return;
  os::net::Request request{.method = "POST", .target = std::string(wire::path::renew)};
  request.headers.emplace("Content-Type", wire::json_type);
  request.body = wire::RenewRequest{.certificate_request = *asked}.encode();
  caller_.send(std::move(request), timeout);
}

bool Renewal::take(const LinkAnswer& answer, Identity& identity, const Digest& ca) {
  const auto reply = caller_.take(answer);
  if (!reply) return false;
  auto next = renewed(*reply, identity, ca);
  if (!next || !store_.save(*next)) {
    caller_.back_off(*reply);
    look_again_ = {};
    return true;
  }
  identity = std::move(*next);
  caller_.recovered();
  line_.reconnect();
  return true;
}

Result<Identity> Renewal::renewed(const Reply& reply, const Identity& identity, const Digest& ca) {
  if (reply.kind != Reply::Kind::answered) return fail(Errc::unavailable, reply.why);
  auto answer = TRY(wire::RenewAnswer::decode(reply.response.body));
  const auto info = TRY(os::net::certificate_info(answer.certificate_pem));
  if (info.spki != TRY(os::net::key_fingerprint(identity.key_pem)))
    return fail(Errc::denied, "the server's certificate is for another key");
  auto out = identity;
  out.certificate_pem = std::move(answer.certificate_pem);
  const auto authority = os::net::certificate_info(answer.ca_pem);
  if (authority && authority->spki == ca) out.ca_pem = std::move(answer.ca_pem);
  return out;
}

}  // namespace flyball::agent
