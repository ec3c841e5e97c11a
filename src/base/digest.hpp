#pragma once

#include "base/bytes.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// A SHA-256 digest (FIPS 180-4), written `sha256:` and 64 lower-case hex digits.
class Digest {
 public:
  static constexpr std::size_t size = 32;
  using Raw = std::array<unsigned char, size>;

  Digest() = default;  ///< All zeros: the digest of nothing known.
  explicit Digest(const Raw& raw) : raw_(raw) {}
  static std::optional<Digest> parse(std::string_view text);        ///< `sha256:…`, strictly.
  static std::optional<Digest> from_bytes(std::string_view bytes);  ///< Exactly 32 bytes.

  std::string str() const;         ///< `sha256:9642ca25…`
  std::string short_str() const;   ///< The first 12 hex digits, for people.
  std::string_view bytes() const;  ///< The 32 bytes.
  const Raw& raw() const { return raw_; }
  auto operator<=>(const Digest&) const = default;

 private:
  Raw raw_{};
};

/// SHA-256 over the parts as if they were one.
Digest sha256(std::string_view bytes);

/// SHA-256 of what is given piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& update(std::string_view bytes);
  Digest finish();  ///< Once; then the object may only be destroyed.

 private:
  void* context_;
};

}  // namespace flyball

template <>
struct std::hash<flyball::Digest> {
  std::size_t operator()(const flyball::Digest& digest) const noexcept {
    return std::hash<std::string_view>{}(digest.bytes());
  }
};
