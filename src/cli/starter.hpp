#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::cli {

/// A repository to begin with.
struct Starter {
  std::string_view name;
  std::string_view help;
  std::map<std::string, std::string> files;  ///< By path; `@ID@` and `@NAME@` stand for the fleet's own.
};

/// The first is what `flyball init` writes when nothing is said.
const std::vector<Starter>& starters();

}  // namespace flyball::cli
