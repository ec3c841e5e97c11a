#include "agent/device_store.hpp"

#include "wire/report_json.hpp"

#include <algorithm>
#include <ranges>

namespace flyball::agent {
namespace {

constexpr std::string_view identity_name = "identity.json";
constexpr std::string_view identity_kind = "flyball-identity@v1";
constexpr std::string_view adopted_name = "adopted.json";
constexpr std::string_view adopted_kind = "flyball-adopted@v1";
constexpr std::string_view specs_prefix = "specs-";
constexpr std::string_view specs_kind = "flyball-specs@v1";
constexpr std::string_view facts_name = "facts.json";
constexpr std::string_view facts_kind = "flyball-facts@v1";
constexpr std::string_view hold_name = "hold.json";
constexpr std::string_view hold_kind = "flyball-local-hold@v1";
constexpr std::string_view plan_name = "plan.json";
constexpr std::string_view plan_kind = "flyball-open-plan@v1";

std::string specs_name(const Digest& manifest) { return text(specs_prefix, hex(manifest.bytes()), ".json"); }

Result<Digest> digest_of(const Json& json, std::string_view name) {
  const auto digest = Digest::parse(TRY(get_string(json, name)));
  if (!digest) return fail(Errc::corrupt, "`", name, "` is no digest");
  return *digest;
}

Result<Bytes> bytes_of(const Json& json, std::string_view name) {
  auto bytes = unbase64(TRY(get_string(json, name)));
  if (!bytes) return fail(Errc::corrupt, "`", name, "` is not base64");
  return std::move(*bytes);
}

}  // namespace

DeviceStore::DeviceStore(os::Files& files, os::Path directory, os::Access access)
    : state_(files, std::move(directory), access), ledger_(state_), contents_(state_), events_(state_) {}

Result<> DeviceStore::load() {
  TRY(state_.prepare(), "the state directory");
  TRY(contents_.load());
  return events_.load();
}

os::Read<Identity> DeviceStore::identity() {
  const auto json = TRY(state_.read(identity_name, identity_kind));
  if (!json) return std::nullopt;
  return Identity{.device = DeviceId(TRY(get_string(*json, "device"), identity_name)),
                  .server = TRY(get_string(*json, "server"), identity_name),
                  .key_pem = TRY(get_string(*json, "key"), identity_name),
                  .certificate_pem = TRY(get_string(*json, "certificate"), identity_name),
                  .ca_pem = TRY(get_string(*json, "ca"), identity_name)};
}

Result<> DeviceStore::save(const Identity& identity) {
  Json json;
  json["device"] = identity.device.str();
  json["server"] = identity.server;
  json["key"] = identity.key_pem;
  json["certificate"] = identity.certificate_pem;
  json["ca"] = identity.ca_pem;
  return state_.write(identity_name, identity_kind, std::move(json));
}

os::Read<Adopted> DeviceStore::adopted() {
  const auto json = TRY(state_.read(adopted_name, adopted_kind));
  if (!json) return std::nullopt;
  Adopted out{.trust = TRY(trust::DeviceTrust::decode(TRY(bytes_of(*json, "trust"), adopted_name)), adopted_name),
              .generation = {static_cast<std::uint64_t>(TRY(get_integer(*json, "generation"), adopted_name))},
              .deletion_approved = maybe_boolean(*json, "deletion_approved").value_or(false)};
  if (json->find("manifest") != nullptr) out.manifest = TRY(digest_of(*json, "manifest"), adopted_name);
  return out;
}

Result<> DeviceStore::save(const Adopted& adopted) {
  Json json;
  json["trust"] = base64(adopted.trust.encode());
  json["generation"] = adopted.generation.value;
  if (adopted.deletion_approved) json["deletion_approved"] = true;
  if (adopted.manifest) json["manifest"] = adopted.manifest->str();
  return state_.write(adopted_name, adopted_kind, std::move(json));
}

Result<Resources> DeviceStore::resources(const Digest& manifest) {
  const auto name = specs_name(manifest);
  const auto json = TRY(state_.read(name, specs_kind));
  if (!json) return fail(Errc::not_found, state_.path(name), " is not there");
  const auto bytes = TRY(bytes_of(*json, "manifest"), name);
  if (sha256(bytes) != manifest) return fail(Errc::corrupt, state_.path(name), " holds another manifest");
  Resources out{.manifest = TRY(Manifest::decode(bytes), name)};
  const auto* blobs = json->find("blobs");
  if (blobs == nullptr || blobs->array() == nullptr || blobs->array()->size() != out.manifest.resources.size())
    return fail(Errc::corrupt, state_.path(name), " does not hold the blobs of its manifest");
  for (std::size_t i = 0; i < out.manifest.resources.size(); ++i) {
    const auto* written = (*blobs->array())[i].string();
    if (written == nullptr || sha256(*written) != out.manifest.resources[i].second)
      return fail(Errc::corrupt, state_.path(name), ": the blob of ", out.manifest.resources[i].first, " is damaged");
    out.blobs.push_back(*written);
  }
  return out;
}

Result<> DeviceStore::save(const Resources& resources) {
  const auto bytes = resources.manifest.encode();
  Json::Array blobs;
  for (const auto& blob : resources.blobs) blobs.emplace_back(blob);
  Json json;
  json["manifest"] = base64(bytes);
  json["blobs"] = std::move(blobs);
  return state_.write(specs_name(sha256(bytes)), specs_kind, std::move(json));
}

void DeviceStore::forget_resources_but(const std::optional<Digest>& manifest) {
  const auto directory = os::parent_of(state_.path("x"));
  const auto names = state_.files().list(directory);
  if (!names || !*names) return;  // What is left lying is found another time.
  for (const auto& name : **names) {
    if (name.starts_with(specs_prefix) && (!manifest || name != specs_name(*manifest)))
      (void)state_.files().remove(text(directory, '/', name));
  }
}

os::Read<Facts> DeviceStore::facts() {
  const auto json = TRY(state_.read(facts_name, facts_kind));
  if (!json) return std::nullopt;
  const auto* facts = json->find("facts");
  if (facts == nullptr) return fail(Errc::corrupt, facts_name, " holds no facts");
  return TRY(wire::facts_from(*facts), facts_name);
}

Result<> DeviceStore::save_facts(const Facts& facts) {
  Json json;
  json["facts"] = wire::to_json(facts);
  return state_.write(facts_name, facts_kind, std::move(json));
}

os::Read<Hold> DeviceStore::hold() {
  const auto json = TRY(state_.read(hold_name, hold_kind));
  if (!json) return std::nullopt;
  return Hold{.reason = TRY(get_string(*json, "reason"), hold_name),
              .by = TRY(get_string(*json, "by"), hold_name),
              .boot = TRY(get_string(*json, "boot"), hold_name),
              .until = {Duration(TRY(get_integer(*json, "until_us"), hold_name))},
              .left = Duration(TRY(get_integer(*json, "left_us"), hold_name))};
}

Result<> DeviceStore::save_hold(const std::optional<Hold>& hold) {
  if (!hold) return state_.remove(hold_name);
  Json json;
  json["reason"] = hold->reason;
  json["by"] = hold->by;
  json["boot"] = hold->boot;
  json["until_us"] = std::int64_t{hold->until.since.count()};
  json["left_us"] = std::int64_t{hold->left.count()};
  return state_.write(hold_name, hold_kind, std::move(json));
}

os::Read<OpenPlan> DeviceStore::open_plan() {
  const auto json = TRY(state_.read(plan_name, plan_kind));
  if (!json) return std::nullopt;
  OpenPlan out{.manifest = TRY(digest_of(*json, "manifest"), plan_name),
               .sequence = {static_cast<std::uint64_t>(TRY(get_integer(*json, "sequence"), plan_name))}};
  const auto* steps = json->find("steps");
  if (steps == nullptr || steps->array() == nullptr) return fail(Errc::corrupt, plan_name, " has no steps");
  for (const auto& step : *steps->array()) {
    auto id = step.string() != nullptr ? ResourceId::parse(*step.string()) : std::nullopt;
    if (!id) return fail(Errc::corrupt, plan_name, " names something that is no resource");
    out.steps.push_back(std::move(*id));
  }
  return out;
}

Result<> DeviceStore::open(const OpenPlan& plan) {
  Json json;
  json["manifest"] = plan.manifest.str();
  json["sequence"] = plan.sequence.value;
  Json::Array steps;
  for (const auto& id : plan.steps) steps.emplace_back(id.str());
  json["steps"] = std::move(steps);
  return state_.write(plan_name, plan_kind, std::move(json));
}

void DeviceStore::close_plan() { (void)state_.files().remove(state_.path(plan_name)); }

Result<> DeviceStore::wipe() {
  contents_.keep_only({});
  const auto directory = os::parent_of(state_.path("x"));
  const auto names = TRY(state_.files().list(directory));
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    if (name == identity_name) continue;
    const auto path = text(directory, '/', name);
    const auto meta = TRY(state_.files().stat(path));
    const bool own =
        name.ends_with(".json") || (meta && meta->type == os::FileMeta::Type::directory && name == "contents");
    if (own) TRY(state_.files().remove(path), "cannot remove ", path);
  }
  return state_.remove(identity_name);
}

namespace {

// Providers may name contents anywhere in what they note.
void collect_digests(const Json& json, std::set<Digest>& out) {
  if (json.string() != nullptr) {
    if (const auto digest = Digest::parse(*json.string())) out.insert(*digest);
  }
  if (json.array() != nullptr) {
    for (const auto& item : *json.array()) collect_digests(item, out);
  }
  if (json.object() != nullptr) {
    for (const auto& item : *json.object() | std::views::values) collect_digests(item, out);
  }
}

}  // namespace

std::set<Digest> contents_of(const plan::Ledger& ledger) {
  std::set<Digest> out;
  for (const auto& entry : ledger | std::views::values) {
    if (entry.baseline) collect_digests(encode_observed(*entry.baseline), out);
    collect_digests(entry.baseline_notes, out);
    collect_digests(entry.notes, out);
  }
  return out;
}

}  // namespace flyball::agent
