#include "server/worker_compiler.hpp"

#include "os/real/child.hpp"
#include "os/real/errors.hpp"
#include "os/real/fd.hpp"
#include "server/compile_worker.hpp"
#include "server/fleet_codec.hpp"
#include "server/message_length.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace flyball::server {
namespace {

using os::real::fail_errno;
using os::real::Fd;
using os::real::retry;

Duration read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(now.tv_nsec));
}

std::string gibibytes(std::uint64_t bytes) { return text(bytes >> 30U, " GiB"); }

std::string how_it_ended(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == worker_out_of_memory)
    return text("it needs more than ", gibibytes(worker_memory), " of memory");
  if (WIFEXITED(status)) return text("with status ", WEXITSTATUS(status));
  if (WTERMSIG(status) == SIGSYS) return "it tried what a compiler has no need of (SIGSYS)";
  return text("killed by signal ", WTERMSIG(status));
}

}  // namespace

// A process that runs, and what is said to it; killed at the end.
class WorkerCompiler::Worker {
 public:
  Worker(pid_t process, Fd socket, int stopped, const Settings& settings)
      : process_(process), socket_(std::move(socket)), stopped_(stopped), settings_(settings) {
    (void)::clock_getcpuclockid(process_, &processor_);
  }
  ~Worker() { end(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Nothing may have been said, nor the socket been closed, since the last job.
  bool is_idle() const {
    pollfd fd{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&fd, 1, 0) == 0;
  }

  void start_clock() {
    begun_ = read_clock(CLOCK_MONOTONIC);
    used_before_ = read_clock(processor_);
  }

  Result<> send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto put =
          retry([&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); });
      if (put >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(put));
      } else if (errno == EAGAIN) {
        TRY(wait_for(POLLOUT));
      } else {
        return ended();
      }
    }
    return {};
  }

  // Memory is taken for what has come, not for what was promised.
  Result<Bytes> receive(std::size_t size) {
    Bytes out;
    std::vector<char> buffer(std::min<std::size_t>(size, 256 * 1024));
    while (out.size() < size) {
      const auto want = std::min(buffer.size(), size - out.size());
      const auto got = retry([&] { return ::recv(socket_.get(), buffer.data(), want, MSG_DONTWAIT); });
      if (got > 0) {
        out.append(buffer.data(), static_cast<std::size_t>(got));
      } else if (got < 0 && errno == EAGAIN) {
        TRY(wait_for(POLLIN));
      } else {
        return std::unexpected(ended().error());
      }
    }
    return out;
  }

 private:
  // It has one thread, so it uses no more processor time than time goes by: no need to look before one could be over.
  Result<> wait_for(short events) {
    while (true) {
      const auto time_left = settings_.time_limit - (read_clock(CLOCK_MONOTONIC) - begun_);
      const auto processor_left = settings_.processor_limit - (read_clock(processor_) - used_before_);
      if (time_left <= Duration::zero())
        return fail(Errc::timeout, "the compiler took longer than ", duration_text(settings_.time_limit));
      if (processor_left <= Duration::zero())
        return fail(Errc::timeout, "the compiler took more than ", duration_text(settings_.processor_limit),
                    " of processor time");
      const auto patience = std::chrono::ceil<std::chrono::milliseconds>(std::min(time_left, processor_left)).count();
      std::array<pollfd, 2> fds = {{{socket_.get(), events, 0}, {stopped_, POLLIN, 0}}};
      (void)::poll(fds.data(), fds.size(), static_cast<int>(patience));
      if (fds[1].revents != 0) return fail(Errc::cancelled, "the compiler was told to stop");
      if (fds[0].revents != 0) return {};
    }
  }

  // Killing one that is ending already changes nothing about how.
  Result<> ended() { return fail(Errc::invalid, "the compiler ended unexpectedly: ", how_it_ended(end())); }

  int end() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      (void)retry([&] { return ::waitpid(process_, &status_, 0); });
      process_ = -1;
    }
    return status_;
  }

  pid_t process_;
  Fd socket_;
  int stopped_;
  const Settings& settings_;
  clockid_t processor_{};
  Duration begun_{};
  Duration used_before_{};
  int status_ = 0;
};

WorkerCompiler::WorkerCompiler(Settings settings)
    : settings_(std::move(settings)), stopped_(::eventfd(0, EFD_CLOEXEC)) {}

WorkerCompiler::~WorkerCompiler() {
  worker_.reset();
  ::close(stopped_);
}

void WorkerCompiler::stop() {
  const std::uint64_t one = 1;
  (void)!::write(stopped_, &one, sizeof one);
}

Result<compile::Compiled> WorkerCompiler::compile(const Snapshot& snapshot) {
  auto answer = answer_to(encode_snapshot(snapshot));
  auto compiled = answer ? decode_compiled(*answer) : std::unexpected(answer.error());
  if (!compiled) worker_.reset();
  return compiled;
}

Result<Bytes> WorkerCompiler::answer_to(const Bytes& job) {
  if (job.size() > max_worker_message)
    return fail(Errc::invalid, "the files of this revision are more than ", gibibytes(max_worker_message));
  if (worker_ && !worker_->is_idle()) worker_.reset();
  if (!worker_) TRY(start(), "cannot start the compiler");
  worker_->start_clock();
  TRY(worker_->send(length_of_message(job.size())));
  TRY(worker_->send(job));
  const auto size = message_length(TRY(worker_->receive(message_length_size)));
  if (size > max_worker_message)
    return fail(Errc::corrupt, "what it compiles to is more than ", gibibytes(max_worker_message));
  return worker_->receive(size);
}

Result<> WorkerCompiler::start() {
  std::array<int, 2> ends{};
  // A pair of sockets, since writing to a pipe that nobody reads would raise SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(Errc::unavailable, os::real::words(errno));
  Fd ours(ends[0]);
  Fd its(ends[1]);
  const auto process = os::real::start_child({.candidates = {settings_.program},
                                              .argv = settings_.command,
                                              .environment = {"LANG=C.UTF-8"},
                                              .directory = "/",
                                              .streams = {its.get(), its.get(), STDERR_FILENO}});
  if (process < 0) return fail(Errc::unavailable, os::real::words(errno));
  its.reset();
  worker_ = std::make_unique<Worker>(process, std::move(ours), stopped_, settings_);
  worker_->start_clock();
  const auto greeting = worker_->receive(worker_greeting.size());
  if (greeting && *greeting == worker_greeting) return {};
  // Nothing was asked of it yet, so this is no revision's fault.
  auto error = greeting ? Error{Errc::unavailable, "it is another program"} : greeting.error();
  if (error.code != Errc::cancelled) error.code = Errc::unavailable;
  return std::unexpected(std::move(error));
}

}  // namespace flyball::server
