#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace flyball::server {

// A writer and a reader with the same functions, so that a type lists its fields once for both. Numbers are seven bits
// a byte, the lowest first, the top bit set on all but the last byte, and no longer than need be; texts and lists have
// their length in front.

class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void number(const T& value) {
    put(value);
  }
  template <class Enum>
  void choice(const Enum& value, unsigned) {
    out_ += static_cast<char>(value);
  }
  void flag(bool value) { out_ += value ? '\1' : '\0'; }
  void real(const double& value);
  void text(std::string_view value);
  void digest(const Digest& value) { out_ += value.bytes(); }
  /// A name, which is written as its text.
  template <class Name>
  void name(const Name& value) {
    text(value.str());
  }
  template <class List, class Each>
  void list(const List& list, Each each) {
    put(list.size());
    for (const auto& item : list) each(item);
  }
  /// `each` gets key and value; here as there the keys go up.
  template <class Map, class Each>
  void sorted(const Map& map, Each each) {
    put(map.size());
    for (const auto& [key, value] : map) each(key, value);
  }
  Bytes take() { return std::move(out_); }

 private:
  void put(std::uint64_t value);
  Bytes out_;
};

/// After the first thing that cannot be, everything reads as nothing, and `end` says so.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  template <std::unsigned_integral T>
  void number(T& out) {
    const auto value = get();
    out = static_cast<T>(value);
    if (out != value) damaged();
  }
  template <class Enum>
  void choice(Enum& out, unsigned count) {
    const auto value = byte();
    if (value >= count) damaged();
    out = damaged_ ? Enum{} : static_cast<Enum>(value);
  }
  void flag(bool& out) { choice(out, 2); }
  void real(double& out);
  void text(std::string& out);
  void digest(Digest& out);
  template <class Name>
  void name(Name& out) {
    std::string word;
    text(word);
    out = Name(std::move(word));
  }
  template <class List, class Each>
  void list(List& out, Each each) {
    for (auto left = count(); left > 0 && !damaged_; --left) each(out.emplace_back());
  }
  template <class Map, class Each>
  void sorted(Map& out, Each each) {
    for (auto left = count(); left > 0 && !damaged_; --left) {
      typename Map::key_type key;
      typename Map::mapped_type value;
      each(key, value);
      if (!out.empty() && !(out.rbegin()->first < key)) return damaged();
      out.emplace_hint(out.end(), std::move(key), std::move(value));
    }
  }
  void damaged();
  bool is_damaged() const { return damaged_; }
  Result<> end(std::string_view what);  ///< `corrupt` unless everything was read and could be.

 private:
  std::uint64_t get();
  std::uint64_t count();  ///< Of a list: no more than there are bytes left.
  unsigned byte();
  std::string_view bytes(std::size_t size);

  std::string_view rest_;
  std::size_t size_;
  std::size_t damaged_at_ = 0;
  bool damaged_ = false;
};

}  // namespace flyball::server
