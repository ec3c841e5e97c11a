#include "sim/scenario.hpp"

#include "sim/scenario_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace flyball::sim {
namespace {

std::set<std::filesystem::path> scenarios() {
  std::set<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(FLYBALL_SOURCE_DIR "/tests/scenarios"))
    if (entry.path().extension() == ".scenario") all.insert(entry.path());
  return all;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Scenarios, EachHoldsWhateverTheSeed) {
  ASSERT_GE(scenarios().size(), 6U);
  for (const auto& path : scenarios()) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const auto done = run_scenario(content(path), seed);
      EXPECT_TRUE(done) << path.filename() << ", seed " << seed << ": " << (done ? "" : done.error().message);
    }
  }
}

TEST(Scenarios, WhatDoesNotHoldNamesItsLine) {
  const std::string begin =
      "device d1 in lobby\n"
      "commit groups/lobby.yaml { kind: group, name: lobby, files: { /etc/motd: { content: \"a\" } } }\n"
      "settle\n";
  const struct {
    std::string line;
    std::string want;
  } cases[] = {
      {"expect d1 file:/etc/motd content \"b\"", "line 4: file:/etc/motd of d1: expected `b`, found `a`"},
      {"expect d1 file:/etc/none content \"b\"", "line 4: file:/etc/none of d1: expected `b`, found `absent`"},
      {"expect d1 package:web installed", "line 4: package:web of d1: expected `installed`, found `absent`"},
      {"state d1 Failed", "line 4: d1 is Ready"},
      {"jump d1", "line 4: no such verb: jump"},
      {"expect d1 file:/etc/motd content \"b", "line 4: a quote does not end"},
  };
  for (const auto& c : cases) {
    const auto done = run_scenario(begin + c.line, 1);
    ASSERT_FALSE(done) << c.line;
    EXPECT_EQ(done.error().message, c.want);
  }
}

TEST(ScenarioText, LinesGoOnWhenTheNextBeginsWithWhiteSpace) {
  const auto lines =
      read_scenario("# why\n\ncommit a.yaml\n  x: 1\n  y: 2\nedit d1 \"a \\\"b\\\"\\n\" by vim of alice\n");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0].number, 3U);
  EXPECT_EQ((*lines)[0].rests[1], "\n  x: 1\n  y: 2");
  EXPECT_EQ((*lines)[1].words, (std::vector<std::string>{"edit", "d1", "a \"b\"\n", "by", "vim", "of", "alice"}));
  EXPECT_EQ((*lines)[1].rests[3], "vim of alice");
}

}  // namespace
}  // namespace flyball::sim
