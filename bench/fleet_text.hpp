#pragma once

#include "model/snapshot.hpp"

#include <cstddef>

namespace flyball::bench {

/// A repository as a large organisation writes it: five kinds of machine at twenty sites each, `devices` machines, and
/// 200 resources for every one: 100 of profiles that all use, 60 of its kind, 40 of its site. Three of them mention the
/// device itself, some a variable of the site, one hangs on a fact.
Snapshot make_repository(std::size_t devices);

inline constexpr std::size_t resources_of_a_device = 200;

}  // namespace flyball::bench
