#pragma once

#include "agent/event_queue.hpp"
#include "agent/line.hpp"
#include "model/report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flyball::agent {

/// Tells the server the newest status, and events until they are acknowledged. A newer status replaces one that was
/// not sent yet.
class Reporter {
 public:
  Reporter(Line& line, EventQueue& events, std::string boot) : caller_(line), events_(events), boot_(std::move(boot)) {}

  void set_status(StatusReport status);  ///< Sent when it says something else than the last, or when that is long ago.
  void say_again() { sent_.reset(); }    ///< The next status is sent whatever it says.
  /// Makes events durable first; those that cannot be now are tried again with the next.
  void add(std::vector<DeviceEvent> events);

  void run(SteadyTime now);
  std::optional<SteadyTime> next() const;
  /// Whether it was the answer to a report. `wake` is what it said, if it said something.
  bool take(const LinkAnswer& answer, std::optional<std::uint64_t>& wake);
  void hurry() { caller_.hurry(); }

 private:
  static constexpr Duration timeout = std::chrono::seconds(60);
  static constexpr Duration say_at_least_every = std::chrono::minutes(30);

  bool has_news(SteadyTime now) const;
  Bytes message(SteadyTime now);

  Caller caller_;
  EventQueue& events_;
  std::string boot_;
  std::optional<StatusReport> status_;
  std::optional<StatusReport> sent_;  // The last that the server has.
  std::optional<StatusReport> sending_;
  SteadyTime sent_at_;
  SteadyTime sending_at_;
  bool told_facts_ = false;
  std::uint64_t number_ = 0;
  Digest server_facts_;  // Of the facts that the server has.
  std::vector<DeviceEvent> unkept_;
};

}  // namespace flyball::agent
