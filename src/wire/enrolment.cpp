#include "wire/json_fields.hpp"
#include "wire/messages.hpp"
#include "wire/report_json.hpp"

#include <utility>

namespace flyball::wire {
namespace {

constexpr std::size_t max_signatures = 4;

Json message(std::string_view kind) { return Json::Object{{"kind", kind}}; }

Result<std::vector<Bytes>> signatures_from(const Json& json) {
  std::vector<Bytes> out;
  for (const auto& item : TRY(fields::maybe_list(json, "signatures", max_signatures))) {
    auto blob = item.string() == nullptr ? std::nullopt : unbase64(*item.string());
    if (!blob) return fail(Errc::invalid, "a signature is no base64");
    out.push_back(std::move(*blob));
  }
  return out;
}

Result<Facts> facts_of(const Json& json) {
  const auto* facts = json.find("facts");
  return facts == nullptr ? Facts{} : facts_from(*facts);
}

Result<TrustAnswer> read_trust_answer(const Json& json) {
  return TrustAnswer{.document = TRY(fields::get_base64(json, "document")),
                     .nonce = TRY(fields::get_base64(json, "nonce")),
                     .ca_pem = TRY(fields::get_text(json, "ca"))};
}

Result<EnrollRequest> read_enroll_request(const Json& json) {
  return EnrollRequest{.claim = TRY(fields::get_base64(json, "claim")),
                       .signatures = TRY(signatures_from(json)),
                       .certificate_request = TRY(fields::get_text(json, "certificate_request")),
                       .facts = TRY(facts_of(json)),
                       .agent_version = TRY(fields::get_text(json, "agent_version"))};
}

Result<EnrollAnswer> read_enroll_answer(const Json& json) {
  EnrollAnswer out{.pending = TRY(get_boolean(json, "pending"))};
  if (out.pending) return out;
  out.certificate_pem = TRY(fields::get_text(json, "certificate"));
  out.ca_pem = TRY(fields::get_text(json, "ca"));
  return out;
}

Result<RenewAnswer> read_renew_answer(const Json& json) {
  return RenewAnswer{.certificate_pem = TRY(fields::get_text(json, "certificate")),
                     .ca_pem = TRY(fields::get_text(json, "ca"))};
}

}  // namespace

Bytes TrustAnswer::encode() const {
  auto out = message(kind);
  out["document"] = base64(document);
  out["nonce"] = base64(nonce);
  out["ca"] = ca_pem;
  return out.canonical();
}

Result<TrustAnswer> TrustAnswer::decode(std::string_view bytes) {
  return TRY(read_trust_answer(TRY(fields::parse(bytes, kind, max_answer_bytes))), kind);
}

Bytes EnrollRequest::encode() const {
  auto out = message(kind);
  Json::Array blobs;
  for (const auto& blob : signatures) blobs.emplace_back(base64(blob));
  out["claim"] = base64(claim);
  out["signatures"] = std::move(blobs);
  out["certificate_request"] = certificate_request;
  out["facts"] = to_json(facts);
  out["agent_version"] = agent_version;
  return out.canonical();
}

Result<EnrollRequest> EnrollRequest::decode(std::string_view bytes) {
  return TRY(read_enroll_request(TRY(fields::parse(bytes, kind, max_enroll_bytes))), kind);
}

Bytes EnrollAnswer::encode() const {
  auto out = message(kind);
  out["pending"] = pending;
  if (!pending) {
    out["certificate"] = certificate_pem;
    out["ca"] = ca_pem;
  }
  return out.canonical();
}

Result<EnrollAnswer> EnrollAnswer::decode(std::string_view bytes) {
  return TRY(read_enroll_answer(TRY(fields::parse(bytes, kind, max_answer_bytes))), kind);
}

Bytes RenewRequest::encode() const {
  auto out = message(kind);
  out["certificate_request"] = certificate_request;
  return out.canonical();
}

Result<RenewRequest> RenewRequest::decode(std::string_view bytes) {
  const auto json = TRY(fields::parse(bytes, kind, max_enroll_bytes));
  return RenewRequest{.certificate_request = TRY(fields::get_text(json, "certificate_request"), kind)};
}

Bytes RenewAnswer::encode() const {
  auto out = message(kind);
  out["certificate"] = certificate_pem;
  out["ca"] = ca_pem;
  return out.canonical();
}

Result<RenewAnswer> RenewAnswer::decode(std::string_view bytes) {
  return TRY(read_renew_answer(TRY(fields::parse(bytes, kind, max_answer_bytes))), kind);
}

}  // namespace flyball::wire
