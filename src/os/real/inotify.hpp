#pragma once

#include "base/result.hpp"
#include "os/real/fd.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace flyball::os::real {

/// inotify(7), by inode and not by path, so that a watch lies on what was looked at. One thread.
class Inotify {
 public:
  static Result<Inotify> open();

  struct Event {
    int watch = -1;          ///< -1: the queue overflowed, and events were lost.
    std::uint32_t mask = 0;  ///< IN_…
    std::string_view name;   ///< In a directory; empty for the watched inode itself.
  };

  /// Watches what is open there (also with O_PATH) for these events, besides those it is watched for already.
  Result<int> add(int descriptor, std::uint32_t mask);
  void remove(int watch);
  /// Hands over what has happened, never waits.
  void drain(const std::function<void(const Event&)>& use);
  int descriptor() const { return fd_.get(); }

 private:
  explicit Inotify(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace flyball::os::real
