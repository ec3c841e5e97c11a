#include "sim/event_heap.hpp"

#include <algorithm>

namespace flyball::sim {

void EventHeap::at(Duration when, Work work) {
  events_.emplace(std::tuple(std::max(when, now_), random_.next(), ++count_), std::move(work));
}

bool EventHeap::run_next(Duration until) {
  const auto first = events_.begin();
  if (first == events_.end() || std::get<Duration>(first->first) > until) {
    now_ = std::max(now_, until);
    return false;
  }
  now_ = std::get<Duration>(first->first);
  auto work = std::move(first->second);
  events_.erase(first);
  work();
  return true;
}

}  // namespace flyball::sim
