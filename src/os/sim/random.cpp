#include "os/sim/random.hpp"

namespace flyball::os::sim {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

// FNV-1a, with a mark at the end so that ("ab", "c") and ("a", "bc") differ.
std::uint64_t stir(std::uint64_t hash, std::string_view words) {
  for (const char c : words) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash ^ 0xffU) * 0x100000001b3ULL;
}

}  // namespace

std::uint64_t SimRandom::next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

std::uint64_t SimRandom::below(std::uint64_t bound) {
  // The high half of the product: its bias is past noticing for the bounds of a simulation.
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64U);
}

bool SimRandom::chance(double probability) { return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability; }

std::uint64_t split_seed(std::uint64_t seed, std::string_view component, std::string_view purpose) {
  return mix(stir(stir(mix(seed + 0x9e3779b97f4a7c15ULL), component), purpose));
}

}  // namespace flyball::os::sim
