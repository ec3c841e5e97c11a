#include "sim/trace.hpp"

namespace flyball::sim {

void Trace::add(std::string line) {
  hash_ = Sha256().update(hash_.bytes()).update(line).finish();
  ++count_;
  last_.push_back(std::move(line));
  if (last_.size() > kept) last_.pop_front();
}

}  // namespace flyball::sim
