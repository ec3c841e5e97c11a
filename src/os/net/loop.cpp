#include "os/net/loop.hpp"

#include "os/net/loop_impl.hpp"

#include <algorithm>
#include <csignal>

#include <boost/asio/post.hpp>

namespace flyball::os::net {

namespace {

SteadyTime steady_now() {
  return SteadyTime{std::chrono::floor<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

void await_signal(boost::asio::signal_set& signals, const std::shared_ptr<EventLoop::Work>& work) {
  signals.async_wait([&signals, work](const boost::system::error_code& error, int) {
    if (error) return;
    (*work)();
    await_signal(signals, work);
  });
}

}  // namespace

void EventLoop::Impl::post(Work work) {
  // Asio wants what it posts to be copyable in places, so it gets a pointer.
  boost::asio::post(context, [held = std::make_shared<Work>(std::move(work))] { (*held)(); });
}

EventLoop::TimerId EventLoop::Impl::after(Duration delay, Work work) {
  const TimerId id{.at = steady_now() + std::max(delay, Duration(0)), .number = ++last_timer};
  if (on_loop()) {
    timers.emplace(id, std::move(work));
    if (timers.begin()->first == id) arm();
  } else {
    post([this, id, held = std::move(work)]() mutable {
      timers.emplace(id, std::move(held));
      if (timers.begin()->first == id) arm();
    });
  }
  return id;
}

void EventLoop::Impl::cancel(TimerId timer) {
  if (on_loop()) {
    timers.erase(timer);
  } else {
    post([this, timer] { timers.erase(timer); });
  }
}

// The alarm may ring for a timer that was cancelled; then nothing is due and it is set anew.
void EventLoop::Impl::arm() {
  if (timers.empty()) return;
  alarm.expires_at(std::chrono::steady_clock::time_point(timers.begin()->first.at.since));
  alarm.async_wait([this](const boost::system::error_code& error) {
    if (!error) fire();
  });
}

void EventLoop::Impl::fire() {
  constexpr int slice = 256;
  const auto now = steady_now();
  for (int i = 0; i < slice && !timers.empty() && timers.begin()->first.at <= now; ++i) {
    auto due = timers.extract(timers.begin());
    due.mapped()();
  }
  arm();
}

bool EventLoop::Impl::all_idle() const {
  return std::ranges::all_of(parts, [](const Part* part) { return part->idle(); });
}

void EventLoop::Impl::close_all() {
  stopping = true;
  for (auto* part : parts) part->close();
}

EventLoop::EventLoop() : impl_(std::make_shared<Impl>()) { std::signal(SIGPIPE, SIG_IGN); }

EventLoop::~EventLoop() {
  // Servers' answers may hold the rest of us for longer; what was posted must not.
  impl_->signals.clear();
  impl_->timers.clear();
}

void EventLoop::run() {
  auto& loop = *impl_;
  {
    const std::lock_guard lock(loop.mutex);
    loop.stage = Impl::Stage::running;
  }
  loop.runner = std::this_thread::get_id();
  while (!loop.stopping || !loop.all_idle()) loop.context.run_one();
  loop.runner = std::thread::id();

  const std::lock_guard lock(loop.mutex);
  loop.stage = Impl::Stage::ended;
  loop.ended.notify_all();
}

void EventLoop::stop() {
  impl_->post([loop = impl_.get()] { loop->close_all(); });
  if (on_loop()) return;
  std::unique_lock lock(impl_->mutex);
  impl_->ended.wait(lock, [this] { return impl_->stage != Impl::Stage::running; });
}

void EventLoop::post(Work work) { impl_->post(std::move(work)); }
EventLoop::TimerId EventLoop::after(Duration delay, Work work) { return impl_->after(delay, std::move(work)); }
void EventLoop::cancel(TimerId timer) { impl_->cancel(timer); }

void EventLoop::on_signal(int signal, Work work) {
  impl_->signals.push_back(std::make_unique<boost::asio::signal_set>(impl_->context, signal));
  await_signal(*impl_->signals.back(), std::make_shared<Work>(std::move(work)));
}

bool EventLoop::on_loop() const { return impl_->on_loop(); }
SteadyTime EventLoop::now() const { return steady_now(); }

}  // namespace flyball::os::net
