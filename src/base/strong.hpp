#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace flyball {

/// A name of one kind of thing, so that a device cannot be passed where a group is meant (guard G17).
template <class Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string value) : value_(std::move(value)) {}
  explicit Name(std::string_view value) : value_(value) {}
  explicit Name(const char* value) : value_(value) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Name&) const = default;

 private:
  std::string value_;
};

/// A counter of one kind of thing. Only grows; there is no arithmetic but `next`.
template <class Tag>
struct Counter {
  std::uint64_t value = 0;
  Counter next() const { return Counter{value + 1}; }
  std::string str() const { return std::to_string(value); }
  auto operator<=>(const Counter&) const = default;
};

}  // namespace flyball

template <class Tag>
struct std::hash<flyball::Name<Tag>> {
  std::size_t operator()(const flyball::Name<Tag>& name) const noexcept { return std::hash<std::string>{}(name.str()); }
};
