#include "measure.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace flyball::bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A figure of /proc/self/status, in MB.
double status_mb(std::string_view name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
  }
  return 0;
}

std::string number(double value) {
  char out[32];
  const int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
  std::snprintf(out, sizeof out, "%.*f", digits, value);
  return out;
}

std::string verdict(const Row& row) {
  if (!row.budget) return "";
  const bool of_ratio = row.budget->of == Budget::Of::ratio;
  const double have = of_ratio ? row.figure / row.floor.value_or(row.figure) : row.figure;
  const auto budget = of_ratio ? text(number(row.budget->most), " x") : text(number(row.budget->most), ' ', row.unit);
  if (have <= row.budget->most) return text("budget ", budget, ": met");
  return text("budget ", budget, ": missed by ", number(have / row.budget->most), " x");
}

}  // namespace

Stopwatch::Stopwatch() : wall_begun_(seconds_of(CLOCK_MONOTONIC)), cpu_begun_(seconds_of(CLOCK_PROCESS_CPUTIME_ID)) {}
double Stopwatch::wall() const { return seconds_of(CLOCK_MONOTONIC) - wall_begun_; }
double Stopwatch::cpu() const { return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_begun_; }

double median_of(int runs, const std::function<double()>& figure) {
  std::vector<double> figures;
  for (int i = 0; i < runs; ++i) figures.push_back(figure());
  return percentile(std::move(figures), 0.5);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

double peak_memory_mb() { return status_mb("VmHWM"); }
double memory_mb() { return status_mb("VmRSS"); }

Result<std::uint64_t> system_calls_of(const std::function<void()>& work) {
  const auto child = ::fork();
  if (child < 0) return fail(Errc::unavailable, "cannot fork: ", std::strerror(errno));
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
    ::raise(SIGSTOP);  // From here on the parent counts.
    work();
    ::_exit(0);
  }
  std::uint64_t stops = 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSTOPPED(status)) return fail(Errc::denied, "cannot trace a child of our own");
  while (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0 && ::waitpid(child, &status, 0) == child &&
         WIFSTOPPED(status))
    ++stops;
  return stops / 2;  // Each call stops at its beginning and at its end.
}

Scratch::Scratch(std::string_view name) {
  auto pattern = text(std::filesystem::temp_directory_path().string(), "/flyball-bench-", name, "-XXXXXX");
  if (::mkdtemp(pattern.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder like %s: %s\n", pattern.c_str(), std::strerror(errno));
    std::exit(1);
  }
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;  // What stays is in the folder for temporary files.
  std::filesystem::remove_all(path_, ignored);
}

void print_head(std::string_view title) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("%s\n%u cores, load %s when it began\n", std::string(title).c_str(), std::thread::hardware_concurrency(),
              number(load[0]).c_str());
  std::printf("  %-52s %14s %14s %9s  %s\n", "what", "figure", "floor", "ratio", "budget");
  std::fflush(stdout);
}

void print(const Row& row) {
  const auto figure = text(number(row.figure), ' ', row.unit);
  const auto floor = row.floor ? text(number(*row.floor), ' ', row.unit) : "";
  const auto ratio = row.floor ? number(row.figure / *row.floor) : "";
  std::printf("  %-52s %14s %14s %9s  %s\n", row.what.c_str(), figure.c_str(), floor.c_str(), ratio.c_str(),
              verdict(row).c_str());
  std::fflush(stdout);
}

void print_note(std::string_view note) {
  std::printf("  %s\n", std::string(note).c_str());
  std::fflush(stdout);
}

int could_not_measure(const Error& error) {
  std::fprintf(stderr, "could not measure: %s\n", error.message.c_str());
  return 1;
}

}  // namespace flyball::bench
