#pragma once

#include "base/result.hpp"
#include "cli/verb.hpp"

#include <functional>
#include <string>

namespace flyball::cli {

/// What a watched verb shows now.
struct Shown {
  std::string text;  ///< Lines.
  std::string key;   ///< What counts as a change: the text without its times.
};

/// Shows it again every second until interrupted: in place on a terminal; piped, the first line of each change. A
/// server that cannot be reached is told and asked again.
Result<ExitCode> watch(const Context& context, const std::function<Result<Shown>()>& look);

}  // namespace flyball::cli
