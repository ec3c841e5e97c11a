#include "os/real/child.hpp"

#include <cerrno>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

[[noreturn]] void give_up(int report, ChildStep step) {
  const ChildFailure failure{.step = step, .error = errno};
  (void)!::write(report, &failure, sizeof failure);
  ::_exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& t : texts) out.push_back(const_cast<char*>(t.c_str()));  // execve(2) does not write to them.
  out.push_back(nullptr);
  return out;
}

void default_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) (void)::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

bool connect(const std::array<int, 3>& streams) {
  // Ours lie above 2 unless we were started without standard streams; then one could overwrite another.
  std::array<int, 3> above{};
  for (std::size_t i = 0; i < 3; ++i) above[i] = ::fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    if (above[i] < 0 || ::dup2(above[i], static_cast<int>(i)) < 0) return false;
  }
  return true;
}

void close_others_on_exec() {
  if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0) return;
  const auto limit = ::sysconf(_SC_OPEN_MAX);
  for (int fd = 3; fd < limit; ++fd) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// By system call: the functions of the C library would have the same done by threads that are not there.
bool become(const ChildUser& user) {
  return ::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         ::syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         ::syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

}  // namespace

pid_t start_child(const ChildPlan& plan) {
  const auto argv = pointers(plan.argv);
  const auto environment = pointers(plan.environment);
  // No handler of ours may run in the child.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child != 0) {
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return child;
  }
  ::setsid();
  ::umask(022);
  // A low number could be overwritten by the standard streams.
  const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, 3);
  default_signals();
  if (!connect(plan.streams)) give_up(report, ChildStep::streams);
  close_others_on_exec();
  if (plan.user && !become(*plan.user)) give_up(report, ChildStep::user);
  if (::chdir(plan.directory.c_str()) != 0) give_up(report, ChildStep::directory);
  int worst = ENOENT;
  for (const auto& candidate : plan.candidates) {
    ::execve(candidate.c_str(), argv.data(), environment.data());
    if (errno != ENOENT && errno != ENOTDIR) worst = errno;
  }
  errno = worst;
  give_up(report, ChildStep::exec);
}

}  // namespace flyball::os::real
