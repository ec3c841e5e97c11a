#pragma once

#include "os/processes.hpp"
#include "os/sim/disk.hpp"
#include "os/sim/fuse.hpp"

#include <map>

namespace flyball::os::sim {

/// A model of a shell, large enough for the `commands` of a simulated fleet. It knows one line of simple commands
/// joined by `&&`, `||` and `;`, with words, 'single' and "double" quotes, and `> FILE` or `>> FILE`:
///
///   true, false, exit N, :        test -e|-f|-d PATH, [ … ]      echo WORD…, printf TEXT
///   touch PATH, rm -f PATH…       mkdir -p PATH, rmdir PATH      cat PATH, grep -q TEXT PATH
///
/// Anything else is a program that is not there (127). What is written is not synced. The rights of `user` are not
/// modelled. `sleep` is not known on purpose: a simulated command takes no time of its own.
class SimProcesses : public Processes {
 public:
  SimProcesses(Disk& disk, Fuse& fuse) : disk_(disk), fuse_(fuse) {}

  Result<Exit> run(const CommandLine& command, const RunLimits& limits) override;

  /// A program of the world's own: what it prints and returns, by its whole command line.
  void define(std::string command_line, Exit exit) { defined_[std::move(command_line)] = std::move(exit); }

 private:
  Exit script(std::string_view line);
  Exit simple(const std::vector<std::string>& words);

  Disk& disk_;
  Fuse& fuse_;
  std::map<std::string, Exit, std::less<>> defined_;
};

}  // namespace flyball::os::sim
