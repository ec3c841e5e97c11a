#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flyball::os {

/// A program to run. It gets no terminal, a small clean environment (PATH, LANG=C.UTF-8 and what is named here), its
/// own process group, and default signal handling.
struct CommandLine {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH.
  std::map<std::string, std::string> environment;
  Bytes input;
  std::string user;  ///< Whose rights it gets; empty: ours.
};

struct RunLimits {
  Duration timeout = std::chrono::seconds(60);  ///< Then its whole group is killed.
  std::uint64_t max_output = 64 * 1024;         ///< Of each stream; the rest is read and dropped.
};

struct Exit {
  int code = 0;    ///< Its exit status, when it ended by itself.
  int signal = 0;  ///< What killed it, or 0.
  bool timed_out = false;
  Bytes output;
  Bytes errors;
  bool ok() const { return code == 0 && signal == 0 && !timed_out; }
};

/// Runs programs on the device. Synchronous.
class Processes {
 public:
  virtual ~Processes() = default;
  /// `not_found` when there is no such program, `denied` when it may not run. A program that fails is an `Exit`.
  virtual Result<Exit> run(const CommandLine& command, const RunLimits& limits) = 0;
};

/// How it ended, in words: `ended with 1: <last line of its errors>`, `killed by signal 9`, `took longer than 60 s`.
std::string describe(const Exit& exit, const RunLimits& limits);

}  // namespace flyball::os
