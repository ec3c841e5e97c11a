#pragma once

#include "agent/line.hpp"
#include "base/digest.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flyball::agent {

/// Fetches blobs by digest, several at once. What arrives is checked against its digest before anybody sees it.
class Fetch {
 public:
  using Arrived = std::function<Result<>(const Digest& digest, Bytes bytes)>;
  enum class State { idle, running, failed };

  explicit Fetch(Line& line) : line_(line) {}

  /// Begins anew; `arrived` is called for each. Nothing to fetch: idle at once.
  void begin(std::vector<Digest> wanted, Arrived arrived);
  bool take(const LinkAnswer& answer);  ///< Whether it was one of ours.
  void stop();

  State state() const { return state_; }
  const Reply& failure() const { return failure_; }  ///< When failed.

 private:
  static constexpr std::size_t most_at_once = 8;
  static constexpr Duration timeout = std::chrono::minutes(2);

  void send_more();
  void fail_with(Reply reply);

  Line& line_;
  std::deque<Digest> wanted_;
  std::map<std::uint64_t, Digest> on_their_way_;
  Arrived arrived_;
  State state_ = State::idle;
  Reply failure_;
};

}  // namespace flyball::agent
