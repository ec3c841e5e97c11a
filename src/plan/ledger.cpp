#include "plan/ledger.hpp"

#include <algorithm>

namespace flyball::plan {
namespace {

Json names_json(const auto& names) {
  Json::Array out;
  for (const auto& name : names) out.emplace_back(text(name));
  return out;
}

Result<std::vector<std::string>> names_from(const Json& json, std::string_view name) {
  std::vector<std::string> out;
  const auto* list = json.find(name);
  if (list == nullptr) return out;
  if (list->array() == nullptr) return fail(Errc::corrupt, "`", name, "` is not a list");
  for (const auto& item : *list->array()) {
    if (item.string() == nullptr) return fail(Errc::corrupt, "`", name, "` holds something else than a text");
    out.push_back(*item.string());
  }
  return out;
}

Result<ResourceId> id_from(std::string_view written) {
  auto id = ResourceId::parse(written);
  if (!id) return fail(Errc::corrupt, "`", written, "` is no resource id");
  return std::move(*id);
}

Result<Digest> digest_from(const Json& json, std::string_view name) {
  const auto written = maybe_string(json, name);
  if (!written) return Digest{};
  const auto digest = Digest::parse(*written);
  if (!digest) return fail(Errc::corrupt, "`", name, "` is no digest");
  return *digest;
}

void put_digest(Json& json, std::string_view name, const Digest& digest) {
  if (digest != Digest{}) json[name] = digest.str();
}

Json baseline_json(const LedgerEntry& entry) {
  Json out{Json::Object{}};
  if (entry.baseline_id.kind() != entry.id.kind()) out["id"] = entry.baseline_id.str();
  if (entry.baseline) out["fields"] = encode_observed(*entry.baseline);
  if (!entry.baseline_notes.is_null()) out["notes"] = entry.baseline_notes;
  if (!entry.not_kept.empty()) out["not_kept"] = entry.not_kept;
  return out;
}

Result<> read_baseline(LedgerEntry& entry, const Json& json) {
  entry.baseline_id = entry.id;
  if (const auto other = maybe_string(json, "id")) entry.baseline_id = TRY(id_from(*other));
  if (const auto* fields = json.find("fields"))
    entry.baseline = TRY(decode_observed(entry.baseline_id.kind(), *fields), "baseline");
  if (const auto* notes = json.find("notes")) entry.baseline_notes = *notes;
  entry.not_kept = maybe_string(json, "not_kept").value_or("");
  return {};
}

}  // namespace

Place place_of(const ResourceId& id) {
  const bool in_file_system = id.kind() == File::kind || id.kind() == Directory::kind || id.kind() == Link::kind;
  return in_file_system ? Place(text("path:", id.name())) : Place(id.str());
}

Json LedgerEntry::to_json() const {
  Json out;
  out["id"] = id.str();
  out["spec"] = encode(spec);
  if (!needs.empty()) out["needs"] = names_json(needs);
  out["managed"] = names_json(managed);
  put_digest(out, "blob", blob);
  put_digest(out, "intent", intent);
  put_digest(out, "applied", applied);
  if (changed) out["changed"] = true;
  out["baseline"] = baseline_json(*this);
  if (!notes.is_null()) out["notes"] = notes;
  put_digest(out, "restart", restart);
  put_digest(out, "reload", reload);
  return out;
}

Result<LedgerEntry> LedgerEntry::from_json(const Json& json) {
  LedgerEntry out;
  out.id = TRY(id_from(TRY(get_string(json, "id"))));
  const auto* fields = json.find("spec");
  if (fields == nullptr) return fail(Errc::corrupt, out.id, " has no `spec`");
  out.spec = TRY(decode(out.id.kind(), *fields), out.id);
  for (const auto& name : TRY(names_from(json, "needs"), out.id)) out.needs.push_back(TRY(id_from(name)));
  for (auto& name : TRY(names_from(json, "managed"), out.id)) out.managed.insert(std::move(name));
  out.blob = TRY(digest_from(json, "blob"), out.id);
  out.intent = TRY(digest_from(json, "intent"), out.id);
  out.applied = TRY(digest_from(json, "applied"), out.id);
  out.changed = maybe_boolean(json, "changed").value_or(false);
  out.restart = TRY(digest_from(json, "restart"), out.id);
  out.reload = TRY(digest_from(json, "reload"), out.id);
  if (const auto* notes = json.find("notes")) out.notes = *notes;
  const auto* baseline = json.find("baseline");
  if (baseline == nullptr) return fail(Errc::corrupt, out.id, " has no `baseline`");
  TRY(read_baseline(out, *baseline), out.id);
  return out;
}

const LedgerEntry* find(const Ledger& ledger, const ResourceId& id) {
  const auto found = ledger.find(place_of(id));
  return found == ledger.end() ? nullptr : &found->second;
}

std::set<std::string> managed_fields(const Spec& spec) {
  std::set<std::string> out;
  const auto* kind = find_kind(kind_of(spec));
  const auto fields = encode_observed(spec);
  for (const auto& [name, value] : *fields.object()) {
    const auto* field = kind->find(name);
    const bool kept = field != nullptr && field->use != FieldUse::steering && field->type != FieldType::ensure;
    if (kept) out.insert(name);
  }
  return out;
}

bool needs_baseline(const Ledger& ledger, const DesiredResource& wanted) {
  const auto* entry = find(ledger, wanted.id);
  if (entry == nullptr) return true;
  if (entry->id.kind() != wanted.id.kind() || !entry->baseline || wants_absence(*wanted.spec)) return false;
  return !std::ranges::includes(entry->managed, managed_fields(*wanted.spec));
}

namespace {

// Fields that are managed from now on get the value they have now; all others keep what is on record.
void keep_new_fields(LedgerEntry& entry, const std::set<std::string>& managed, const Taken& taken) {
  if (!entry.baseline || !taken.spec || entry.baseline_id.kind() != kind_of(*taken.spec)) return;
  auto kept = encode_observed(*entry.baseline);
  const auto now = encode_observed(*taken.spec);
  for (const auto& name : managed) {
    const auto* value = entry.managed.contains(name) ? nullptr : now.find(name);
    if (value != nullptr) kept[name] = *value;
  }
  if (auto merged = decode_observed(entry.baseline_id.kind(), kept)) entry.baseline = std::move(*merged);
}

LedgerEntry fresh(const ResourceId& id, const Taken& taken) {
  // A link may have taken the place of a file: then that is what was there.
  return {.id = id,
          .baseline_id = taken.spec ? ResourceId(kind_of(*taken.spec), id.name()) : id,
          .baseline = taken.spec,
          .baseline_notes = taken.notes,
          .not_kept = taken.not_kept};
}

}  // namespace

void enter(Ledger& ledger, const DesiredResource& wanted, const std::optional<Taken>& taken) {
  const auto place = place_of(wanted.id);
  auto found = ledger.find(place);
  if (found == ledger.end()) found = ledger.emplace(place, fresh(wanted.id, taken.value_or(Taken{}))).first;
  auto& entry = found->second;
  const auto managed = managed_fields(*wanted.spec);
  if (taken) keep_new_fields(entry, managed, *taken);
  if (entry.id.kind() != wanted.id.kind()) {
    entry.id = wanted.id;
    entry.managed = entry.baseline && entry.baseline_id.kind() == wanted.id.kind() ? managed_fields(*entry.baseline)
                                                                                   : std::set<std::string>{};
    entry.notes = {};
    entry.applied = {};
  }
  entry.managed.insert(managed.begin(), managed.end());  // Fields that left stay until their old values are back.
  if (wants_absence(*wanted.spec) && entry.baseline) entry.managed.merge(managed_fields(*entry.baseline));
  entry.spec = *wanted.spec;
  entry.needs = wanted.relations.needs;
  entry.blob = wanted.blob;
  entry.intent = wanted.digest;
}

void complete(Ledger& ledger, const ResourceId& id, const Completion& completion) {
  const auto found = ledger.find(place_of(id));
  if (found == ledger.end()) return;
  auto& entry = found->second;
  if (completion.notes) entry.notes = *completion.notes;
  entry.applied = entry.intent;
  entry.changed = entry.changed || completion.changed;
  for (const auto& name : completion.restored) entry.managed.erase(name);
  if (completion.restart) entry.restart = *completion.restart;
  if (completion.reload) entry.reload = *completion.reload;
}

}  // namespace flyball::plan
