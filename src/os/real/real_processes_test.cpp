#include "os/real/real_processes.hpp"

#include "os/real/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

Exit run(CommandLine command, RunLimits limits = {}) {
  RealProcesses processes;
  const auto exit = processes.run(command, limits);
  EXPECT_TRUE(exit) << exit.error().message;
  return exit.value_or(Exit{.code = -1});
}
Exit shell(const std::string& script, RunLimits limits = {}) { return run({.argv = {"sh", "-c", script}}, limits); }

TEST(RealProcesses, OutputErrorsAndExitCodeComeBack) {
  const auto exit = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(exit.output, "out\n");
  EXPECT_EQ(exit.errors, "err\n");
  EXPECT_EQ(exit.code, 3);
  EXPECT_FALSE(exit.ok());
}

TEST(RealProcesses, InputIsGivenWholeAndNeedNotBeRead) {
  const Bytes large(1 << 20, 'x');
  EXPECT_EQ(run({.argv = {"wc", "-c"}, .input = large}).output, "1048576\n");
  EXPECT_TRUE(run({.argv = {"true"}, .input = large}).ok());
  EXPECT_EQ(run({.argv = {"wc", "-c"}}).output, "0\n");
}

TEST(RealProcesses, TheEnvironmentIsSmallAndWhatWasNamed) {
  ::setenv("FLYBALL_LEAK", "leaked", 1);
  const auto exit = run({.argv = {"env"}, .environment = {{"NAMED", "yes"}}});
  EXPECT_EQ(exit.output,
            "LANG=C.UTF-8\nNAMED=yes\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

TEST(RealProcesses, OutputBeyondTheLimitIsReadAndDropped) {
  const auto exit = shell("head -c 300000 /dev/zero; echo end >&2", {.max_output = 1000});
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.output.size(), 1000U);
  EXPECT_EQ(exit.errors, "end\n");
}

TEST(RealProcesses, WhatTakesTooLongIsKilledWithAllItStarted) {
  TemporaryFolder folder;
  const auto script = "sh -c 'echo $$ > " + folder.at("/pid") + "; sleep 1000' & wait";
  const auto exit = shell(script, {.timeout = std::chrono::milliseconds(300)});
  EXPECT_TRUE(exit.timed_out);
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_EQ(describe(exit, {.timeout = std::chrono::milliseconds(300)}), "took longer than 300 ms");
  const auto below = shell("cat " + folder.at("/pid")).output;
  // A killed process may stay for a moment until it is reaped: state Z.
  EXPECT_TRUE(shell("for i in $(seq 100); do grep -q '^State:.[^Z]' /proc/" + below.substr(0, below.size() - 1) +
                    "/status 2>/dev/null || exit 0; sleep 0.05; done; exit 1")
                  .ok());
}

TEST(RealProcesses, ALeftBehindProcessIsNotWaitedFor) {
  const auto exit = shell("sleep 2 & echo done", {.timeout = std::chrono::seconds(60)});
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.output, "done\n");
}

TEST(RealProcesses, AProgramThatCannotRunIsAnErrorThatSaysWhy) {
  TemporaryFolder folder;
  folder.put("/not_executable", "x");
  const struct {
    std::string name;
    CommandLine command;
    Errc code;
    std::string message;
  } cases[] = {
      {"unknown name", {.argv = {"no-such-program"}}, Errc::not_found, "there is no program no-such-program"},
      {"unknown path", {.argv = {"/no/such/program"}}, Errc::not_found, "there is no program /no/such/program"},
      {"no right",
       {.argv = {folder.at("/not_executable")}},
       Errc::denied,
       "cannot run " + folder.at("/not_executable") + ": permission denied"},
      {"nobody of that name",
       {.argv = {"true"}, .user = "no-such-user"},
       Errc::not_found,
       "there is no user no-such-user"},
      {"nothing", {}, Errc::invalid, "no program is named"},
  };
  RealProcesses processes;
  for (const auto& c : cases) {
    const auto exit = processes.run(c.command, {});
    ASSERT_FALSE(exit) << c.name;
    EXPECT_EQ(exit.error(), (Error{c.code, c.message})) << c.name;
  }
}

TEST(RealProcesses, TheChildHasDefaultSignalsItsOwnSessionAndNoOtherFiles) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  sigset_t some;
  sigset_t old;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &some, &old);
  const int leak = ::dup(0);  // Not close-on-exec.
  const auto status = shell("grep -E '^Sig(Ign|Blk)' /proc/self/status").output;
  const auto files = shell("ls /proc/self/fd | wc -l").output;
  const auto session = shell("cut -d' ' -f1,5,6 /proc/$$/stat").output;
  ::close(leak);
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  ::signal(SIGPIPE, before);
  EXPECT_EQ(status, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  EXPECT_EQ(files, "4\n");  // The three, and the directory that ls lists.
  const auto pid = session.substr(0, session.find(' '));
  EXPECT_EQ(session, pid + ' ' + pid + ' ' + pid + '\n');
}

TEST(RealProcesses, ItStartsInItsDirectoryWithItsEnvironment) {
  TemporaryFolder folder;
  RealProcesses processes(folder.path(), {{"FLYBALL_ROOT", folder.path()}});
  const auto exit = processes.run({.argv = {"sh", "-c", "pwd; echo $FLYBALL_ROOT"}}, {});
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->output, folder.path() + '\n' + folder.path() + '\n');
}

TEST(RealProcesses, RootGivesUpItsRightsForAUser) {
  RealProcesses processes;
  const std::vector<std::string> who = {"sh", "-c", "id -un; id -Gn; echo $HOME"};
  if (::geteuid() == 0) {
    const auto exit = processes.run({.argv = who, .user = "nobody"}, {});
    ASSERT_TRUE(exit) << exit.error().message;
    EXPECT_EQ(exit->output, "nobody\nnogroup\n/nonexistent\n");
  } else {
    const auto exit = processes.run({.argv = who, .user = "root"}, {});
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().code, Errc::denied);
  }
}

}  // namespace
}  // namespace flyball::os::real
