#include "trust/device_trust.hpp"

#include "trust/strict.hpp"

namespace flyball::trust {
namespace {

constexpr std::size_t max_state = 2 * TrustDocument::max_bytes;

Result<DeviceTrust> read(const Json& json) {
  const Json floor = TRY(strict::get_object(json, "floor"));
  return DeviceTrust{.document = TRY(TrustDocument::decode(TRY(strict::get_base64(json, "document")))),
                     .branch = TRY(strict::get_name(json, "branch")),
                     .floor = {.sequence = Sequence{TRY(strict::get_count(floor, "sequence"))},
                               .statement = TRY(strict::get_digest(floor, "statement"))},
                     .key = TRY(strict::get_digest(json, "key")),
                     .device = DeviceId(TRY(get_string(json, "device"))),
                     .group = GroupPath(TRY(get_string(json, "group"))),
                     .time_floor = TRY(strict::get_time(json, "time_floor"))};
}

}  // namespace

Result<DeviceTrust> DeviceTrust::pinned(std::string_view document, const Digest& pin, const DeviceId& device,
                                        const Digest& key) {
  if (sha256(document) != pin) return fail(Errc::denied, "the server's trust document is not the one that was pinned");
  auto decoded = TRY(TrustDocument::decode(document));
  if (decoded.version != 1) return fail(Errc::invalid, "trust begins with version 1, not ", decoded.version);
  DeviceTrust out{.branch = *decoded.branches.begin(),
                  .floor = {.sequence = decoded.floor.value_or(Sequence{})},
                  .key = key,
                  .device = device};
  out.document = std::move(decoded);
  return out;
}

Bytes DeviceTrust::encode() const {
  Json out;
  out["kind"] = kind;
  out["branch"] = branch;
  out["device"] = device.str();
  out["document"] = base64(document.encode());
  out["floor"] = Json::Object{{"sequence", floor.sequence.value}, {"statement", floor.statement.str()}};
  out["group"] = group.str();
  out["key"] = key.str();
  out["time_floor"] = rfc3339(time_floor);
  return out.canonical();
}

Result<DeviceTrust> DeviceTrust::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_state));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  return out;
}

}  // namespace flyball::trust
