#pragma once

#include "source/source.hpp"

#include <functional>
#include <string>
#include <vector>

namespace flyball::source {

/// Runs git in the repository: arguments after `git`, and its standard input; gives its standard output. `unavailable`
/// when it fails, with what it said. Whoever makes it sees to deadlines, limits and a safe environment.
using RunGit = std::function<Result<Bytes>(const std::vector<std::string>& arguments, const Bytes& input)>;

/// Where the tracked branch comes from.
struct GitSettings {
  std::string branch = "refs/heads/main";  ///< In full.
  std::string remote;                      ///< A URL to follow; empty: people push to this repository.
};

/// A revision of a git repository, by the git command (git-fetch(1), git-ls-tree(1), git-cat-file(1)).
class GitSource final : public Source {
 public:
  GitSource(RunGit run, GitSettings settings);
  Result<> fetch() override;
  Result<std::optional<Revision>> head() override;
  Result<CommitInfo> commit(const Revision& revision) override;
  Result<Snapshot> snapshot(const Revision& revision) override;
  Result<bool> follows(const Revision& older, const Revision& newer) override;

  /// What a name such as `HEAD~2`, `origin/main` or `4f1c2e9` means; `not_found` when git does not know it.
  Result<Revision> resolve(const std::string& name);

 private:
  RunGit run_;
  GitSettings settings_;
};

/// One line of `git ls-tree -r -z -l`, and the answers of `git cat-file --batch`: pure, so that tables can test them.
struct TreeEntry {
  std::string path;
  std::string object;
  SnapshotFile::Type type = SnapshotFile::Type::regular;
  std::uint64_t size = 0;
  bool operator==(const TreeEntry&) const = default;
};
Result<std::vector<TreeEntry>> parse_tree(std::string_view output);
Result<std::vector<Bytes>> parse_batch(std::string_view output, std::size_t count);

}  // namespace flyball::source
