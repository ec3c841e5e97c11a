#pragma once

#include "base/time.hpp"
#include "compile/fleet.hpp"
#include "model/snapshot.hpp"

#include <memory>
#include <string>
#include <vector>

namespace flyball::server {

/// Compiles in a process of its own, `compile_worker`, so that no repository can take down whoever asks, nor use more
/// than its share of memory and time, nor make a mistake in the compiler reach files or the network.
class WorkerCompiler {
 public:
  struct Settings {
    std::vector<std::string> command = {"flyball-server", "compile-worker"};
    std::string program = "/proc/self/exe";               ///< This very program, even if its file was replaced since.
    Duration time_limit = std::chrono::seconds(120);      ///< Of a job; also of the start.
    Duration processor_limit = std::chrono::seconds(60);  ///< Of a job.
  };

  explicit WorkerCompiler(Settings settings);
  ~WorkerCompiler();
  WorkerCompiler(const WorkerCompiler&) = delete;
  WorkerCompiler& operator=(const WorkerCompiler&) = delete;

  /// Starts a worker when there is none; it lives on for the next job, at most as long as the thread that started it.
  /// One call at a time.
  ///
  /// Where the snapshot is to blame, as far as one can tell, the worker is replaced: `invalid` when it ended or asked
  /// for too much memory, `timeout` when it took too long, `corrupt` when its answer makes no sense. `unavailable`: no
  /// worker can be started. `cancelled`: after `stop`.
  Result<compile::Compiled> compile(const Snapshot& snapshot);

  /// Any thread. A call under way returns soon, and so does every later one.
  void stop();

 private:
  class Worker;
  Result<Bytes> answer_to(const Bytes& job);
  Result<> start();

  Settings settings_;
  int stopped_;  ///< eventfd(2): readable from `stop` on.
  std::unique_ptr<Worker> worker_;
};

}  // namespace flyball::server
