#pragma once

#include "agent/agent.hpp"
#include "agent/real/home.hpp"
#include "agent/reconciler.hpp"
#include "bare_files.hpp"
#include "measure.hpp"
#include "plan/desired.hpp"

#include <memory>
#include <thread>

namespace flyball::bench {

/// A device that is a folder of this machine, with files declared on it: 1 KiB each, with mode and owner, a hundred to
/// a directory. Real ports, providers, ledger and store; no server.
class FolderDevice {
 public:
  /// The directories are there, the files are not.
  static Result<std::unique_ptr<FolderDevice>> make(std::size_t files);

  const std::vector<BareFile>& files() const { return files_; }
  /// The same files elsewhere in the folder, for the floor; directories made.
  Result<std::vector<BareFile>> twins(std::string_view name) const;

  /// Fails when a resource is not Ready afterwards.
  Result<> reconcile();

  /// What the agent needs to start from its own disk: identity, floor, release.
  Result<> adopt();
  agent::OpenHome& home() { return *home_; }

  explicit FolderDevice(std::size_t files);

 private:
  Result<> prepare();
  Result<> declare(const BareFile& file);

  Scratch scratch_;
  std::vector<BareFile> files_;
  std::unique_ptr<agent::OpenHome> home_;
  agent::Resources resources_;
  plan::DesiredState desired_;
  std::unique_ptr<agent::Reconciler> reconciler_;
};

/// The agent of that device on a thread of its own, woken by file events and timers as the daemon is; its server
/// never answers.
class RunningAgent {
 public:
  static Result<std::unique_ptr<RunningAgent>> start(FolderDevice& device);
  ~RunningAgent();

  RunningAgent(std::unique_ptr<agent::Link> link, std::unique_ptr<agent::Agent> agent, FolderDevice& device);

 private:
  void loop(const std::stop_token& stop);

  std::unique_ptr<agent::Link> link_;
  std::unique_ptr<agent::Agent> agent_;
  FolderDevice& device_;
  std::jthread thread_;
};

}  // namespace flyball::bench
