#include "agent/ledger_store.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

constexpr std::string_view base_name = "ledger.json";
constexpr std::string_view base_kind = "flyball-ledger@v1";
constexpr std::string_view changes_name = "ledger-changes.json";
constexpr std::string_view changes_kind = "flyball-ledger-changes@v1";
constexpr std::size_t small_bytes = std::size_t{64} * 1024;

Result<Json::Object> entries_of(const Json& json) {
  const auto* entries = json.find("entries");
  if (entries == nullptr || entries->object() == nullptr) return fail(Errc::corrupt, "the ledger has no `entries`");
  return *entries->object();
}

}  // namespace

Result<plan::Ledger> LedgerStore::load() {
  plan::Ledger out;
  epoch_ = 0;
  base_bytes_ = 0;
  changed_.clear();
  if (const auto base = TRY(state_.read(base_name, base_kind))) {
    epoch_ = TRY(get_integer(*base, "epoch"), "the ledger");
    for (const auto& [place, json] : TRY(entries_of(*base))) {
      base_bytes_ += json.canonical().size();
      out.insert_or_assign(plan::Place(place), TRY(plan::LedgerEntry::from_json(json), "the ledger"));
    }
  }
  const auto changes = TRY(state_.read(changes_name, changes_kind));
  if (!changes || TRY(get_integer(*changes, "epoch"), "the ledger") != epoch_) return out;
  for (const auto& [place, json] : TRY(entries_of(*changes))) {
    changed_.emplace(place);
    out.erase(plan::Place(place));
    if (!json.is_null()) out.emplace(place, TRY(plan::LedgerEntry::from_json(json), "the ledger"));
  }
  return out;
}

Result<> LedgerStore::save(const plan::Ledger& ledger, const std::set<plan::Place>& touched) {
  if (touched.empty()) return {};
  auto changed = changed_;
  changed.insert(touched.begin(), touched.end());
  Json::Object entries;
  std::size_t bytes = 0;
  for (const auto& place : changed) {
    const auto found = ledger.find(place);
    auto json = found != ledger.end() ? found->second.to_json() : Json{};
    bytes += json.canonical().size() + place.str().size();
    if (bytes > std::max(small_bytes, base_bytes_ / 4)) return fold(ledger);
    entries.emplace(place.str(), std::move(json));
  }
  Json json;
  json["epoch"] = epoch_;
  json["entries"] = std::move(entries);
  TRY(state_.write(changes_name, changes_kind, std::move(json)));
  changed_ = std::move(changed);
  return {};
}

Result<> LedgerStore::fold(const plan::Ledger& ledger) {
  Json::Object entries;
  std::size_t bytes = 0;
  for (const auto& [place, entry] : ledger) {
    auto json = entry.to_json();
    bytes += json.canonical().size();
    entries.emplace(place.str(), std::move(json));
  }
  Json base;
  base["epoch"] = epoch_ + 1;
  base["entries"] = std::move(entries);
  TRY(state_.write(base_name, base_kind, std::move(base)));
  ++epoch_;
  base_bytes_ = bytes;
  changed_.clear();  // Those on disk name the old base, and are ignored.
  return {};
}

}  // namespace flyball::agent
