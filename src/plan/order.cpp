#include "plan/order.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <string>

// The order of a plan.
//
// The problem: some resources cannot be made before others (a file in a directory that is not there, owned by a user
// that is not there), some must not be stopped or removed before others are gone, and whatever the order is, it has to
// be the same on every device and in every run, so that what was tried on one is what happens on the next.
//
// The idea: an order is a set of arrows and a rule for ties. Arrows come from `needs` and from nature. Among all
// resources that have nothing left to wait for, the one of the lowest rank goes first, and of equal rank the one with
// the lowest id. Nature gives way: should its arrows and those of git close a circle, the lowest of those that wait
// goes all the same (git's own arrows are checked for circles when the repository is compiled).
//
// Example: git has
//     file:/etc/kiosk/kiosk.env   owner: kiosk
//     directory:/etc/kiosk
//     user:kiosk                  groups: [video]
//     package:chromium
//     service:kiosk               needs: [package:chromium], restart_on: [file:/etc/kiosk/kiosk.env]
// Free at first: user:kiosk (rank 1), package:chromium (2), directory:/etc/kiosk (3). The file waits for the user and
// the directory, the service for the package and the file. The order is: user, package, directory, file, service. With
// `directory:/etc/kiosk: { needs: [package:chromium] }` nothing changes; with `package:chromium: { needs:
// [file:/etc/kiosk/kiosk.env] }` it is: user, directory, file, package, service, although packages come before files.
//
// What leaves goes the other way, by the `needs` that the ledger kept, since git no longer tells: service:kiosk stops
// before anything else is touched, then come all creates and updates, then the file, the directory, the package, the
// user.
namespace flyball::plan {
namespace {

int rank(std::string_view kind) {
  static constexpr std::array<std::string_view, 4> first{UserGroup::kind, User::kind, Package::kind, Directory::kind};
  const auto found = std::ranges::find(first, kind);
  if (found != first.end()) return static_cast<int>(found - first.begin());
  if (kind == File::kind) return 4;
  return kind == Service::kind ? 6 : 5;
}

struct Ranked {
  int rank;
  ResourceId id;
  auto operator<=>(const Ranked&) const = default;
};

Ranked ranked(const ResourceId& id) { return {rank(id.kind()), id}; }

// Gives the dependencies of one resource after the other.
class Finder {
 public:
  explicit Finder(const DesiredState& desired) {
    for (const auto& resource : desired.resources) {
      if (resource.spec) managed_.emplace(resource.id, &resource);
    }
    for (const auto& [id, resource] : managed_) out_[id];
  }

  std::map<ResourceId, Dependencies> all() {
    for (const auto& [id, resource] : managed_) {
      for (const auto& other : resource->relations.needs) blocks(id, other);
      for (const auto& other : resource->relations.restart_on) comes_after(id, other);
      for (const auto& other : resource->relations.reload_on) comes_after(id, other);
      by_place(*resource);
      std::visit([&](const auto& spec) { by_nature(id, spec); }, *resource->spec);
    }
    return std::move(out_);
  }

 private:
  void blocks(const ResourceId& id, const ResourceId& other) {
    if (managed_.contains(other) && other != id) out_[id].blocking.insert(other);
  }
  void comes_after(const ResourceId& id, const ResourceId& other) {
    if (managed_.contains(other) && other != id) out_[id].ordering.insert(other);
  }
  void owned(const ResourceId& id, const std::optional<std::string>& owner, const std::optional<std::string>& group) {
    if (owner) blocks(id, {User::kind, *owner});
    if (group) blocks(id, {UserGroup::kind, *group});
  }

  // The nearest directory above it that is managed. One that is to go comes after what lies in it.
  void by_place(const DesiredResource& resource) {
    if (!place_of(resource.id).str().starts_with("path:")) return;
    std::string path(resource.id.name());
    for (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0; slash = path.rfind('/')) {
      path.resize(slash);
      const auto above = managed_.find(ResourceId(Directory::kind, path));
      if (above == managed_.end()) continue;
      if (wants_absence(*above->second->spec)) return comes_after(above->first, resource.id);
      return blocks(resource.id, above->first);
    }
  }

  void by_nature(const ResourceId& id, const File& file) { owned(id, file.owner, file.group); }
  void by_nature(const ResourceId& id, const Directory& directory) { owned(id, directory.owner, directory.group); }
  void by_nature(const ResourceId& id, const User& user) {
    if (user.group) blocks(id, {UserGroup::kind, *user.group});
    if (!user.groups) return;
    for (const auto& group : user.groups->names) blocks(id, {UserGroup::kind, group});
  }
  void by_nature(const ResourceId& id, const UserGroup& group) {
    if (!group.members) return;
    for (const auto& member : group.members->names) comes_after(id, {User::kind, member});
  }
  void by_nature(const ResourceId& id, const Service&) { blocks(id, {Package::kind, id.name()}); }
  void by_nature(const ResourceId& id, const Command& command) { owned(id, command.user, std::nullopt); }
  void by_nature(const ResourceId&, const auto&) {}

  std::map<ResourceId, const DesiredResource*> managed_;
  std::map<ResourceId, Dependencies> out_;
};

// Takes whatever waits for nothing, lowest first; when all wait, the lowest of all.
class Sorter {
 public:
  void add(const ResourceId& id) { waiting_.emplace(ranked(id), 0); }
  void arrow(const ResourceId& from, const ResourceId& to) {
    if (arrows_[from].insert(to).second) ++waiting_[ranked(to)];
  }

  std::vector<ResourceId> sorted() {
    std::vector<ResourceId> out;
    for (const auto& [node, count] : waiting_) {
      if (count == 0) free_.insert(node);
    }
    while (!waiting_.empty()) {
      const auto next = free_.empty() ? waiting_.begin()->first : *free_.begin();
      free_.erase(next);
      waiting_.erase(next);
      out.push_back(next.id);
      for (const auto& to : arrows_[next.id]) loosen(ranked(to));
    }
    return out;
  }

 private:
  void loosen(const Ranked& node) {
    const auto found = waiting_.find(node);
    if (found != waiting_.end() && --found->second == 0) free_.insert(node);
  }

  std::map<Ranked, int> waiting_;
  std::set<Ranked> free_;
  std::map<ResourceId, std::set<ResourceId>> arrows_;
};

}  // namespace

std::map<ResourceId, Dependencies> dependencies_of(const DesiredState& desired) { return Finder(desired).all(); }

std::vector<ResourceId> order_of(const std::map<ResourceId, Dependencies>& dependencies) {
  Sorter sorter;
  for (const auto& [id, unused] : dependencies) sorter.add(id);
  for (const auto& [id, depends] : dependencies) {
    for (const auto& other : depends.blocking) sorter.arrow(other, id);
    for (const auto& other : depends.ordering) sorter.arrow(other, id);
  }
  return sorter.sorted();
}

namespace {

std::map<Place, DesiredResource::Outcome> places_of(const DesiredState& desired) {
  using Outcome = DesiredResource::Outcome;
  std::map<Place, Outcome> out;
  for (const auto& resource : desired.resources) {
    if (resource.outcome == Outcome::none) continue;
    auto& outcome = out.try_emplace(place_of(resource.id), resource.outcome).first->second;
    if (resource.outcome != Outcome::released) outcome = resource.outcome;  // What is wanted outweighs a null.
  }
  return out;
}

}  // namespace

std::shared_ptr<const Arrangement> arrange(const DesiredState& desired) {
  auto out = std::make_shared<Arrangement>();
  out->dependencies = dependencies_of(desired);
  std::size_t position = 0;
  for (const auto& id : order_of(out->dependencies)) out->position.emplace(id, position++);
  for (const auto& resource : desired.resources) {
    if (!resource.spec) continue;
    out->managed.insert(resource.id);
    for (const auto& id : resource.relations.restart_on) out->started_by[id].push_back(resource.id);
    for (const auto& id : resource.relations.reload_on) out->started_by[id].push_back(resource.id);
  }
  out->places = places_of(desired);
  return out;
}

std::shared_ptr<const Arrangement> arrangement_of(const DesiredState& desired) {
  return desired.arrangement ? desired.arrangement : arrange(desired);
}

std::vector<Leaver> leaving_order(const std::vector<const LedgerEntry*>& leaving) {
  // As if they were wanted, with what the ledger kept of them; then backwards.
  DesiredState kept;
  for (const auto* entry : leaving) {
    kept.resources.push_back({.id = entry->id, .spec = entry->spec, .relations = {.needs = entry->needs}});
  }
  std::ranges::sort(kept.resources, {}, &DesiredResource::id);
  const auto dependencies = dependencies_of(kept);
  std::map<ResourceId, std::vector<ResourceId>> needed_by;
  for (const auto& [id, depends] : dependencies) {
    for (const auto& other : depends.blocking) needed_by[other].push_back(id);
  }
  std::vector<Leaver> out;
  for (const auto& id : order_of(dependencies)) out.push_back({.id = id, .after = needed_by[id]});
  std::ranges::reverse(out);
  return out;
}

}  // namespace flyball::plan
