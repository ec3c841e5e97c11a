#include "base/text.hpp"
#include "sim/run.hpp"

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

namespace {

struct Options {
  std::uint64_t from = 1;
  std::uint64_t seeds = 200;
  std::size_t devices = 20;
  bool twice = false;
  bool trace = false;
};

void say(const std::string& line) { std::fputs((line + '\n').c_str(), stdout); }

bool run_one(const Options& options, std::uint64_t seed, std::uint64_t& events, std::uint64_t& deaths,
             flyball::Duration& lived) {
  using flyball::text;
  const auto outcome = flyball::sim::run_seed(seed, options.devices);
  events += outcome.events;
  deaths += outcome.deaths;
  lived += outcome.lived;
  bool good = outcome.failures.empty();
  if (options.twice && flyball::sim::run_seed(seed, options.devices).hash != outcome.hash) {
    say(text("seed ", seed, ": two runs differ"));
    good = false;
  }
  for (const auto& failure : outcome.failures) say(text("seed ", seed, ": ", failure));
  if (options.trace)
    for (const auto& line : outcome.trace) say(line);
  std::fflush(stdout);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  using flyball::text;
  CLI::App app("Many agents and a server in one process under virtual time: storms of faults, then calm.",
               "flyball-sim");
  Options options;
  app.add_option("--from", options.from, "First seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "How many seeds")->capture_default_str();
  app.add_option("--devices", options.devices, "Devices in each world")->capture_default_str();
  app.add_flag("--twice", options.twice, "Run each seed twice: both must be the same story");
  app.add_flag("--trace", options.trace, "Of a seed that fails, print what happened");
  CLI11_PARSE(app, argc, argv);

  std::uint64_t failed = 0;
  std::uint64_t events = 0;
  std::uint64_t deaths = 0;
  flyball::Duration lived{};
  for (auto seed = options.from; seed < options.from + options.seeds; ++seed)
    failed += run_one(options, seed, events, deaths, lived) ? 0U : 1U;
  say(text(options.seeds, " seeds of ", options.devices, " devices, ", failed, " failed; ", events, " events, ", deaths,
           " deaths, ", lived * static_cast<long>(options.devices) / std::chrono::hours(24), " device-days lived"));
  return failed == 0 ? 0 : 1;
}
