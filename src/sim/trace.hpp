#pragma once

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <deque>
#include <string>

namespace flyball::sim {

/// What happened in a world, as lines. The hash is over all of them: two runs of a seed must agree.
class Trace {
 public:
  template <class... Parts>
  void note(Duration when, const Parts&... parts) {
    add(text(when.count(), ' ', parts...));
  }
  Digest hash() const { return hash_; }
  std::uint64_t count() const { return count_; }
  const std::deque<std::string>& last() const { return last_; }  ///< The newest lines, for whoever looks into it.

 private:
  static constexpr std::size_t kept = 4000;
  void add(std::string line);

  Digest hash_;
  std::uint64_t count_ = 0;
  std::deque<std::string> last_;
};

}  // namespace flyball::sim
