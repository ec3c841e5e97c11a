#pragma once

#include "agent/state_files.hpp"
#include "model/report.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace flyball::agent {

/// Events that the server has not acknowledged yet, on disk, bounded. Numbers count up from 1 for the life of the
/// device's identity; an event has its number only once it is durable, so none is ever used twice.
///
/// They lie in files of up to `segment` events, named by the first number; only the last is written to. When the
/// queue is full the oldest file goes; how many events that were is told in every report.
class EventQueue {
 public:
  static constexpr std::size_t segment = 250;
  static constexpr std::size_t max_segments = 40;  ///< 10,000 events.

  explicit EventQueue(StateFiles& state) : state_(state) {}

  Result<> load();
  /// Numbers them and makes them durable.
  Result<> add(std::vector<DeviceEvent> events);
  void acknowledge(std::uint64_t up_to);                    ///< Those are forgotten.
  std::vector<DeviceEvent> oldest(std::size_t most) const;  ///< In order of their numbers.
  std::size_t size() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  Result<> write_last();
  Result<> read_segment(const std::string& name);
  void forget_segment();

  StateFiles& state_;
  std::map<std::uint64_t, std::deque<DeviceEvent>> segments_;  // By first number; the last may be empty.
  std::uint64_t next_ = 1;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace flyball::agent
