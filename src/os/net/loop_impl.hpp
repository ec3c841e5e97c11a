#pragma once

#include "os/net/loop.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace flyball::os::net {

/// What `EventLoop` is made of, for the servers that run on it.
struct EventLoop::Impl {
  /// Something with connections on the loop.
  class Part {
   public:
    virtual ~Part() = default;
    virtual void close() = 0;       ///< On the loop: begin to end.
    virtual bool idle() const = 0;  ///< On the loop: has ended.
  };
  using Alarm =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;
  enum class Stage { fresh, running, ended };

  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{context.get_executor()};

  std::vector<Part*> parts;  // These four belong to the loop.
  std::map<TimerId, Work> timers;
  Alarm alarm{context};
  bool stopping = false;

  std::atomic<std::uint64_t> last_timer = 0;
  std::atomic<std::thread::id> runner;
  std::vector<std::unique_ptr<boost::asio::signal_set>> signals;

  std::mutex mutex;
  std::condition_variable ended;
  Stage stage = Stage::fresh;  // By `mutex`.

  bool on_loop() const { return runner.load() == std::this_thread::get_id(); }
  void post(Work work);
  TimerId after(Duration delay, Work work);
  void cancel(TimerId timer);

  bool all_idle() const;
  void close_all();
  void arm();
  void fire();
};

}  // namespace flyball::os::net
