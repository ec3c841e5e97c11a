#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

namespace flyball {

/// Data that is reachable only through its lock. Any thread.
/// `jobs.with([&](auto& list) { list.push_back(job); });`
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `use` on the data, alone; returns what it returns. No reference may outlive the call.
  template <class Use>
  auto with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace flyball
