#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flyball::source {

/// What git says about a commit.
struct CommitInfo {
  Revision revision;
  std::string author;   ///< `Ana Berg <ana@acme.example>`
  std::string subject;  ///< First line of the message.
  WallTime time;        ///< Of the commit.
  bool operator==(const CommitInfo&) const = default;
};

/// Where revisions come from. Reading that fails is an error, never an empty repository.
class Source {
 public:
  virtual ~Source() = default;
  /// Brings in what others pushed; nothing to do where we host the repository ourselves.
  virtual Result<> fetch() = 0;
  /// The newest revision of the tracked branch; nothing when the branch does not exist.
  virtual Result<std::optional<Revision>> head() = 0;
  virtual Result<CommitInfo> commit(const Revision& revision) = 0;
  virtual Result<Snapshot> snapshot(const Revision& revision) = 0;
  /// Whether `newer` has `older` among its ancestors, or is it.
  virtual Result<bool> follows(const Revision& older, const Revision& newer) = 0;
};

/// Revisions in memory, for the simulation and tests.
class MemorySource final : public Source {
 public:
  /// A commit on top of the head.
  Revision commit(std::map<std::string, std::string> files, std::string subject);
  void set_reachable(bool reachable) { reachable_ = reachable; }

  Result<> fetch() override;
  Result<std::optional<Revision>> head() override;
  Result<CommitInfo> commit(const Revision& revision) override;
  Result<Snapshot> snapshot(const Revision& revision) override;
  Result<bool> follows(const Revision& older, const Revision& newer) override;

 private:
  struct Commit {
    CommitInfo info;
    Snapshot snapshot;
  };
  Result<std::size_t> find(const Revision& revision) const;

  std::vector<Commit> commits_;
  bool reachable_ = true;
};

}  // namespace flyball::source
