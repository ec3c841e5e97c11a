#include "agent/real/http_link.hpp"

#include <algorithm>

namespace flyball::agent {

HttpLink::HttpLink(Connect connect, Arrived arrived)
    : connect_(std::move(connect)),
      arrived_(std::move(arrived)),
      held_(connect_, arrived_, std::chrono::hours(1)),
      quick_(connect_, arrived_, std::chrono::seconds(20)) {}

HttpLink::~HttpLink() = default;

void HttpLink::send(LinkRequest request) { (request.held ? held_ : quick_).send(std::move(request)); }

void HttpLink::cancel(std::uint64_t id) {
  held_.cancel(id);
  quick_.cancel(id);
}

void HttpLink::reconnect() {
  held_.reconnect();
  quick_.reconnect();
}

HttpLink::Lane::Lane(const Connect& connect, const Arrived& arrived, Duration idle)
    : connect_(connect), arrived_(arrived), idle_(idle), thread_([this] { run(); }) {}

HttpLink::Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
    if (client_) client_->cancel();
  }
  wanted_.notify_one();
  thread_.join();
}

void HttpLink::Lane::send(LinkRequest request) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(request));
  }
  wanted_.notify_one();
}

void HttpLink::Lane::cancel(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_, [&](const LinkRequest& request) { return request.id == id; });
  if (current_ == id && client_) client_->cancel();
}

void HttpLink::Lane::reconnect() {
  const std::lock_guard lock(mutex_);
  renew_ = true;
}

Result<os::net::Response> HttpLink::Lane::perform(const LinkRequest& request) {
  std::shared_ptr<os::net::HttpClient> client;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(renew_, false)) client_.reset();
    client = client_;
  }
  if (!client) {
    client = TRY(connect_());
    const std::lock_guard lock(mutex_);
    client_ = client;
    if (stopping_) return fail(Errc::cancelled, "the agent ends");
  }
  return client->request(request.request, request.timeout);
}

void HttpLink::Lane::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return stopping_ || !queue_.empty(); };
    if (client_ && !wanted_.wait_for(lock, idle_, something)) client_.reset();
    wanted_.wait(lock, something);
    if (stopping_) return;
    const auto request = std::move(queue_.front());
    queue_.pop_front();
    current_ = request.id;
    lock.unlock();
    auto response = perform(request);
    lock.lock();
    current_ = 0;
    if (stopping_) return;
    lock.unlock();
    arrived_({.id = request.id, .response = std::move(response)});
  }
}

}  // namespace flyball::agent
