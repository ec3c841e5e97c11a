#include "os/git_command.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace flyball::os {
namespace {

class CannedProcesses final : public Processes {
 public:
  explicit CannedProcesses(Exit exit) : exit_(std::move(exit)) {}
  Result<Exit> run(const CommandLine& command, const RunLimits&) override {
    ran = command;
    return exit_;
  }
  CommandLine ran;

 private:
  Exit exit_;
};

TEST(GitCommand, RunsGitSoThatTheRepositoryCannotMakeItRunAnythingElse) {
  CannedProcesses processes({.output = "main\n"});
  EXPECT_EQ(*run_git(processes, "/repo", {"rev-parse", "HEAD"}, "in", {{"HOME", "/home/ana"}}), "main\n");
  const auto& argv = processes.ran.argv;
  EXPECT_EQ(argv.front(), "git");
  EXPECT_EQ((std::vector(argv.end() - 2, argv.end())), (std::vector<std::string>{"rev-parse", "HEAD"}));
  for (const auto* setting : {"core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never"})
    EXPECT_NE(std::ranges::find(argv, setting), argv.end()) << setting;
  EXPECT_EQ(processes.ran.environment.at("GIT_TERMINAL_PROMPT"), "0");
  EXPECT_EQ(processes.ran.environment.at("HOME"), "/home/ana");
  EXPECT_EQ(processes.ran.input, "in");
}

TEST(GitCommand, SaysWhyItFailed) {
  struct {
    std::string_view name;
    Exit exit;
    Error want;
  } const cases[] = {
      {"its last words",
       {.code = 128, .errors = "hint: x\nfatal: bad revision\n"},
       {Errc::unavailable, "git log: fatal: bad revision"}},
      {"another's repository",
       {.code = 128, .errors = "fatal: detected dubious ownership in repository at '/r'\n"},
       {Errc::denied,
        "git does not trust the owner of /r: if you do, run `git config --global --add safe.directory "
        "/r`"}},
      {"too slow", {.signal = 9, .timed_out = true}, {Errc::timeout, "git log took longer than 2 min"}},
  };
  for (const auto& c : cases) {
    CannedProcesses processes(c.exit);
    const auto result = run_git(processes, "/r", {"log"});
    ASSERT_FALSE(result) << c.name;
    EXPECT_EQ(result.error(), c.want) << c.name << ": " << result.error().message;
  }
}

}  // namespace
}  // namespace flyball::os
