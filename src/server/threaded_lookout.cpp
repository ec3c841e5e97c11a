#include "server/threaded_lookout.hpp"

namespace flyball::server {

ThreadedLookout::ThreadedLookout(source::Source& source, Compile compiler, Post post)
    : source_(source), compiler_(std::move(compiler)), post_(std::move(post)), thread_([this] { run(); }) {}

ThreadedLookout::~ThreadedLookout() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void ThreadedLookout::add(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wanted_.notify_one();
}

void ThreadedLookout::look(Known known, Done done) {
  add({.work = [this, known = std::move(known)] { return server::look(source_, known, compiler_); },
       .done = std::move(done)});
}

void ThreadedLookout::look_at(Revision revision, Done done) {
  add({.work = [this, revision = std::move(revision)] { return server::look_at(source_, revision, compiler_); },
       .done = std::move(done)});
}

void ThreadedLookout::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wanted_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    auto found = job.work();
    post_([done = std::move(job.done), found = std::move(found)]() mutable { done(std::move(found)); });
  }
}

}  // namespace flyball::server
