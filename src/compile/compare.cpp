#include "compile/compare.hpp"

#include "compile/field_changes.hpp"
#include "compile/standing.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_set>
#include <utility>

// Ten thousand devices differ in few ways: devices of one manifest before and one after are compared once, and what
// then looks the same to people is one change, however many devices and digests it has.
namespace flyball::compile {
namespace {

using What = FleetChange::What;

std::optional<What> what_of(const Standing& before, const Standing& after) {
  if (before.managed() && after.managed())
    return after.absent && !after.present && before.present ? What::remove : What::change;
  if (before.managed()) return after.released ? What::release : What::restore;
  if (after.managed()) return after.present ? What::add : What::remove;
  return std::nullopt;
}

// What git says of a resource goes with it; what leaves shows its name alone.
bool shows_fields(What what) { return what == What::change || what == What::add; }

// Equal for changes that look the same to people.
Digest likeness(const FleetChange& change) {
  Json::Array parts{name(change.what), change.id.str()};
  for (const auto& field : change.fields) {
    parts.emplace_back(field.field);
    parts.push_back(field.before ? Json(Json::Array{*field.before}) : Json());
    parts.push_back(field.after ? Json(Json::Array{*field.after}) : Json());
    parts.push_back(field.diff ? Json(*field.diff) : Json());
  }
  for (const auto& id : change.restarts) parts.emplace_back(id.str());
  return sha256(Json(std::move(parts)).canonical());
}

class Comparison {
 public:
  Comparison(const Fleet* before, const Fleet& after)
      : before_(before), after_(after), old_specs_(before != nullptr ? *before : after), new_specs_(after) {}

  FleetPlan run() {
    out_.devices = after_.devices.size();
    for (const auto& pair : pair_up(before_, after_)) take(pair);
    for (auto& [key, devices] : found_) merge(key, devices);
    for (auto& change : out_.changes) finish(change);
    std::ranges::sort(out_.changes, {},
                      [](const FleetChange& change) { return std::tie(rank(change.what), change.id, change.devices); });
    std::ranges::copy_if(staying_, std::back_inserter(out_.unchanged),
                         [&](const ResourceId& id) { return !moving_.contains(id); });
    std::ranges::sort(out_.unchanged);
    return std::move(out_);
  }

 private:
  struct Key {
    What what;
    ResourceId id;
    std::optional<Digest> before;
    std::optional<Digest> after;
    std::vector<ResourceId> restarts;
    auto tie() const { return std::tie(what, id, before, after, restarts); }
    bool operator<(const Key& other) const { return tie() < other.tie(); }
  };
  using Devices = std::vector<const FleetDevice*>;

  static const int& rank(What what) {
    static constexpr int order[] = {4, 3, 0, 1, 2};  // add, change, remove, restore, release
    return order[static_cast<std::size_t>(what)];
  }

  void take(const ManifestPair& pair) {
    for (const auto* device : pair.devices) {
      if (pair.after == nullptr) out_.gone.push_back(device->id);
      if (pair.before == nullptr) out_.added.push_back(device->id);
      if (pair.after != nullptr && !pair.equal) out_.affected.insert(device->id);
    }
    std::vector<Key> changes;
    std::set<ResourceId> changed;
    each_resource(pair, [&](const ResourceId& id, const Digest* before, const Digest* after) {
      const auto was = before != nullptr ? old_specs_.standing(*before) : not_named;
      if (was.managed()) out_.managed += pair.devices.size();
      if (before != nullptr && after != nullptr && *before == *after) {
        staying_.insert(id);
        return;
      }
      const auto is = after != nullptr ? new_specs_.standing(*after) : not_named;
      if (pair.before != nullptr && leaves(was, is)) out_.leaving += pair.devices.size();
      const auto what = what_of(was, is);
      if (pair.after == nullptr || !what) return;
      changed.insert(id);
      changes.push_back({.what = *what,
                         .id = id,
                         .before = before != nullptr ? std::optional(*before) : std::nullopt,
                         .after = after != nullptr ? std::optional(*after) : std::nullopt});
    });
    if (changes.empty()) return;
    const auto restarts = restarts_of(pair, changed);
    for (auto& key : changes) {
      if (const auto found = restarts.find(key.id); found != restarts.end()) key.restarts = found->second;
      auto& devices = found_[std::move(key)];
      devices.insert(devices.end(), pair.devices.begin(), pair.devices.end());
    }
    moving_.merge(changed);
  }

  // Which of the changed resources restart what: services and commands that were there before and name them.
  std::map<ResourceId, std::vector<ResourceId>> restarts_of(const ManifestPair& pair,
                                                            const std::set<ResourceId>& changed) {
    std::map<ResourceId, std::vector<ResourceId>> out;
    each_resource(pair, [&](const ResourceId& id, const Digest* before, const Digest* after) {
      if (before == nullptr || after == nullptr || (id.kind() != Service::kind && id.kind() != Command::kind)) return;
      const auto* blob = new_specs_.blob(*after);
      if (blob == nullptr) return;
      std::set<ResourceId> triggers;
      for (const auto& variant : blob->variants) {
        if (maybe_boolean(variant.fields, "running") == false) continue;
        triggers.insert(variant.relations.restart_on.begin(), variant.relations.restart_on.end());
      }
      for (const auto& trigger : triggers) {
        if (changed.contains(trigger)) out[trigger].push_back(id);
      }
    });
    return out;
  }

  void merge(const Key& key, Devices& devices) {
    FleetChange change{.what = key.what, .id = key.id, .restarts = key.restarts};
    if (shows_fields(key.what)) {
      const auto* before = key.before ? old_specs_.blob(*key.before) : nullptr;
      const auto* after = key.after ? new_specs_.blob(*key.after) : nullptr;
      change.fields = field_changes(key.id, before, old_specs_, after, new_specs_);
    }
    const auto [seen, is_new] = seen_.try_emplace(likeness(change), out_.changes.size());
    if (is_new) {
      out_.changes.push_back(std::move(change));
      members_.push_back(std::move(devices));
    } else {
      auto& members = members_[seen->second];
      members.insert(members.end(), devices.begin(), devices.end());
    }
  }

  void finish(FleetChange& change) {
    const auto& devices = members_[static_cast<std::size_t>(&change - out_.changes.data())];
    std::set<GroupPath> groups;
    for (const auto* device : devices) {
      change.devices.push_back(device->id);
      groups.insert(device->group);
    }
    std::ranges::sort(change.devices);
    change.groups.assign(groups.begin(), groups.end());
  }

  const Fleet* before_;
  const Fleet& after_;
  SpecReader old_specs_;
  SpecReader new_specs_;
  std::map<Key, Devices> found_;
  std::map<Digest, std::size_t> seen_;  // By likeness, the place in `changes`.
  std::vector<Devices> members_;        // Of each change of `out_`.
  std::unordered_set<ResourceId> staying_;
  std::set<ResourceId> moving_;
  FleetPlan out_;
};

}  // namespace

std::string_view name(FleetChange::What what) {
  static constexpr std::string_view words[] = {"add", "change", "delete", "restore", "release"};
  return words[static_cast<std::size_t>(what)];
}

FleetPlan compare(const Fleet* before, const Fleet& after) {
  auto plan = Comparison(before, after).run();
  std::ranges::sort(plan.added);
  std::ranges::sort(plan.gone);
  return plan;
}

}  // namespace flyball::compile
