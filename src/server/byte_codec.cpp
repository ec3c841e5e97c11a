#include "server/byte_codec.hpp"

#include <array>
#include <bit>

namespace flyball::server {

void ByteWriter::put(std::uint64_t value) {
  for (; value > 0x7f; value >>= 7U) out_ += static_cast<char>(0x80U | (value & 0x7fU));
  out_ += static_cast<char>(value);
}

void ByteWriter::real(const double& value) {
  const auto bits = std::bit_cast<std::array<char, sizeof value>>(value);
  out_.append(bits.data(), bits.size());
}

void ByteWriter::text(std::string_view value) {
  put(value.size());
  out_ += value;
}

void ByteReader::damaged() {
  if (!damaged_) damaged_at_ = size_ - rest_.size();
  damaged_ = true;
  rest_ = {};
}

std::string_view ByteReader::bytes(std::size_t size) {
  if (size > rest_.size()) damaged();
  if (damaged_) return {};
  const auto out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

unsigned ByteReader::byte() {
  const auto one = bytes(1);
  return one.empty() ? 0 : static_cast<unsigned char>(one.front());
}

std::uint64_t ByteReader::get() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t part = byte();
    const auto bits = (part & 0x7fU) << shift;
    // Bits that fall off, or a last byte that adds nothing: there is one spelling of a number.
    if (bits >> shift != (part & 0x7fU) || (part == 0 && shift > 0)) break;
    value |= bits;
    if (part < 0x80) return damaged_ ? 0 : value;
  }
  damaged();
  return 0;
}

std::uint64_t ByteReader::count() {
  const auto value = get();
  if (value > rest_.size()) damaged();
  return damaged_ ? 0 : value;
}

void ByteReader::real(double& out) {
  std::array<char, sizeof out> bits{};
  const auto got = bytes(bits.size());
  got.copy(bits.data(), bits.size());
  out = std::bit_cast<double>(bits);
}

void ByteReader::text(std::string& out) { out = bytes(count()); }

void ByteReader::digest(Digest& out) {
  if (const auto read = Digest::from_bytes(bytes(Digest::size))) out = *read;
}

Result<> ByteReader::end(std::string_view what) {
  if (!damaged_ && !rest_.empty()) damaged();
  if (damaged_) return fail(Errc::corrupt, what, ": damaged at byte ", damaged_at_, " of ", size_);
  return {};
}

}  // namespace flyball::server
