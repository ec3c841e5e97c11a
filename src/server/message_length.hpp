#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string_view>

namespace flyball::server {

inline constexpr std::size_t message_length_size = 8;

/// The eight bytes in front of a message, the lowest first.
inline Bytes length_of_message(std::uint64_t size) {
  Bytes out;
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(size >> shift & 0xffU);
  return out;
}

inline std::uint64_t message_length(std::string_view eight_bytes) {
  std::uint64_t size = 0;
  for (unsigned i = 0; i < message_length_size; ++i)
    size |= std::uint64_t{static_cast<unsigned char>(eight_bytes[i])} << (8 * i);
  return size;
}

}  // namespace flyball::server
