#include "base/text.hpp"
#include "folder_device.hpp"
#include "measure.hpp"

#include <sys/stat.h>

namespace flyball::bench {
namespace {

constexpr std::size_t many = 5'000;
constexpr std::size_t some = 1'000;
constexpr int rounds = 15;

Result<> wrong(std::string_view what) { return fail(Errc::invalid, what, " did not do what it says"); }

Result<> measure_first_apply() {
  auto device = TRY(FolderDevice::make(many));
  const auto twins = TRY(device->twins("bare"));
  TRY(write_all(TRY(device->twins("warm"))));  // The file system gets used to new files.
  const Stopwatch bare;
  TRY(write_all(twins));
  const auto floor = bare.wall();
  const auto floor_cpu = bare.cpu();
  const Stopwatch ours;
  TRY(device->reconcile());
  const auto took = ours.wall();
  const auto took_cpu = ours.cpu();
  if (TRY(check(device->files())) != 0) return wrong("the first apply");
  print({.what = text("first apply of ", many, " files, durable (wall)"),
         .figure = took,
         .unit = "s",
         .floor = floor,
         .budget = Budget{.of = Budget::Of::ratio, .most = 2}});
  print({.what = "  of it on the processor", .figure = took_cpu, .unit = "s", .floor = floor_cpu});
  return {};
}

Result<> measure_check(FolderDevice& device) {
  Result<> good;
  const auto cpu_ms = [&](const std::function<Result<>()>& work) {
    return median_of(rounds, [&] {
      const Stopwatch watch;
      if (auto done = work(); !done) good = done;
      return watch.cpu() * 1e3;
    });
  };
  const auto bare = [&]() -> Result<> {
    return TRY(check(device.files())) == 0 ? Result<>{} : wrong("the bare check");
  };
  const auto ours = [&] { return device.reconcile(); };
  const auto floor = cpu_ms(bare);
  print({.what = text("full check of ", some, " files, nothing to do (CPU)"),
         .figure = cpu_ms(ours),
         .unit = "ms",
         .floor = floor,
         .budget = Budget{.of = Budget::Of::ratio, .most = 2}});
  TRY(good);
  const auto per_file = [&](const std::function<Result<>()>& work) -> Result<double> {
    return static_cast<double>(TRY(system_calls_of([&] { (void)work(); }))) / static_cast<double>(some);
  };
  print({.what = "  system calls a file",
         .figure = TRY(per_file(ours)),
         .unit = "calls",
         .floor = TRY(per_file(bare)),
         .budget = Budget{.most = 5}});
  return {};
}

Result<> measure_repair(FolderDevice& device) {
  std::vector<BareFile> one_percent;
  for (std::size_t i = 0; i < device.files().size(); i += 100) one_percent.push_back(device.files()[i]);
  std::vector<double> bare_ms, ours_ms;
  for (int round = 0; round < 3; ++round) {  // A fourth correction of the same file would be a fight.
    for (const auto& file : one_percent) TRY(scribble(file));
    const Stopwatch bare;
    (void)TRY(check(device.files()));
    TRY(write_all(one_percent));
    bare_ms.push_back(bare.wall() * 1e3);
    for (const auto& file : one_percent) TRY(scribble(file));
    const Stopwatch ours;
    TRY(device.reconcile());
    ours_ms.push_back(ours.wall() * 1e3);
    if (TRY(check(device.files())) != 0) return wrong("the repair");
  }
  print({.what = text("repair of 1 % of ", some, " files, durable (wall)"),
         .figure = percentile(ours_ms, 0.5),
         .unit = "ms",
         .floor = percentile(bare_ms, 0.5)});
  return {};
}

// Looks as often as it can until the file is as declared; the seconds since it was scribbled on.
Result<double> restored_ms(const BareFile& file) {
  const Stopwatch watch;
  TRY(scribble(file));
  while (TRY(check({file})) != 0) {
    if (watch.wall() > 30) return fail(Errc::timeout, file.path, " was not restored within 30 s");
    ::usleep(100);
  }
  return watch.wall() * 1e3;
}

Result<> measure_drift(FolderDevice& device) {
  constexpr std::size_t edits = 200;
  TRY(device.adopt());
  const auto agent = TRY(RunningAgent::start(device));
  std::vector<double> bare_ms, ours_ms;
  const auto twins = TRY(device.twins("bare"));
  TRY(write_all(twins));
  for (std::size_t i = 0; i < edits; ++i) {
    const auto at = i * (device.files().size() / edits) + 1;  // Each another file: none is fought over.
    const Stopwatch bare;
    TRY(scribble(twins[i]));
    TRY(replace(twins[i]));
    bare_ms.push_back(bare.wall() * 1e3);
    ours_ms.push_back(TRY(restored_ms(device.files()[at])));
    ::usleep(20'000);  // Edits of people, not a storm.
  }
  const auto tell = [&](std::string_view what, double share, std::optional<Budget> budget) {
    print({.what = text("drift of a watched file to restored, ", what, " (wall)"),
           .figure = percentile(ours_ms, share),
           .unit = "ms",
           .floor = percentile(bare_ms, share),
           .budget = budget});
  };
  tell("median", 0.5, Budget{.most = 5});
  tell("p99", 0.99, Budget{.most = 50});
  tell("most", 1, std::nullopt);
  return {};
}

Result<> run() {
  print_head("agent: a folder device; floors: bare programs that do the same to the same files");
  TRY(measure_first_apply());
  auto device = TRY(FolderDevice::make(some));
  TRY(device->reconcile());
  TRY(measure_check(*device));
  TRY(measure_repair(*device));
  TRY(measure_drift(*device));
  print({.what = "memory at its peak", .figure = peak_memory_mb(), .unit = "MB"});
  return {};
}

}  // namespace
}  // namespace flyball::bench

int main() {
  const auto done = flyball::bench::run();
  return done ? 0 : flyball::bench::could_not_measure(done.error());
}
