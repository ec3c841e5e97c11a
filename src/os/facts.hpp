#pragma once

#include "base/json.hpp"
#include "os/files.hpp"

#include <map>
#include <string>

namespace flyball::os {

/// The same type as `Facts` of `model/facts.hpp`, which this folder may not include.
using FactMap = std::map<std::string, Json, std::less<>>;

/// The facts that a device's files tell (os-release(5), proc(5), sysfs), by the names of `known_facts()`. What cannot
/// be read, or does not say, is left out: not known. Reads only.
FactMap read_facts(Files& files);

}  // namespace flyball::os
