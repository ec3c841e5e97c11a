#include "agent/real/daemon.hpp"

#include "agent/real/control.hpp"
#include "agent/real/home.hpp"
#include "agent/real/http_link.hpp"
#include "base/guarded.hpp"
#include "os/real/control_socket.hpp"
#include "os/real/notify.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <functional>
#include <stop_token>
#include <thread>

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace flyball::agent {
namespace {

// What other threads want of the agent's thread, and the bell that wakes it.
class Mailbox {
 public:
  using Work = std::move_only_function<void(Agent&)>;
  Mailbox() : bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Mailbox() { close(bell_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void put(Work work) {
    work_.with([&](auto& list) { list.push_back(std::move(work)); });
    const std::uint64_t one = 1;
    (void)!write(bell_, &one, sizeof one);
  }
  std::deque<Work> take() {
    std::uint64_t count = 0;
    (void)!read(bell_, &count, sizeof count);
    return work_.with([](auto& list) { return std::exchange(list, {}); });
  }
  int descriptor() const { return bell_; }

 private:
  Guarded<std::deque<Work>> work_;
  int bell_;
};

// Tells systemd that we live. On a thread of its own: a reconcile may take as long as apt does (DECISIONS 25).
class Watchdog {
 public:
  Watchdog() : interval_(os::real::watchdog_interval()) {
    if (interval_) thread_ = std::jthread([this](const std::stop_token& stop) { feed(stop); });
  }

 private:
  void feed(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock(mutex);
    do {
      (void)os::real::notify("WATCHDOG=1");
    } while (!ended.wait_for(lock, stop, *interval_ / 3, [&] { return stop.stop_requested(); }));
  }
  std::optional<Duration> interval_;
  std::jthread thread_;
};

// SIGTERM and SIGINT as a descriptor; blocked for every thread that is made after this.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    descriptor_ = signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK);
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with plain write(2); children get it back.
  }
  ~EndSignals() { close(descriptor_); }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  sigset_t set_{};
  int descriptor_ = -1;
};

constexpr Duration much_work = std::chrono::milliseconds(50);

std::string status_line(const AgentStatus& status) {
  return text("STATUS=", name(status.condition.state), " at ", status.sequence,
              status.connected ? ", connected" : ", without the server");
}

class Daemon {
 public:
  Daemon(const Home& home, std::string version, Log log)
      : home_(home), version_(std::move(version)), log_(std::move(log)) {}
  ~Daemon() {
    if (lock_ >= 0) close(lock_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  Result<> run() {
    TRY(open());
    const Watchdog watchdog;
    (void)os::real::notify("READY=1");
    loop();
    (void)os::real::notify("STOPPING=1");
    return {};
  }

 private:
  Result<> open() {
    open_ = TRY(OpenHome::open(home_));
    if (!TRY(open_->store().identity()))
      return fail(Errc::not_found, "this device is not enrolled: `flyball-agent enroll`");
    TRY(lock());
    link_ =
        std::make_unique<HttpLink>([this] { return connect(); },
                                   [this](LinkAnswer answer) {
                                     mailbox_.put([answer = std::move(answer)](Agent& agent) { agent.handle(answer); });
                                   });
    agent_ = TRY(Agent::open({.directory = home_.state,
                              .access = open_->access(),
                              .version = version_,
                              .facts = open_->facts(version_),
                              .log = log_,
                              .grouped = &open_->grouped()},
                             open_->host(), open_->provider_of(), *link_));
    control_ = TRY(os::real::ControlSocket::listen(
        home_.control_path(), [this](std::string request, os::real::ControlSocket::Tell tell) {
          mailbox_.put([request = std::move(request), tell = std::move(tell)](Agent& agent) mutable {
            tell({answer_control(agent, request)});
          });
        }));
    return {};
  }

  // Two agents on one device would undo each other's bookkeeping.
  Result<> lock() {
    const auto path = home_.control_path() + ".lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) return fail(Errc::denied, "cannot open ", path, ": ", std::strerror(errno));
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) return fail(Errc::conflict, "another agent runs on this device");
    return {};
  }

  // On a thread of the link: the identity may have been renewed since, so it is read anew from its file.
  Result<std::unique_ptr<os::net::HttpClient>> connect() const {
    const auto here = TRY(OpenHome::open(home_));
    const auto identity = TRY(here->store().identity());
    if (!identity) return fail(Errc::unavailable, "this device is not enrolled any more");
    return connect_as(*identity);
  }

  void loop() {
    std::string said;
    while (true) {
      for (auto& work : mailbox_.take()) work(*agent_);
      const auto begun = open_->host().clocks.steady();
      const auto next = agent_->run_due();
      // A large plan took much memory for a moment: what is resident between plans is the kernel's again.
      if (open_->host().clocks.steady() - begun > much_work) ::malloc_trim(0);
      if (auto line = status_line(agent_->status()); line != said) {
        (void)os::real::notify(line);
        said = std::move(line);
      }
      if (wait_until(next)) return;
    }
  }

  // Until that time, or something comes in; true when we are to end.
  bool wait_until(SteadyTime next) {
    std::array<pollfd, 3> waits = {pollfd{.fd = mailbox_.descriptor(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = open_->real().watches().descriptor(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = signals_.descriptor(), .events = POLLIN, .revents = 0}};
    const auto left = std::max(next - open_->host().clocks.steady(), Duration::zero());
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left);
    const auto most = std::chrono::milliseconds(std::chrono::hours(1));
    (void)poll(waits.data(), waits.size(), static_cast<int>(std::min(ms, most).count()));
    if (waits[2].revents != 0) return true;
    if (waits[1].revents != 0) agent_->wake();
    return false;
  }

  const Home& home_;
  std::string version_;
  Log log_;
  int lock_ = -1;
  EndSignals signals_;
  Mailbox mailbox_;
  std::unique_ptr<OpenHome> open_;
  std::unique_ptr<HttpLink> link_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<os::real::ControlSocket> control_;
};

}  // namespace

Result<> run_agent(const Home& home, const std::string& version, const Log& log) {
  return Daemon(home, version, log).run();
}

}  // namespace flyball::agent
