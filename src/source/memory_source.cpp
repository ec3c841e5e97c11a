#include "base/digest.hpp"
#include "source/source.hpp"

#include <algorithm>

namespace flyball::source {

Revision MemorySource::commit(std::map<std::string, std::string> files, std::string subject) {
  Sha256 hash;
  hash.update(text(commits_.size()));
  Snapshot snapshot;
  for (auto& [path, bytes] : files) {
    hash.update(path).update(bytes);
    snapshot.files[path] = SnapshotFile{.size = bytes.size(), .bytes = std::make_shared<const Bytes>(std::move(bytes))};
  }
  const Revision revision(hex(hash.finish().bytes()).substr(0, 40));
  snapshot.revision = revision;
  const auto seconds = std::chrono::seconds(1'790'000'000 + static_cast<long>(commits_.size()));
  commits_.push_back({{.revision = revision,
                       .author = "Ana Berg <ana@acme.example>",
                       .subject = std::move(subject),
                       .time = {seconds}},
                      std::move(snapshot)});
  return revision;
}

Result<> MemorySource::fetch() {
  if (!reachable_) return fail(Errc::unavailable, "the repository cannot be reached");
  return {};
}

Result<std::optional<Revision>> MemorySource::head() {
  TRY(fetch());
  return commits_.empty() ? std::nullopt : std::optional(commits_.back().info.revision);
}

Result<std::size_t> MemorySource::find(const Revision& revision) const {
  const auto found = std::ranges::find_if(commits_, [&](const Commit& c) { return c.info.revision == revision; });
  if (found == commits_.end()) return fail(Errc::not_found, "no revision ", revision);
  return static_cast<std::size_t>(found - commits_.begin());
}

Result<CommitInfo> MemorySource::commit(const Revision& revision) {
  TRY(fetch());
  return commits_[TRY(find(revision))].info;
}

Result<Snapshot> MemorySource::snapshot(const Revision& revision) {
  TRY(fetch());
  return commits_[TRY(find(revision))].snapshot;
}

Result<bool> MemorySource::follows(const Revision& older, const Revision& newer) {
  TRY(fetch());
  return TRY(find(older)) <= TRY(find(newer));
}

}  // namespace flyball::source
