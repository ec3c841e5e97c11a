#include "server/compile_worker.hpp"

#include "server/confinement.hpp"
#include "server/repository.hpp"
#include "server/worker_compiler.hpp"

#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flyball::server {
namespace {

using testing::HasSubstr;

// The tests' own program is the worker, too: its jobs say in a file named `deed` what it is to do besides compiling.
const std::map<std::string, void (*)()> deeds = {
    {"open", [] { (void)::open("/etc/passwd", O_RDONLY); }},
    {"socket", [] { (void)::socket(AF_INET, SOCK_STREAM, 0); }},
    {"fork", [] { (void)::fork(); }},
    {"kill", [] { (void)::kill(::getppid(), 0); }},
    {"code",
     [] { (void)::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
    {"die", [] { ::raise(SIGKILL); }},
    {"abort", [] { std::abort(); }},
    {"leave", [] { ::_exit(0); }},
    {"memory", [] { Bytes().reserve(worker_memory + 1); }},
    {"spin",
     [] {
       for (volatile bool more = true; more;) {
       }
     }},
    {"hang",
     [] {
       char byte = 0;
       (void)!::read(STDIN_FILENO, &byte, 1);
     }},
    {"garbage", [] { (void)!::write(STDOUT_FILENO, "\1\0\0\0\0\0\0\0\xff", 9); }},
    {"flood", [] { (void)!::write(STDOUT_FILENO, "\0\0\0\0\0\0\0\1", 8); }},
};

compile::Compiled do_deed_and_compile(const Snapshot& snapshot) {
  if (const auto file = snapshot.files.find("deed"); file != snapshot.files.end()) deeds.at (*file->second.bytes)();
  return compile::compile(snapshot);
}

Snapshot fleet_with(const std::string& deed) {
  Snapshot out;
  const auto add = [&](const std::string& path, const std::string& bytes) {
    out.files[path] = {.size = bytes.size(), .bytes = std::make_shared<const Bytes>(bytes)};
  };
  add("fleet.yaml", "kind: fleet\nid: acme-5f0c1e9a\nname: acme\n");
  add("devices/all.yaml", "kind: devices\ngroup: lobby\ndevices: { d1: {}, d2: {} }\n");
  add("groups/lobby.yaml", "kind: group\nname: lobby\nfiles:\n  /etc/motd: { content: hello }\n");
  if (!deed.empty()) add("deed", deed);
  return out;
}

WorkerCompiler::Settings here(Duration time = std::chrono::minutes(2), Duration processor = std::chrono::minutes(1)) {
  return {.command = {"server_test", "compile-worker"}, .time_limit = time, .processor_limit = processor};
}

TEST(WorkerCompiler, GivesWhatTheCompilerGives) {
  WorkerCompiler worker(here());
  auto bad = fleet_with("");
  bad.files.erase("fleet.yaml");
  for (int round = 0; round < 2; ++round) {
    const auto good = worker.compile(fleet_with(""));
    ASSERT_TRUE(good) << good.error().message;
    ASSERT_TRUE(good->fleet);
    EXPECT_EQ(good->fleet->blobs.size(), compile::compile(fleet_with("")).fleet->blobs.size());
    EXPECT_EQ(good->fleet->devices.size(), 2U);
    const auto refused = worker.compile(bad);
    ASSERT_TRUE(refused) << refused.error().message;
    EXPECT_FALSE(refused->fleet);
    EXPECT_EQ(refused->diagnostics, compile::compile(bad).diagnostics);
  }
}

TEST(WorkerCompiler, AWorkerThatEndsOrDoesWhatItMayNotIsRefusedAndTheNextJobWorks) {
  struct {
    std::string deed;
    Errc code;
    std::string want;
  } const cases[] = {
      {"open", Errc::invalid, "SIGSYS"},
      {"socket", Errc::invalid, "SIGSYS"},
      {"fork", Errc::invalid, "SIGSYS"},
      {"kill", Errc::invalid, "SIGSYS"},
      {"code", Errc::invalid, "SIGSYS"},
      {"die", Errc::invalid, "ended unexpectedly: killed by signal 9"},
      {"abort", Errc::invalid, "ended unexpectedly: killed by signal 6"},
      {"leave", Errc::invalid, "ended unexpectedly: with status 0"},
      {"memory", Errc::invalid, bounds_memory ? "more than 4 GiB of memory" : "ended unexpectedly"},
      {"garbage", Errc::corrupt, "the fleet: damaged"},
      {"flood", Errc::corrupt, "more than 1 GiB"},
  };
  WorkerCompiler worker(here());
  for (const auto& c : cases) {
    const auto refused = worker.compile(fleet_with(c.deed));
    ASSERT_FALSE(refused) << c.deed;
    EXPECT_EQ(refused.error().code, c.code) << c.deed;
    EXPECT_THAT(refused.error().message, HasSubstr(c.want)) << c.deed;
    const auto next = worker.compile(fleet_with(""));
    ASSERT_TRUE(next) << c.deed << ": " << next.error().message;
    EXPECT_TRUE(next->fleet) << c.deed;
  }
}

TEST(WorkerCompiler, AJobThatTakesTooLongIsEnded) {
  WorkerCompiler spinning(here(std::chrono::minutes(2), std::chrono::milliseconds(300)));
  const auto spun = spinning.compile(fleet_with("spin"));
  ASSERT_FALSE(spun);
  EXPECT_EQ(spun.error(), (Error{Errc::timeout, "the compiler took more than 300 ms of processor time"}));
  EXPECT_TRUE(spinning.compile(fleet_with("")));

  WorkerCompiler hanging(here(std::chrono::seconds(3)));
  const auto hung = hanging.compile(fleet_with("hang"));
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code, Errc::timeout) << hung.error().message;
}

TEST(WorkerCompiler, StoppingEndsTheJobThatIsUnderWayAndAllLaterOnes) {
  WorkerCompiler worker(here());
  Result<compile::Compiled> stopped;
  {
    const std::jthread busy([&] { stopped = worker.compile(fleet_with("hang")); });
    worker.stop();
  }
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::cancelled);
  const auto later = worker.compile(fleet_with("hang"));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, Errc::cancelled);
}

TEST(WorkerCompiler, AProgramThatIsNoWorkerIsUnavailable) {
  for (const char* program : {"/no/such/program", "/bin/true", "/bin/yes"}) {
    WorkerCompiler worker({.command = {program}, .program = program});
    const auto got = worker.compile(fleet_with(""));
    ASSERT_FALSE(got) << program;
    EXPECT_EQ(got.error().code, Errc::unavailable) << program;
  }
}

TEST(Look, ARevisionOverWhichTheCompilerComesToGriefIsRefusedWithADiagnostic) {
  source::MemorySource source;
  const auto head = source.commit({{"fleet.yaml", "kind: fleet\n"}}, "change");
  struct {
    Errc code;
    bool refused;
  } const cases[] = {{Errc::invalid, true},
                     {Errc::timeout, true},
                     {Errc::corrupt, true},
                     {Errc::unavailable, false},
                     {Errc::cancelled, false}};
  for (const auto& c : cases) {
    const Compile broken = [&](const Snapshot&) { return fail(c.code, "the compiler ended unexpectedly"); };
    const auto seen = look(source, {}, broken);
    ASSERT_EQ(seen.has_value(), c.refused) << name(c.code);
    EXPECT_FALSE(look_at(source, head, broken)) << "what compiled before is tried again";
    if (!seen) continue;
    ASSERT_TRUE(seen->compiled);
    EXPECT_FALSE(seen->compiled->fleet);
    ASSERT_EQ(seen->compiled->diagnostics.size(), 1U);
    EXPECT_EQ(seen->compiled->diagnostics.front().code, "E0701");
    EXPECT_EQ(seen->compiled->diagnostics.front().message, "the compiler ended unexpectedly");
  }
}

}  // namespace
}  // namespace flyball::server

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "compile-worker") == 0)
    ::_exit(flyball::server::run_compile_worker(flyball::server::do_deed_and_compile));
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
