#include "trust/envelope.hpp"

#include "trust/strict.hpp"

#include <utility>

namespace flyball::trust {
namespace {

Json signatures_json(const std::vector<Bytes>& blobs) { return strict::list(blobs, base64); }

Result<std::vector<Bytes>> signatures_from(const Json& json) {
  const auto items = TRY(strict::get_strings(json, "signatures"));
  if (items.size() > SignedBytes::max_signatures)
    return fail(Errc::invalid, "more than ", SignedBytes::max_signatures, " signatures");
  std::vector<Bytes> out;
  for (const auto& item : items) {
    auto blob = unbase64(item);
    if (!blob) return fail(Errc::invalid, "a signature is no base64");
    out.push_back(std::move(*blob));
  }
  return out;
}

Json document_json(const SignedBytes& document) {
  return Json::Object{{"document", base64(document.bytes)}, {"signatures", signatures_json(document.signatures)}};
}

Result<SignedBytes> document_from(const Json& json) {
  return SignedBytes{.bytes = TRY(strict::get_base64(json, "document")), .signatures = TRY(signatures_from(json))};
}

Json proof_json(const Proof& proof) {
  Bytes path;
  for (const auto& digest : proof.path) path += digest.bytes();
  return Json::Object{{"index", proof.index}, {"path", base64(path)}};
}

Result<Proof> proof_from(const Json& json) {
  Proof out{.index = TRY(strict::get_count(json, "index"))};
  const auto path = TRY(strict::get_base64(json, "path"));
  if (path.size() % Digest::size != 0 || path.size() / Digest::size > Proof::max_path)
    return fail(Errc::invalid, "`path` has an improper length");
  for (std::size_t i = 0; i < path.size(); i += Digest::size)
    out.path.push_back(*Digest::from_bytes(std::string_view(path).substr(i, Digest::size)));
  return out;
}

std::size_t written(const Bytes& bytes) { return (bytes.size() + 2) / 3 * 4; }

Result<> check_bounds(const Envelope& envelope, std::size_t size) {
  if (envelope.trust.size() > Envelope::max_trust_documents)
    return fail(Errc::invalid, "more than ", Envelope::max_trust_documents, " trust documents");
  auto documents = written(envelope.statement.bytes);
  for (const auto& document : envelope.trust) documents += written(document.bytes);
  if (size - documents > Envelope::max_rest)
    return fail(Errc::invalid, "more than ", Envelope::max_rest, " bytes besides documents");
  return {};
}

Result<Envelope> read(const Json& json) {
  const Json manifest = TRY(strict::get_object(json, "manifest"));
  const Json proof = TRY(strict::get_object(manifest, "proof"));
  const Json member = TRY(strict::get_object(json, "member"));
  Envelope out{
      .statement = {.bytes = TRY(strict::get_base64(json, "statement")), .signatures = TRY(signatures_from(json))},
      .manifest = TRY(strict::get_digest(manifest, "digest")),
      .proof = TRY(proof_from(proof), "proof"),
      .member = TRY(document_from(member), "member")};
  const auto* trust = json.find("trust");
  if (trust == nullptr || trust->array() == nullptr) return fail(Errc::invalid, "`trust` is missing or not a list");
  for (const auto& item : *trust->array()) out.trust.push_back(TRY(document_from(item), "trust"));
  return out;
}

}  // namespace

Bytes Envelope::encode() const {
  Json out;
  out["kind"] = kind;
  out["manifest"] = Json::Object{{"digest", manifest.str()}, {"proof", proof_json(proof)}};
  out["member"] = document_json(member);
  out["signatures"] = signatures_json(statement.signatures);
  out["statement"] = base64(statement.bytes);
  out["trust"] = strict::list(trust, document_json);
  return out.canonical();
}

Result<Envelope> Envelope::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_bytes));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  TRY(check_bounds(out, bytes.size()), kind);
  return out;
}

}  // namespace flyball::trust
