#include "os/sim/choices.hpp"

namespace flyball::os::sim {

std::size_t EveryChoice::choose(std::size_t count) {
  if (at_ == course_.size()) course_.push_back({0, count});
  return course_[at_++].value;
}

bool EveryChoice::next() {
  at_ = 0;
  while (!course_.empty() && course_.back().value + 1 == course_.back().count) course_.pop_back();
  if (course_.empty()) return false;
  ++course_.back().value;
  return true;
}

}  // namespace flyball::os::sim
