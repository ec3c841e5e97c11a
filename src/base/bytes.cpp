#include "base/bytes.hpp"

#include <array>
#include <cstdint>

namespace flyball {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::string encode(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    unsigned block = byte_at(bytes, i) << 16U;
    if (left > 1) block |= byte_at(bytes, i + 1) << 8U;
    if (left > 2) block |= byte_at(bytes, i + 2);
    out += alphabet[block >> 18U & 63U];
    out += alphabet[block >> 12U & 63U];
    if (left > 1) out += alphabet[block >> 6U & 63U];
    if (left > 2) out += alphabet[block & 63U];
    if (pad && left < 3) out.append(3 - left, '=');
  }
  return out;
}

std::optional<Bytes> decode(std::string_view characters, std::string_view alphabet) {
  Bytes out;
  unsigned block = 0;
  unsigned bits = 0;
  for (const char c : characters) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    block = block << 6U | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(block >> bits & 0xffU);
    }
  }
  // One encoding per value: the bits that are left over must be zero, and a lone character says nothing.
  if (bits >= 6 || (block & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = digits[byte_at(bytes, i) >> 4U];
    out[2 * i + 1] = digits[byte_at(bytes, i) & 15U];
  }
  return out;
}

std::optional<Bytes> unhex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  const auto value = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  Bytes out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = value(digits[i]);
    const int low = value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string base64(std::string_view bytes) { return encode(bytes, standard, true); }

std::optional<Bytes> unbase64(std::string_view characters) {
  if (characters.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < characters.size() && characters[characters.size() - 1 - padding] == '=') ++padding;
  return decode(characters.substr(0, characters.size() - padding), standard);
}

std::string base64url(std::string_view bytes) { return encode(bytes, for_urls, false); }

std::optional<Bytes> unbase64url(std::string_view characters) { return decode(characters, for_urls); }

bool is_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const unsigned lead = byte_at(bytes, i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte_at(bytes, i + k) & 0xc0U) != 0x80) return false;
    }
    const unsigned second = byte_at(bytes, i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace flyball
