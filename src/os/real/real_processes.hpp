#pragma once

#include "os/processes.hpp"

#include <string>

namespace flyball::os::real {

/// Runs programs as children. They start in `directory`, with a session of their own and no open files but the standard
/// three; their input comes from memory, so that a program which does not read it holds up nobody. Any thread.
class RealProcesses final : public Processes {
 public:
  /// Where programs start, and what the environment of every one of them holds besides PATH and LANG.
  explicit RealProcesses(std::string directory = "/", std::map<std::string, std::string> environment = {})
      : directory_(std::move(directory)), environment_(std::move(environment)) {}
  Result<Exit> run(const CommandLine& command, const RunLimits& limits) override;

 private:
  std::string directory_;
  std::map<std::string, std::string> environment_;
};

}  // namespace flyball::os::real
