#pragma once

#include "server/repository.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace flyball::server {

/// Looks at the repository on a thread of its own, so that git and the compiler hold up nobody. One look at a time.
class ThreadedLookout final : public Lookout {
 public:
  using Post = std::function<void(std::move_only_function<void()>)>;

  /// `compiler` is called on the thread of its own; `post` brings an answer to the server's thread.
  ThreadedLookout(source::Source& source, Compile compiler, Post post);
  ~ThreadedLookout() override;  ///< When the look that is under way has ended; its answer is dropped.
  void look(Known known, Done done) override;
  void look_at(Revision revision, Done done) override;

 private:
  struct Job {
    std::function<Result<Sighting>()> work;
    Done done;
  };
  void run();
  void add(Job job);

  source::Source& source_;
  Compile compiler_;
  Post post_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace flyball::server
