#include "server/confinement.hpp"

#include "os/real/errors.hpp"
#include "os/real/fd.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace flyball::server {
namespace {

using os::real::fail_errno;
using os::real::Fd;

// struct landlock_ruleset_attr and the rights by version of the interface (landlock(7)); the headers of Debian 12 know
// the first two. What is handled and granted by no rule is denied.
struct LandlockRuleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // From 4.
  std::uint64_t scoped = 0;   // From 6: abstract sockets, signals.
};

LandlockRuleset everything_of(long version) {
  constexpr std::array<unsigned, 5> file_rights = {13, 14, 15, 15, 16};
  const auto known = std::min<std::size_t>(static_cast<std::size_t>(version), file_rights.size());
  return {.files = (std::uint64_t{1} << file_rights.at(known - 1)) - 1,
          .network = version >= 4 ? 3U : 0U,
          .scoped = version >= 6 ? 3U : 0U};
}

std::size_t size_of_ruleset(long version) {
  return sizeof(std::uint64_t) * (version >= 6 ? 3U : version >= 4 ? 2U : 1U);
}

Result<> deny_files() {
  constexpr unsigned ask_version = 1;
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version);
  if (version < 1) return {};  // A kernel without it: the filter stands alone.
  const auto ruleset = everything_of(version);
  const Fd fd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size_of_ruleset(version), 0)));
  if (!fd.valid()) return fail_errno(errno, "cannot make a Landlock ruleset");
  if (::syscall(SYS_landlock_restrict_self, fd.get(), 0) != 0) return fail_errno(errno, "cannot deny files");
  return {};
}

Result<> bound(std::uint64_t memory) {
  std::vector<std::pair<__rlimit_resource, rlim_t>> limits = {
      {RLIMIT_CORE, 0}, {RLIMIT_FSIZE, 0}, {RLIMIT_NOFILE, 3}, {RLIMIT_MEMLOCK, 0}};
  if (bounds_memory) limits.emplace_back(RLIMIT_AS, memory);
  for (const auto& [resource, most] : limits) {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(resource, &limit) != 0) return fail_errno(errno, "cannot set a limit");
  }
  return {};
}

struct Allowed {
  int call;
  std::vector<scmp_arg_cmp> when;
};

scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp without(unsigned argument, scmp_datum_t bits) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0};
}

std::vector<Allowed> all_that_is_allowed() {
  const auto self = static_cast<scmp_datum_t>(::getpid());
  return {
      {SCMP_SYS(read), {equals(0, STDIN_FILENO)}},
      {SCMP_SYS(write), {equals(0, STDOUT_FILENO)}},
      {SCMP_SYS(write), {equals(0, STDERR_FILENO)}},
      {SCMP_SYS(writev), {equals(0, STDERR_FILENO)}},  // The last words of the C library.
      {SCMP_SYS(brk), {}},
      {SCMP_SYS(mmap), {without(2, PROT_EXEC)}},
      {SCMP_SYS(mprotect), {without(2, PROT_EXEC)}},
      {SCMP_SYS(mremap), {}},
      {SCMP_SYS(munmap), {}},
      {SCMP_SYS(madvise), {}},
      {SCMP_SYS(futex), {}},
      {SCMP_SYS(sched_yield), {}},
      {SCMP_SYS(clock_gettime), {}},
      {SCMP_SYS(restart_syscall), {}},
      {SCMP_SYS(exit), {}},
      {SCMP_SYS(exit_group), {}},
      // abort(3), so that a broken assertion ends as one.
      {SCMP_SYS(rt_sigprocmask), {}},
      {SCMP_SYS(rt_sigaction), {}},
      {SCMP_SYS(rt_sigreturn), {}},
      {SCMP_SYS(getpid), {}},
      {SCMP_SYS(gettid), {}},
      {SCMP_SYS(tgkill), {equals(0, self)}},
  };
}

Result<> filter_calls() {
  const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release);
  if (!filter) return fail(Errc::unsupported, "cannot make a seccomp filter");
  int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  for (const auto& [call, when] : all_that_is_allowed()) {
    if (error != 0) break;
    error = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, static_cast<unsigned>(when.size()), when.data());
  }
  if (error == 0) error = seccomp_load(filter.get());
  if (error != 0) return fail_errno(-error, "cannot set the seccomp filter");
  return {};
}

}  // namespace

Result<> confine(std::uint64_t memory) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno(errno, "cannot give up privileges");
  // Some handlers of core dumps pay no heed to the limit.
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno(errno, "cannot forbid core dumps");
  TRY(deny_files());
  TRY(bound(memory));
  return filter_calls();
}

}  // namespace flyball::server
