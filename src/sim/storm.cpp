#include "sim/storm.hpp"

#include <cmath>

namespace flyball::sim {

using os::sim::Fault;

Storm::Storm(World& world, Workload& people, std::uint64_t seed) : world_(world), people_(people), random_(seed) {
  const Kind on_devices[] = {{6, &Storm::meddle},       {3, &Storm::kill_device}, {2, &Storm::reboot_device},
                             {4, &Storm::disturb_link}, {2, &Storm::cut_link},    {1, &Storm::lose_watches},
                             {1, &Storm::fill_disk},    {1, &Storm::jump_clock},  {1, &Storm::lock_packages}};
  const Kind on_fleet[] = {{4, &Storm::work},
                           {1, &Storm::hurry},
                           {1, &Storm::kill_server},
                           {1, &Storm::lose_repository},
                           {1, &Storm::lose_mirror}};
  for (const auto& kind : on_devices)
    if (random_.chance(0.7)) on_devices_.kinds.push_back(kind);
  for (const auto& kind : on_fleet)
    if (random_.chance(0.7)) on_fleet_.kinds.push_back(kind);
  const Duration per_device = std::chrono::seconds(60 + random_.below(600));
  on_devices_.mean_gap = per_device / static_cast<long>(world_.devices().size());
  on_fleet_.mean_gap = std::chrono::seconds(30 + random_.below(300));
}

void Storm::begin(Duration length) {
  until_ = world_.heap().now() + length;
  const double scale = random_.chance(0.5) ? 1e-4 : 1e-3;
  for (auto& device : world_.devices()) {
    const os::sim::FaultRates rates{.power_cut = random_.chance(0.6) ? scale : 0,
                                    .crash = random_.chance(0.6) ? scale : 0,
                                    .read_error = random_.chance(0.3) ? scale * 5 : 0,
                                    .write_error = random_.chance(0.3) ? scale * 10 : 0};
    device->host().set_faults(os::sim::drawn_faults(random_.next(), rates));
    // While the agent is at work somebody else may be, too.
    const auto meddling = random_.chance(0.3) ? scale * 5 : 0;
    device->host().between_calls([this, device = device.get(), meddling](const os::sim::Call&) {
      if (over_ || !random_.chance(meddling)) return;
      (void)device->host().edit("/etc/motd", "tampered in between\n", "a script of alice");
    });
  }
  world_.server().set_faults(
      os::sim::drawn_faults(random_.next(), {.power_cut = scale / 10,
                                             .crash = random_.chance(0.5) ? scale / 4 : 0,
                                             .read_error = random_.chance(0.3) ? scale : 0,
                                             .write_error = random_.chance(0.3) ? scale * 10 : 0}));
  next(on_devices_);
  next(on_fleet_);
}

void Storm::next(const Source& source) {
  if (source.kinds.empty()) return;
  const auto unit = 1.0 - 0x1.0p-53 * static_cast<double>(random_.next() >> 11U);
  const auto gap = Duration(static_cast<Duration::rep>(-std::log(unit) * static_cast<double>(source.mean_gap.count())));
  world_.heap().after(gap, [this, &source] {
    if (over_ || world_.heap().now() >= until_) return;
    (this->*draw(source).strike)();
    next(source);
  });
}

const Storm::Kind& Storm::draw(const Source& source) {
  double all = 0;
  for (const auto& kind : source.kinds) all += kind.weight;
  auto at = all * 0x1.0p-53 * static_cast<double>(random_.next() >> 11U);
  for (const auto& kind : source.kinds) {
    if (at < kind.weight) return kind;
    at -= kind.weight;
  }
  return source.kinds.back();
}

void Storm::end() {
  over_ = true;
  world_.trace().note(world_.heap().now(), "calm");
  world_.mirror().reachable = true;
  world_.server().repository().set_reachable(true);
  world_.server().set_faults({});
  for (auto& device : world_.devices()) {
    device->host().set_faults({});
    device->host().between_calls({});
    device->host().watches().lose(0, 0);
    device->host().disk().limit_room(std::nullopt);
    device->host().packages().lock(false);
    device->host().clocks().set_right();
    world_.network().link(device->name()) = {};
  }
  (void)world_.run_until([this] { return world_.server().listening(); }, std::chrono::minutes(2));
  world_.server().push(people_.files(), "what it shall be in the end");
  world_.run_for(std::chrono::seconds(5));
  world_.approve_held();
}

void Storm::later(Duration most, std::function<void()> undo) {
  world_.heap().after(some(most), [this, undo = std::move(undo)] {
    if (!over_) undo();
  });
}

void Storm::work() {
  const auto what = people_.change();
  world_.server().push(people_.files(), what);
  later(std::chrono::minutes(2), [this] { world_.approve_held(); });
}

void Storm::hurry() { world_.server().push(people_.broken_files(), "in a hurry"); }

void Storm::meddle() {
  auto& device = any_device();
  auto& host = device.host();
  const std::string who = random_.chance(0.5) ? "/usr/bin/vim of alice (uid 1000)" : "a script of root";
  const char* const paths[] = {"/etc/motd",         "/etc/issue",    "/etc/app/one.conf",
                               "/etc/web/web.conf", "/etc/hostname", "/etc/systemd/system/kiosk.service"};
  const os::Path path = paths[random_.below(std::size(paths))];
  world_.trace().note(world_.heap().now(), device.name(), ": meddling by ", who);
  switch (random_.below(9)) {
    case 0:
    case 1:
    case 2:
      (void)host.edit(path, text("tampered ", random_.below(100), '\n'), who);
      break;
    case 3:
      (void)host.remove(path, who);
      break;
    case 4:
      (void)host.as(who, [&](os::sim::SimHost& h) { return h.disk().set_access(path, {.mode = 0777}); });
      break;
    case 5:
      (void)host.as(who, [](os::sim::SimHost& h) { return h.systemd().stop("web"); });
      break;
    case 6:
      (void)host.as(who, [](os::sim::SimHost& h) { return h.systemd().set_enabled("cron", false); });
      break;
    case 7:
      (void)host.as(who, [](os::sim::SimHost& h) { return h.packages().perform({.name = "web", .present = false}); });
      break;
    case 8:
      (void)host.as(who, [](os::sim::SimHost& h) { return h.disk().write_kernel("/proc/sys/vm/swappiness", "7"); });
      break;
    default:
      break;
  }
  device.nudge();
}

void Storm::kill_device() { any_device().kill(random_.chance(0.5) ? Fault::Kind::power_cut : Fault::Kind::crash); }

void Storm::reboot_device() { any_device().reboot(); }

void Storm::kill_server() { world_.server().kill(random_.chance(0.3) ? Fault::Kind::power_cut : Fault::Kind::crash); }

void Storm::disturb_link() {
  const auto name = any_device().name();
  world_.network().link(name) = {
      .loss = random_.chance(0.7) ? 0.3 : 0,
      .doubling = random_.chance(0.5) ? 0.2 : 0,
      .longest = random_.chance(0.3) ? std::chrono::seconds(20) : std::chrono::milliseconds(200)};
  later(std::chrono::minutes(10), [this, name] { world_.network().link(name) = {}; });
}

void Storm::cut_link() {
  const auto name = any_device().name();
  auto& link = world_.network().link(name);
  link.up = random_.chance(0.3);  // One-way now and then.
  link.down = link.up ? false : random_.chance(0.5);
  later(std::chrono::minutes(20), [this, name] { world_.network().link(name) = {}; });
}

void Storm::lose_watches() {
  auto& watches = any_device().host().watches();
  if (random_.chance(0.5)) {
    watches.overflow();
  } else {
    watches.lose(0.5, random_.next());
  }
}

void Storm::fill_disk() {
  auto& host = any_device().host();
  host.disk().limit_room(random_.below(20'000));
  later(std::chrono::minutes(5), [&host] { host.disk().limit_room(std::nullopt); });
}

void Storm::jump_clock() {
  const Duration by = std::chrono::hours(random_.below(24 * 60)) - std::chrono::hours(24 * 30);
  any_device().host().clocks().jump_wall(by);
}

void Storm::lose_repository() {
  world_.server().repository().set_reachable(false);
  later(std::chrono::minutes(5), [this] { world_.server().repository().set_reachable(true); });
}

void Storm::lose_mirror() {
  world_.mirror().reachable = false;
  later(std::chrono::minutes(5), [this] { world_.mirror().reachable = true; });
}

void Storm::lock_packages() {
  auto& packages = any_device().host().packages();
  packages.lock(true);
  later(std::chrono::minutes(5), [&packages] { packages.lock(false); });
}

}  // namespace flyball::sim
