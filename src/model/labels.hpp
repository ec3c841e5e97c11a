#pragma once

#include <map>
#include <string>

namespace flyball {

/// `key=value` pairs on a device. They come from git alone; what a device says of itself is a fact.
using Labels = std::map<std::string, std::string, std::less<>>;

}  // namespace flyball
