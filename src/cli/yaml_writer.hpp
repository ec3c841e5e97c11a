#pragma once

#include "base/json.hpp"

#include <string>

namespace flyball::cli {

/// A value as YAML 1.2 that our own reader gives back the same: texts of several lines as blocks, quotes only where
/// the text would otherwise mean something else. Ends in a line end.
std::string to_yaml(const Json& value);

}  // namespace flyball::cli
