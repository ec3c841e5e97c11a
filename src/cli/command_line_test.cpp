#include "cli/fake_world.hpp"
#include "cli/verb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::cli {
namespace {

std::vector<std::string> words_of(std::string_view name) {
  const auto space = name.find(' ');
  if (space == std::string_view::npos) return {std::string(name)};
  return {std::string(name.substr(0, space)), std::string(name.substr(space + 1))};
}

TEST(CommandLine, EveryVerbExplainsItself) {
  FakeWorld fake;
  EXPECT_EQ(fake.run({"--help"}), 0);
  const auto all = fake.out;
  for (const auto& verb : verbs()) {
    auto words = words_of(verb.name);
    EXPECT_THAT(all, testing::HasSubstr("  " + words.front())) << verb.name;
    words.emplace_back("--help");
    EXPECT_EQ(fake.run(words), 0) << verb.name;
    EXPECT_THAT(fake.out, testing::HasSubstr(std::string(verb.help))) << verb.name;
    EXPECT_THAT(fake.out, testing::HasSubstr(text("Usage: flyball ", verb.name))) << verb.name;
    for (const auto& argument : verb.arguments)
      EXPECT_THAT(fake.out, testing::HasSubstr(std::string(argument.help))) << verb.name;
  }
}

TEST(CommandLine, AMistakeIsToldWithWhereToLook) {
  struct {
    std::vector<std::string> arguments;
    std::string_view says;
  } const cases[] = {
      {{"pln"}, "there is no verb `pln`; did you mean `plan`?"},
      {{"plan", "a", "b"}, "b"},
      {{"explain"}, "DEVICE is required"},
      {{"device"}, "subcommand is required"},
      {{"get", "devices", "--limit"}, "--limit"},
      {{"status", "--color", "red"}, "--color is auto, always or never"},
      {{"status", "-o", "xml"}, "has no output `xml`"},
      {{"status", "--timeout", "long"}, "no duration"},
  };
  for (const auto& c : cases) {
    FakeWorld fake;
    EXPECT_EQ(fake.run(c.arguments), 64) << c.says;
    EXPECT_THAT(fake.err, testing::HasSubstr(std::string(c.says)));
    EXPECT_THAT(fake.err, testing::HasSubstr("--help"));
    EXPECT_EQ(fake.out, "");
  }
}

TEST(CommandLine, ColourIsForTerminalsThatWantIt) {
  struct {
    std::string_view name;
    bool terminal;
    std::map<std::string, std::string> environment;
    std::string when;
    bool want;
  } const cases[] = {
      {"a pipe", false, {}, "auto", false},
      {"a terminal", true, {}, "auto", true},
      {"NO_COLOR", true, {{"NO_COLOR", ""}}, "auto", false},
      {"a dumb terminal", true, {{"TERM", "dumb"}}, "auto", false},
      {"always", false, {{"NO_COLOR", "1"}}, "always", true},
      {"never", true, {}, "never", false},
  };
  for (const auto& c : cases) {
    FakeWorld fake;
    fake.world.out_is_terminal = c.terminal;
    fake.world.environment = c.environment;
    const auto read = read_command_line({"status", "--color", c.when}, fake.world);
    ASSERT_TRUE(std::holds_alternative<Invocation>(read)) << c.name;
    EXPECT_EQ(std::get<Invocation>(read).options.colour, c.want) << c.name;
  }
}

TEST(CommandLine, OptionsForAllMayStandBeforeOrBehindTheVerb) {
  FakeWorld fake;
  for (const auto& arguments : {std::vector<std::string>{"-C", "sub", "-o", "json", "plan", "--full", "HEAD"},
                                std::vector<std::string>{"plan", "HEAD", "--full", "-o", "json", "-C", "sub"}}) {
    const auto read = read_command_line(arguments, fake.world);
    ASSERT_TRUE(std::holds_alternative<Invocation>(read)) << fake.err;
    const auto& invocation = std::get<Invocation>(read);
    EXPECT_EQ(invocation.options.directory, text(fake.folder().string(), "/sub"));
    EXPECT_EQ(invocation.options.format, Format::json);
    EXPECT_EQ(invocation.arguments.value("REV"), "HEAD");
    EXPECT_TRUE(invocation.arguments.has("full"));
    EXPECT_FALSE(invocation.arguments.has("detailed-exitcode"));
  }
}

}  // namespace
}  // namespace flyball::cli
