#include "os/clocks.hpp"

namespace flyball::os {

Bytes Random::bytes(std::size_t count) {
  Bytes out;
  while (out.size() < count) {
    auto word = next();
    for (int i = 0; i < 8 && out.size() < count; ++i, word >>= 8U) out += static_cast<char>(word & 0xffU);
  }
  return out;
}

Duration Random::jitter(Duration span) {
  if (span <= Duration::zero()) return Duration::zero();
  return Duration(static_cast<Duration::rep>(next() % static_cast<std::uint64_t>(span.count())));
}

}  // namespace flyball::os
