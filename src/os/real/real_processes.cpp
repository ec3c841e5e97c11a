#include "os/real/real_processes.hpp"

#include "os/real/child.hpp"
#include "os/real/errors.hpp"
#include "os/real/fd.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace flyball::os::real {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, "cannot make a pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Result<Fd> input_of(const Bytes& bytes) {
  Fd fd(bytes.empty() ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : ::memfd_create("input", MFD_CLOEXEC));
  if (!fd.valid()) return fail_errno(errno, "cannot prepare its input");
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto put = retry([&] { return ::write(fd.get(), rest.data(), rest.size()); });
    if (put < 0) return fail_errno(errno, "cannot prepare its input");
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (!bytes.empty()) ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

Result<ChildUser> look_up(const std::string& name) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (const int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found); error != 0)
    return fail_errno(error, "cannot look up the user ", name);
  if (found == nullptr) return fail(Errc::not_found, "there is no user ", name);
  ChildUser user{.uid = entry.pw_uid, .gid = entry.pw_gid, .home = entry.pw_dir};
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  while (::getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0)
    user.groups.resize(static_cast<std::size_t>(count));
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

// One stream of a child's: keeps the first bytes, reads and drops the rest.
class Collector {
 public:
  Collector(Fd fd, Bytes& into, std::uint64_t limit) : fd_(std::move(fd)), into_(into), limit_(limit) {
    ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  }
  int descriptor() const { return fd_.get(); }  // -1 at the end: poll(2) passes over it.
  void take() {
    std::array<char, 16384> buffer{};
    while (fd_.valid()) {
      const auto got = retry([&] { return ::read(fd_.get(), buffer.data(), buffer.size()); });
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return fd_.reset();
      const auto room = limit_ - std::min<std::uint64_t>(limit_, into_.size());
      into_.append(buffer.data(), std::min<std::uint64_t>(room, static_cast<std::uint64_t>(got)));
    }
  }

 private:
  Fd fd_;
  Bytes& into_;
  std::uint64_t limit_;
};

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

Exit wait_for(pid_t child, const Fd& pidfd, Fd output, Fd errors, const RunLimits& limits) {
  Exit exit;
  Collector out(std::move(output), exit.output, limits.max_output);
  Collector err(std::move(errors), exit.errors, limits.max_output);
  const auto deadline = Clock::now() + limits.timeout;
  for (bool running = true; running;) {
    std::array<pollfd, 3> fds = {
        {{pidfd.get(), POLLIN, 0}, {out.descriptor(), POLLIN, 0}, {err.descriptor(), POLLIN, 0}}};
    (void)::poll(fds.data(), fds.size(), milliseconds_until(deadline));
    running = fds[0].revents == 0;
    if (running && Clock::now() >= deadline) {
      exit.timed_out = true;
      break;
    }
    out.take();
    err.take();
  }
  if (exit.timed_out) ::kill(-child, SIGKILL);
  int status = 0;
  (void)retry([&] { return ::waitpid(child, &status, 0); });
  // What it wrote is in the pipes by now. A process that it left behind may hold them open, so no waiting for their
  // end.
  out.take();
  err.take();
  if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
  return exit;
}

Error start_error(const ChildFailure& failure, const std::string& program) {
  const auto code = failure.error == ENOTDIR || failure.error == ENOENT ? Errc::not_found : errc_of(failure.error);
  switch (failure.step) {
    case ChildStep::exec:
      if (code == Errc::not_found) return Error{code, text("there is no program ", program)};
      return Error{failure.error == ENOEXEC ? Errc::denied : code,
                   text("cannot run ", program, ": ", words(failure.error))};
    case ChildStep::directory:
      return Error{code, text("cannot run ", program, " in its directory: ", words(failure.error))};
    case ChildStep::user:
      return Error{code, text("cannot run ", program, " with the rights of its user: ", words(failure.error))};
    case ChildStep::streams:
      break;
  }
  return Error{code, text("cannot connect ", program, ": ", words(failure.error))};
}

ChildPlan plan_of(const CommandLine& command, const std::string& directory,
                  std::map<std::string, std::string> environment) {
  environment.try_emplace("PATH", default_path);
  environment.try_emplace("LANG", "C.UTF-8");
  ChildPlan plan{.argv = command.argv, .directory = directory};
  const auto& program = command.argv.front();
  if (program.find('/') != std::string::npos) {
    plan.candidates.push_back(program);
  } else {
    std::string_view path = environment["PATH"];
    while (!path.empty()) {
      const auto colon = path.find(':');
      if (const auto folder = path.substr(0, colon); folder.starts_with('/'))
        plan.candidates.push_back(text(folder, '/', program));
      path.remove_prefix(colon == std::string_view::npos ? path.size() : colon + 1);
    }
  }
  for (const auto& [name, value] : environment) plan.environment.push_back(text(name, '=', value));
  return plan;
}

}  // namespace

Result<Exit> RealProcesses::run(const CommandLine& command, const RunLimits& limits) {
  if (command.argv.empty() || command.argv.front().empty()) return fail(Errc::invalid, "no program is named");
  auto environment = command.environment;
  environment.insert(environment_.begin(), environment_.end());
  std::optional<ChildUser> user;
  if (!command.user.empty()) {
    user = TRY(look_up(command.user));
    environment.try_emplace("HOME", user->home);
    environment.try_emplace("USER", command.user);
  }
  auto plan = plan_of(command, directory_, std::move(environment));
  // As who we are already, nothing needs to be given up, and without root nothing can.
  if (user && (::geteuid() == 0 || user->uid != ::geteuid())) plan.user = std::move(user);

  const auto input = TRY(input_of(command.input));
  auto output = TRY(make_pipe());
  auto errors = TRY(make_pipe());
  auto report = TRY(make_pipe());
  plan.streams = {input.get(), output.write.get(), errors.write.get()};
  plan.report = report.write.get();
  const pid_t child = start_child(plan);
  if (child < 0) return fail_errno(errno, "cannot start ", command.argv.front());
  output.write.reset();
  errors.write.reset();
  report.write.reset();

  ChildFailure failure{};
  // Ends at once when the program has begun, since the other end is closed by exec.
  if (retry([&] { return ::read(report.read.get(), &failure, sizeof failure); }) == sizeof failure) {
    (void)retry([&] { return ::waitpid(child, nullptr, 0); });
    return std::unexpected(start_error(failure, command.argv.front()));
  }
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (!pidfd.valid()) {
    const int error = errno;
    ::kill(-child, SIGKILL);
    (void)retry([&] { return ::waitpid(child, nullptr, 0); });
    return fail_errno(error, "cannot wait for ", command.argv.front());
  }
  return wait_for(child, pidfd, std::move(output.read), std::move(errors.read), limits);
}

}  // namespace flyball::os::real
