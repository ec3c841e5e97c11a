#pragma once

#include "base/time.hpp"
#include "os/clocks.hpp"
#include "os/processes.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::cli {

/// What a command may touch besides files and servers: so that a test can be the terminal.
struct World {
  std::function<void(std::string_view)> out;        ///< Data: standard output.
  std::function<void(std::string_view)> err;        ///< Everything else: standard error.
  std::function<std::optional<std::string>()> ask;  ///< A line from the terminal; nothing at its end.
  std::function<std::string()> input;               ///< All of standard input.
  std::function<bool(Duration)> wait;               ///< Waits; false when it was interrupted (Ctrl-C).
  std::map<std::string, std::string> environment;
  std::string version;    ///< Of this program.
  std::string directory;  ///< Where it was started, absolute.
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  std::size_t width = 80;  ///< Of the terminal, in characters.
  os::Processes& processes;
  os::Clocks& clocks;
  os::Random& random;

  /// A variable of the environment that is set and not empty.
  std::optional<std::string> variable(const std::string& name) const;
};

/// `flyball <arguments>`: reads them, runs the verb, gives the exit code (CONFIG.md).
int run(const std::vector<std::string>& arguments, World& world);

}  // namespace flyball::cli
