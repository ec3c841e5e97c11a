#include "os/sim/watches.hpp"

#include "base/text.hpp"

namespace flyball::os::sim {

Result<std::vector<Watch>> SimWatches::watch(const std::vector<Watch>& all) {
  by_path_.clear();
  all_ = {all.begin(), all.end()};
  for (const auto& watch : all_) {
    if (watch.facility != Watch::Facility::path && watch.facility != Watch::Facility::children) continue;
    by_path_.emplace(disk_.resolved(watch.name), watch);
  }
  std::erase_if(dirty_, [this](const auto& entry) { return !all_.contains(entry.first); });
  return std::vector<Watch>{};
}

std::vector<Dirty> SimWatches::take() {
  std::vector<Dirty> taken;
  for (auto& [watch, cause] : dirty_) taken.push_back({watch, std::move(cause)});
  dirty_.clear();
  return taken;
}

void SimWatches::file_changed(const DiskChange& change) {
  const auto fire_at = [&](const Path& path, bool children) {
    for (auto [it, end] = by_path_.equal_range(path); it != end; ++it)
      if ((it->second.facility == Watch::Facility::children) == children) fire(it->second, change.actor);
  };
  fire_at(change.path, false);
  if (change.names) {
    fire_at(parent_of(change.path), true);
    // A directory that comes or goes takes with it what is below.
    const auto below = text(change.path, '/');
    for (auto it = by_path_.lower_bound(below); it != by_path_.end() && it->first.starts_with(below); ++it)
      fire(it->second, change.actor);
  }
  if (change.path == "/var/lib/dpkg/status") fire(Watch::packages(), change.actor);
  if (change.path == "/etc/passwd" || change.path == "/etc/group" || change.path == "/etc/shadow")
    fire(Watch::accounts(), change.actor);
}

void SimWatches::unit_changed(const std::string& unit, const std::string& actor) {
  for (const auto& watch : all_)
    if (watch.facility == Watch::Facility::unit && (watch.name == unit || text(watch.name, ".service") == unit))
      fire(watch, actor);
}

void SimWatches::overflow() {
  for (const auto& watch : all_) dirty_[watch].clear();
}

void SimWatches::lose(double share, std::uint64_t seed) {
  lost_share_ = share;
  random_ = SimRandom(seed);
}

void SimWatches::forget() {
  by_path_.clear();
  all_.clear();
  dirty_.clear();
}

void SimWatches::fire(const Watch& watch, const std::string& actor) {
  if (!all_.contains(watch)) return;
  if (lost_share_ > 0 && random_.chance(lost_share_)) return;
  dirty_[watch] = actor;  // The last one who touched it.
}

}  // namespace flyball::os::sim
