#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace flyball::os::net {

/// One thread that waits for sockets, timers and posted work, and runs all of it in turn. What lives on it needs no
/// locks; any number of `HttpServer`s share one.
///
/// Its constructor makes the process ignore SIGPIPE (OpenSSL writes with plain `write`); children must restore it.
class EventLoop {
 public:
  using Work = std::move_only_function<void()>;
  /// Names a timer; stays harmless after it has fired.
  struct TimerId {
    SteadyTime at;
    std::uint64_t number = 0;
    auto operator<=>(const TimerId&) const = default;
  };

  EventLoop();
  ~EventLoop();  ///< When it does not run. Work not yet run is dropped.
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs on this thread until `stop`, and returns when every server on it has closed its connections. Once.
  void run();
  /// Any thread. Returns when `run` has; called on the loop itself, at once.
  void stop();

  /// Any thread. Runs `work` on the loop, in the order of posting, never inside this call.
  void post(Work work);
  /// Any thread. Runs `work` on the loop when so much time has passed. Timers due at one moment run some hundred at a
  /// time, so that connections are served between; whoever answers thousands at once should `post` the rest likewise.
  TimerId after(Duration delay, Work work);
  /// Any thread; on the loop it is certain that the work will not run after this.
  void cancel(TimerId timer);
  /// Runs `work` on the loop whenever the process receives that signal (SIGTERM, SIGINT, SIGHUP). Before `run`.
  void on_signal(int signal, Work work);

  bool on_loop() const;    ///< Whether this thread is inside `run`.
  SteadyTime now() const;  ///< CLOCK_MONOTONIC.

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }  ///< For the servers of this folder.

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace flyball::os::net
