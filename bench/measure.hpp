#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the benchmarks share: clocks, counters, scratch folders, and the table they all print.
namespace flyball::bench {

using Seconds = std::chrono::duration<double>;

/// Seconds on the wall and on this thread's processor since it was made.
class Stopwatch {
 public:
  Stopwatch();
  double wall() const;
  double cpu() const;  ///< Of the whole process.

 private:
  double wall_begun_;
  double cpu_begun_;
};

/// The median of so many runs of what returns a figure.
double median_of(int runs, const std::function<double()>& figure);
/// The value below which that share of the values lies; they need not be sorted.
double percentile(std::vector<double> values, double share);

double peak_memory_mb();  ///< Most that this process ever had resident.
double memory_mb();       ///< Resident now.

/// How many system calls a child makes that does this and exits; what it takes to start is not counted.
Result<std::uint64_t> system_calls_of(const std::function<void()>& work);

/// A folder of our own, empty. At the end it is moved away and removed: not while something is measured.
class Scratch {
 public:
  explicit Scratch(std::string_view name);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A budget: of the figure itself, or of its ratio to the floor.
struct Budget {
  enum class Of { figure, ratio } of = Of::figure;
  double most = 0;
};

/// A line of a table.
struct Row {
  std::string what;
  double figure = 0;
  std::string unit;
  std::optional<double> floor;  ///< Of the least possible work, measured in the same run, in the same unit.
  std::optional<Budget> budget;
};

/// Says what was run, on what and under what load.
void print_head(std::string_view title);
void print(const Row& row);  ///< At once, so that a long run shows where it is.
void print_note(std::string_view note);

/// Prints the error and gives the exit code of a benchmark that could not measure.
int could_not_measure(const Error& error);

}  // namespace flyball::bench
