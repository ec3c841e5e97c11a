#include "server/compile_worker.hpp"

#include "os/real/fd.hpp"
#include "server/confinement.hpp"
#include "server/fleet_codec.hpp"
#include "server/message_length.hpp"

#include <csignal>
#include <cstdio>
#include <new>

#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace flyball::server {
namespace {

constexpr int exit_failed = 1;

// False when there is no more to read.
bool read_whole(Bytes& into, std::size_t size) {
  into.resize(size);
  for (std::size_t have = 0; have < size;) {
    const auto got = os::real::retry([&] { return ::read(STDIN_FILENO, into.data() + have, size - have); });
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

bool write_whole(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = os::real::retry([&] { return ::write(STDOUT_FILENO, bytes.data(), bytes.size()); });
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

void say(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

bool do_job(const std::function<compile::Compiled(const Snapshot&)>& compiler, const Bytes& job) {
  const auto snapshot = decode_snapshot(job);
  if (!snapshot) {
    say(snapshot.error().message);
    return false;
  }
  const auto answer = encode_compiled(compiler(*snapshot));
  return write_whole(length_of_message(answer.size())) && write_whole(answer);
}

}  // namespace

int run_compile_worker(const std::function<compile::Compiled(const Snapshot&)>& compiler) {
  ::prctl(PR_SET_NAME, "flyball-compile");  // It would be called `exe` otherwise.
  // Ends in mid-job too when nobody is left who would take the answer.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The libraries read their configuration at first use.
  (void)encode_compiled(compile::compile({}));
  std::set_new_handler([] { ::_exit(worker_out_of_memory); });
  if (const auto confined = confine(worker_memory); !confined) {
    say(text("cannot confine the compiler: ", confined.error().message));
    return exit_failed;
  }
  if (!write_whole(worker_greeting)) return exit_failed;
  Bytes head;
  while (read_whole(head, message_length_size)) {
    Bytes job;
    if (!read_whole(job, message_length(head)) || !do_job(compiler, job)) return exit_failed;
    job = {};
    ::malloc_trim(0);
  }
  return 0;
}

}  // namespace flyball::server
