#include "os/real/real_watches.hpp"

#include "os/real/errors.hpp"
#include "os/real/path_watches.hpp"
#include "os/real/systemd_bus.hpp"

#include <array>
#include <set>

#include <sys/epoll.h>

namespace flyball::os::real {
namespace {

constexpr std::array packages_paths = {"/var/lib/dpkg/status", "/var/lib/apt/extended_states"};
constexpr std::array accounts_paths = {"/etc/passwd", "/etc/group", "/etc/shadow"};

std::set<PathWatches::Target> targets_of(const std::vector<Watch>& all) {
  std::set<PathWatches::Target> out;
  for (const auto& watch : all) {
    switch (watch.facility) {
      case Watch::Facility::path:
      case Watch::Facility::children:
        out.insert({watch.name, watch.facility == Watch::Facility::children, watch});
        break;
      case Watch::Facility::packages:
        for (const auto* path : packages_paths) out.insert({path, false, watch});
        break;
      case Watch::Facility::accounts:
        for (const auto* path : accounts_paths) out.insert({path, false, watch});
        break;
      case Watch::Facility::unit:
        break;
    }
  }
  return out;
}

}  // namespace

struct RealWatches::Parts {
  PathWatches paths;
  Units units_wanted;
  Fd poll;  // Stands for the descriptors of all publishers.
  std::set<Watch> units;
  std::unique_ptr<SystemdBus> bus;
  std::set<Watch> dirty;

  Result<> poll_also(int descriptor) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
      return fail_errno(errno, "cannot wait for watches");
    return {};
  }

  void on_signal(const SystemdBus::Signal& signal) {
    if (signal.member == "UnitFilesChanged") {
      dirty.insert(units.begin(), units.end());  // Which, it does not say.
      return;
    }
    const auto changed = unit_of_object(signal.object);
    for (const auto& watch : units) {
      if (full_unit_name(watch.name) == changed) dirty.insert(watch);
    }
  }

  Result<> listen() {
    bus.reset();  // Closing takes it out of the poll as well.
    if (units.empty()) return {};
    if (units_wanted == Units::not_watched) return fail(Errc::unsupported, "units are not watched here");
    auto fresh = TRY(SystemdBus::open());
    std::vector<SystemdBus::Topic> topics = {{.member = "UnitFilesChanged"}};
    for (const auto& watch : units) topics.push_back({.unit = full_unit_name(watch.name)});
    TRY(fresh->listen(topics, [this](const SystemdBus::Signal& signal) { on_signal(signal); }));
    TRY(poll_also(fresh->descriptor()));
    bus = std::move(fresh);
    return {};
  }
};

RealWatches::RealWatches(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RealWatches::~RealWatches() = default;

Result<std::unique_ptr<RealWatches>> RealWatches::open(const std::string& root, Units units) {
  Fd poll(::epoll_create1(EPOLL_CLOEXEC));
  if (!poll.valid()) return fail_errno(errno, "cannot wait for watches");
  auto parts = std::make_unique<Parts>(
      Parts{.paths = TRY(PathWatches::open(root)), .units_wanted = units, .poll = std::move(poll)});
  TRY(parts->poll_also(parts->paths.descriptor()));
  return std::unique_ptr<RealWatches>(new RealWatches(std::move(parts)));
}

Result<std::vector<Watch>> RealWatches::watch(const std::vector<Watch>& all) {
  auto& parts = *parts_;
  parts.paths.take(parts.dirty);  // What has happened until now belongs to the old ones.
  auto impossible = parts.paths.watch(targets_of(all));
  std::set<Watch> units;
  for (const auto& watch : all) {
    if (watch.facility == Watch::Facility::unit) units.insert(watch);
  }
  if (units != parts.units || !parts.bus) {
    parts.units = units;
    const bool listening = parts.listen().has_value();
    // The new connection heard nothing of what happened before it.
    if (listening) parts.dirty.insert(units.begin(), units.end());
    if (!listening) impossible.insert(units.begin(), units.end());
  }
  const std::set<Watch> wanted(all.begin(), all.end());
  std::erase_if(parts.dirty, [&](const Watch& watch) { return !wanted.contains(watch); });
  return std::vector<Watch>(impossible.begin(), impossible.end());
}

std::vector<Dirty> RealWatches::take() {
  auto& parts = *parts_;
  parts.paths.take(parts.dirty);
  if (parts.bus && !parts.bus->handle()) {
    // The bus went, perhaps to be started again: listen anew, and look at all, since we may have missed something.
    parts.dirty.insert(parts.units.begin(), parts.units.end());
    (void)parts.listen();
  }
  std::vector<Dirty> out;
  out.reserve(parts.dirty.size());
  for (const auto& watch : parts.dirty) out.push_back(Dirty{.watch = watch});
  parts.dirty.clear();
  return out;
}

int RealWatches::descriptor() const { return parts_->poll.get(); }

}  // namespace flyball::os::real
