#include "trust/token.hpp"

#include "trust/sshsig.hpp"
#include "trust/strict.hpp"

namespace flyball::trust {
namespace {

constexpr std::string_view prefix = "flyball1.";
constexpr std::size_t checksum_size = 4;
constexpr std::size_t fixed_size = SigningKey::seed_size + Digest::size + checksum_size;
constexpr std::size_t max_device = 253;
constexpr std::size_t min_nonce = 16;
constexpr std::size_t max_nonce = 64;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view white = " \t\r\n";
  const auto first = line.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(white) - first + 1);
}

// Found by people who mistype, not by attackers: those need the seed.
Bytes checksum(std::string_view payload) {
  return Bytes(sha256(text("flyball-token@v1", '\0', payload)).bytes().substr(0, checksum_size));
}

Result<EnrollClaim> read(const Json& json) {
  EnrollClaim out{.device = DeviceId(TRY(strict::get_name(json, "device"))),
                  .key = TRY(PublicKey::parse(TRY(get_string(json, "key")))),
                  .nonce = TRY(strict::get_base64(json, "nonce")),
                  .pin = TRY(strict::get_digest(json, "pin"))};
  if (out.nonce.size() < min_nonce || out.nonce.size() > max_nonce)
    return fail(Errc::invalid, "`nonce` has an improper length");
  return out;
}

}  // namespace

Result<Token> Token::make(std::string_view seed, const DeviceId& device, const Digest& pin) {
  if (!strict::is_name(device.str()) || device.str().size() > max_device)
    return fail(Errc::invalid, "a token cannot name the device `", device, "`");
  return Token(TRY(SigningKey::from_seed(seed)), device, pin);
}

Result<Token> Token::parse(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with(prefix)) return fail(Errc::invalid, "this is no enrolment token: those begin with ", prefix);
  const auto payload = unbase64url(line.substr(prefix.size()));
  if (!payload || payload->size() <= fixed_size) return fail(Errc::invalid, "the token was damaged or cut short");
  const auto content = std::string_view(*payload).substr(0, payload->size() - checksum_size);
  if (std::string_view(*payload).substr(content.size()) != checksum(content))
    return fail(Errc::invalid, "the token was damaged: its checksum does not fit");
  return make(content.substr(0, SigningKey::seed_size), DeviceId(content.substr(fixed_size - checksum_size)),
              *Digest::from_bytes(content.substr(SigningKey::seed_size, Digest::size)));
}

std::string Token::line() const {
  auto payload = text(key_.seed(), pin_.bytes(), device_);
  payload += checksum(payload);
  return text(prefix, base64url(payload));
}

Bytes EnrollClaim::encode() const {
  Json out;
  out["kind"] = kind;
  out["device"] = device.str();
  out["key"] = key.str();
  out["nonce"] = base64(nonce);
  out["pin"] = pin.str();
  return out.canonical();
}

Result<EnrollClaim> EnrollClaim::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_bytes));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  return out;
}

SignedBytes sign_claim(const EnrollClaim& claim, const Token& token) {
  auto bytes = claim.encode();
  auto signature = sign(token.key(), purpose::enroll, bytes);
  return {.bytes = std::move(bytes), .signatures = {std::move(signature)}};
}

Result<VerifiedClaim> verify_claim(const SignedBytes& signed_claim) {
  auto claim = TRY(EnrollClaim::decode(signed_claim.bytes));
  if (signed_claim.signatures.size() != 1) return fail(Errc::invalid, "a claim has one signature, of its token");
  auto token = TRY(verified_signer(signed_claim.signatures.front(), purpose::enroll, signed_claim.bytes));
  return VerifiedClaim{.claim = std::move(claim), .token = std::move(token)};
}

}  // namespace flyball::trust
