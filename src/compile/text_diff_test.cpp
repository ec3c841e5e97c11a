#include "compile/text_diff.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

TEST(TextDiff, ShowsTheLinesThatGoAndCome) {
  struct {
    std::string_view name;
    std::string_view before;
    std::string_view after;
    std::string_view want;
  } const cases[] = {
      {"equal texts", "a\nb\n", "a\nb\n", ""},
      {"both empty", "", "", ""},
      {"one line changed", "a\nb\nc\n", "a\nB\nc\n", "-b\n+B\n"},
      {"something out of nothing", "", "a\nb\n", "+a\n+b\n"},
      {"nothing left", "a\n", "", "-a\n"},
      {"two edits with lines between", "a\nb\nc\nd\n", "A\nb\nc\nD\n", "-a\n+A\n…\n-d\n+D\n"},
      {"a line moved", "a\nb\nc\n", "b\nc\na\n", "-a\n…\n+a\n"},
      {"a line put in", "a\nc\n", "a\nb\nc\n", "+b\n"},
      {"equal lines around a cut", "x\nx\nx\n", "x\nx\n", "-x\n"},
      {"the last line end is lost", "a\n", "a", "-a\n+a\n\\ no line end at the end of the file\n"},
      {"control characters", "a\n", "\x1b[31ma\n", "-a\n+\\x1b[31ma\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(text_diff(c.before, c.after), c.want) << c.name;
}

std::string numbered(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += text("line ", i, "\n");
  return out;
}

TEST(TextDiff, StaysWithinItsBounds) {
  const auto many = text_diff("", numbered(0, 10'000));
  EXPECT_EQ(std::ranges::count(many, '\n'), 201);
  EXPECT_TRUE(many.ends_with("+line 199\n… and more\n"));
  const auto wide = text_diff("", std::string(100'000, 'x') + "\n");
  EXPECT_EQ(wide, "+" + std::string(400, 'x') + "…\n");
  const auto heavy = text_diff("", numbered(0, 100), {.lines = 1000, .bytes = 50});
  EXPECT_LE(heavy.size(), 50 + std::string_view("… and more\n").size());
}

TEST(TextDiff, FindsAnEditInALongTextAndEndsWhereNothingIsAlike) {
  EXPECT_EQ(text_diff(numbered(0, 50'000), numbered(0, 25'000) + "here\n" + numbered(25'000, 50'000)), "+here\n");
  const auto unlike = text_diff(numbered(0, 5'000), numbered(5'000, 10'000));
  EXPECT_TRUE(unlike.starts_with("-line 0\n"));
}

// What an edit takes and puts, applied to the old text, gives the new one: over many small texts of few letters.
TEST(TextDiff, TakesAndPutsExactlyWhatDiffers) {
  unsigned seed = 1;
  const auto next = [&] { return (seed = seed * 1'103'515'245 + 12'345) >> 16U; };
  for (int round = 0; round < 3'000; ++round) {
    std::string before;
    std::string after;
    for (auto n = next() % 8; n > 0; --n) before += text(char('a' + static_cast<int>(next() % 3)), "\n");
    for (auto n = next() % 8; n > 0; --n) after += text(char('a' + static_cast<int>(next() % 3)), "\n");
    const auto diff = text_diff(before, after);
    const auto count = [](std::string_view in, std::string_view what) {
      std::ptrdiff_t out = 0;
      for (std::size_t at = 0; (at = in.find(what, at)) != std::string_view::npos; ++at) ++out;
      return out;
    };
    for (const char letter : {'a', 'b', 'c'}) {
      const auto put = count(diff, text('+', letter));
      const auto taken = count(diff, text('-', letter));
      ASSERT_EQ(std::ranges::count(before, letter) - taken + put, std::ranges::count(after, letter)) << before << "to\n"
                                                                                                     << after << "by\n"
                                                                                                     << diff;
    }
  }
}

TEST(TextDiff, BinaryIsNoText) {
  EXPECT_TRUE(is_text("a\nü\n"));
  EXPECT_FALSE(is_text("\xff"));
  EXPECT_FALSE(is_text(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace flyball::compile
