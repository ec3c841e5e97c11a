#pragma once

#include "base/digest.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flyball::sim {

/// What a run of one seed gave.
struct Outcome {
  std::uint64_t seed = 0;
  std::vector<std::string> failures;  ///< What does not hold, one sentence each. Empty: all is well.
  Digest hash;                        ///< Over everything that happened.
  std::uint64_t events = 0;
  std::uint64_t deaths = 0;  ///< Of agents, machines and the server.
  std::uint64_t corrections = 0;
  Duration lived{};                ///< Virtual time.
  std::vector<std::string> trace;  ///< The last of what happened; kept when it failed.
};

/// A world of that many devices: a storm, then calm. After the faults every plan becomes empty and stays empty, and
/// every device is as the newest release wants it, by the word of an oracle of its own.
Outcome run_seed(std::uint64_t seed, std::size_t devices);

}  // namespace flyball::sim
