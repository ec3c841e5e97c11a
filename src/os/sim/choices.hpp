#pragma once

#include "os/sim/random.hpp"

#include <cstddef>
#include <vector>

namespace flyball::os::sim {

/// Where a simulated world may go one way or another: which writes outlive a power cut, for one.
class Choices {
 public:
  virtual ~Choices() = default;
  virtual std::size_t choose(std::size_t count) = 0;  ///< One of 0 … count-1; `count` is at least 1.
};

/// Drawn from a seed.
class DrawnChoices : public Choices {
 public:
  explicit DrawnChoices(std::uint64_t seed) : random_(seed) {}
  std::size_t choose(std::size_t count) override { return random_.below(count); }

 private:
  SimRandom random_;
};

/// All of them, one course after the other:
/// `EveryChoice all; do { run(all); } while (all.next());`
class EveryChoice : public Choices {
 public:
  std::size_t choose(std::size_t count) override;
  bool next();  ///< Goes to the next course; false when every one has been taken.

 private:
  struct Taken {
    std::size_t value;
    std::size_t count;
  };
  std::vector<Taken> course_;
  std::size_t at_ = 0;
};

}  // namespace flyball::os::sim
