#include "sim/run.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

namespace flyball::sim {
namespace {

std::string told(const Outcome& outcome) {
  auto out = text("flyball-sim --from ", outcome.seed, " shows it again:\n");
  for (const auto& failure : outcome.failures) out += text("  ", failure, '\n');
  return out;
}

// L1, and S2, S6, S7, S17 and S25 along the way: after faults stop every plan becomes empty and stays empty.
TEST(Sim, L1_AfterTheFaultsStopEveryPlanBecomesEmptyAndStaysEmpty) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto outcome = run_seed(seed, 1 + seed % 7);
    EXPECT_TRUE(outcome.failures.empty()) << told(outcome);
    EXPECT_GT(outcome.events, 50U);
  }
}

TEST(Sim, TheSameSeedIsTheSameStory) {
  for (const std::uint64_t seed : {3U, 8U}) {
    const auto first = run_seed(seed, 4);
    const auto second = run_seed(seed, 4);
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
    EXPECT_EQ(first.events, second.events);
  }
  EXPECT_NE(run_seed(3, 4).hash, run_seed(4, 4).hash);
}

}  // namespace
}  // namespace flyball::sim
