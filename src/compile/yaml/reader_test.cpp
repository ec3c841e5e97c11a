#include "compile/yaml/reader.hpp"

#include "base/text.hpp"
#include "compile/yaml/check_text.hpp"

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

struct Outcome {
  Document document;
  std::vector<std::string> codes;
};

Outcome judged(std::string_view bytes) {
  std::vector<Diagnostic> mistakes;
  Outcome out{.document = read(bytes, "f.yaml", mistakes)};
  for (const auto& mistake : mistakes) out.codes.push_back(mistake.code);
  return out;
}

using Codes = std::vector<std::string>;

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST(Reader, AFileWithNothingInItIsEmptyAndNoMistake) {
  for (const char* bytes : {"", "\n\n", "# a comment\n", "---\n", "---\n...\n", "\xef\xbb\xbf", "  \n# x"}) {
    const auto got = judged(bytes);
    EXPECT_TRUE(got.document.empty() && got.document.complete() && got.codes.empty()) << bytes;
  }
  EXPECT_FALSE(judged("~").document.empty());
  EXPECT_FALSE(judged("''").document.empty());
  EXPECT_FALSE(judged("{}").document.empty());
}

TEST(Reader, AFaultKeepsWhatStandsAboveIt) {
  const auto got = judged("kind: group\nname: kiosks\nuse: [a]\nuse: [b]\nfiles:\n  /etc/motd:\n    mode:0644\n");
  EXPECT_EQ(got.codes, (Codes{"E0102"})) << "`mode:0644` alone is text";
  const auto broken = judged("kind: group\nname: kiosks\nuse: [a]\nuse: [b]\nfiles:\n  x: {mode: 1}\n  y: {mode: \n");
  EXPECT_EQ(broken.codes, (Codes{"E0115", "E0102"}));
  EXPECT_FALSE(broken.document.complete());
  const auto& root = *broken.document.root();
  EXPECT_EQ(root.find("name")->text(), "kiosks");
  EXPECT_EQ(root.find("use")->items()[0].text(), "a");
  EXPECT_EQ(root.find("files")->find("x")->find("mode")->text(), "1");
  EXPECT_TRUE(root.find("files")->find("y")->is_mapping());
}

TEST(Reader, AllMistakesThatAreNoFaultsComeInOneRun) {
  const auto got = judged("a: 1\na: 2\n<<: {}\n[x]: 1\nb: !t 1\nc: *c\nd: &d [*d]\n");
  EXPECT_EQ(got.codes, (Codes{"E0107", "E0108", "E0109", "E0110", "E0111", "E0102"}));
  ASSERT_TRUE(got.document.complete());
  EXPECT_EQ(got.document.root()->entries().size(), 4U) << "a, b, c, d";
  EXPECT_EQ(got.document.root()->find("a")->text(), "1");
}

TEST(Reader, DuplicatesAreFoundInLargeMapsToo) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += text("key", i, ": ", i, '\n');
  EXPECT_EQ(judged(bytes).codes, Codes{});
  const auto got = judged(text(bytes, "key499: x\nkey7: x\nkey7: y\n"));
  EXPECT_EQ(got.codes, (Codes{"E0102", "E0102", "E0102"}));
  EXPECT_EQ(got.document.root()->entries().size(), 500U);
  EXPECT_EQ(got.document.root()->find("key7")->text(), "7");
}

TEST(Reader, BoundsHoldToTheLastAllowedAndNotBeyond) {
  const auto nested = [](std::size_t levels) { return repeated("[", levels) + repeated("]", levels); };
  const auto aliases = [](std::size_t count) { return "a: &a 1\nb: [" + repeated("*a, ", count) + "]\n"; };
  // A list of a thousand words, repeated: with its own node 1,001 for each alias.
  const auto repeats = [](std::size_t count) {
    return text("a: &a [", repeated("x,", 999), "]\nb: [", repeated("*a,", count), "]\n");
  };
  // An anchor of 16 levels below 1, used below 15: 32 in all.
  const auto deep = [&](std::size_t levels) {
    return text("- &a ", nested(16), "\n- ", repeated("[", levels), "*a", repeated("]", levels), "\n");
  };
  struct {
    std::string_view name;
    std::string bytes;
    Codes want;
  } const cases[] = {
      {"32 levels", nested(32), {}},
      {"33 levels", nested(33), {"E0113"}},
      {"20,000 levels", nested(20'000), {"E0113"}},
      {"32 levels through an alias", deep(15), {}},
      {"33 levels through an alias", deep(16), {"E0113"}},
      {"1,000 aliases", aliases(1'000), {}},
      {"1,001 aliases", aliases(1'001), {"E0112"}},
      {"aliases for 100,000 nodes", repeats(100), {}},
      {"aliases for 101,000 nodes", repeats(101), {"E0112"}},
      {"nine levels of nine",
       "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
       "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
       {"E0112"}},
      {"4 MiB", text("a: 1\n#", std::string(max_file_bytes - 6, ' ')), {}},
      {"4 MiB and a byte", text("a: 1\n#", std::string(max_file_bytes - 5, ' ')), {"E0601"}},
  };
  for (const auto& c : cases) {
    const auto got = judged(c.bytes);
    EXPECT_EQ(got.codes, c.want) << c.name;
    EXPECT_EQ(got.document.complete(), c.want.empty()) << c.name;
  }
}

TEST(Reader, StopsAfterTheHundredthMistake) {
  const auto got = judged(repeated("a: 1\n", 5'000));
  EXPECT_EQ(got.codes.size(), max_mistakes + 1);
  EXPECT_EQ(got.codes.back(), "E0116");
}

TEST(Reader, AnAnchorGivenAgainMeansTheNewestAbove) {
  const auto got = judged("- &a 1\n- *a\n- &a [&a 2, *a]\n- *a\n");
  ASSERT_EQ(got.codes, Codes{});
  const auto items = got.document.root()->items();
  EXPECT_EQ(items[1].text(), "1");
  EXPECT_EQ(items[2].items()[1].text(), "2");
  EXPECT_EQ(items[3].text(), "2");
}

TEST(Reader, TagsOfTheCoreSchemaAreReadWhereTheyAreTrue) {
  const auto got = judged("a: !!str 12\nb: !!int \"12\"\nc: !!float 1\nd: !!map {}\ne: !!seq []\nf: ! 12\ng: !!null\n");
  ASSERT_EQ(got.codes, Codes{});
  const auto& root = *got.document.root();
  EXPECT_EQ(root.find("a")->type(), Type::string);
  EXPECT_EQ(root.find("b")->integer(), 12);
  EXPECT_EQ(root.find("c")->decimal(), 1.0);
  EXPECT_EQ(root.find("f")->type(), Type::string);
  EXPECT_TRUE(root.find("g")->is_null());
}

TEST(Reader, TabsMayStandInsideTextAndBetweenWords) {
  const auto got = judged("a: |\n  x\n  \ttext\nb: \"x\n  \ty\"\nc:\t1\nd: [1,\t2]\n");
  ASSERT_EQ(got.codes, Codes{});
  EXPECT_EQ(got.document.root()->find("a")->text(), "x\n\ttext\n");
}

}  // namespace
}  // namespace flyball::compile::yaml
