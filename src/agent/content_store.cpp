#include "agent/content_store.hpp"

namespace flyball::agent {

Result<> ContentStore::load() {
  auto access = state_.access();
  access.mode = 0700;
  TRY(os::make_directories(state_.files(), directory(), access));
  const auto names = TRY(state_.files().list(directory()), "cannot list ", directory());
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    const auto bytes = unhex(name);
    if (const auto digest = bytes ? Digest::from_bytes(*bytes) : std::nullopt) here_.insert(*digest);
  }
  found_ = here_;
  return {};
}

Result<Bytes> ContentStore::read(const Digest& digest) {
  const auto derived = derived_.find(digest);
  if (derived != derived_.end()) return derived->second;
  auto bytes = TRY(state_.files().read(path_of(digest), max_bytes), "cannot read ", path_of(digest));
  if (bytes && sha256(*bytes) == digest) return std::move(*bytes);
  here_.erase(digest);
  return fail(Errc::not_found, "content ", digest.short_str(), bytes ? " is damaged" : " is not on this device");
}

Result<> ContentStore::keep(std::string_view bytes) {
  const auto digest = sha256(bytes);
  if (here_.contains(digest) && read(digest)) {
    // What a process before us wrote may have died before it was synced.
    if (found_.erase(digest) > 0) unsynced_.push_back(digest);
    return {};
  }
  const auto path = path_of(digest);
  TRY(state_.files().remove(path), "cannot clear ", path);
  TRY(state_.files().write_new(path, bytes, state_.access()), "cannot keep content ", digest.short_str());
  unsynced_.push_back(digest);
  here_.insert(digest);
  return {};
}

Result<> ContentStore::flush() {
  if (unsynced_.empty()) return {};
  std::vector<os::Path> paths;
  for (const auto& digest : unsynced_) paths.push_back(path_of(digest));
  if (const auto done = state_.files().sync_all(paths); !done) {
    for (const auto& lost : unsynced_) here_.erase(lost);  // To be written anew: a failed sync is final.
    unsynced_.clear();
    return fail(done.error().code, "cannot keep contents: ", done.error().message);
  }
  unsynced_.clear();
  return state_.files().sync(directory());
}

void ContentStore::keep_only(const std::set<Digest>& wanted) {
  for (auto it = here_.begin(); it != here_.end();) {
    const bool gone = !wanted.contains(*it) && state_.files().remove(path_of(*it));
    it = gone ? here_.erase(it) : std::next(it);
  }
}

}  // namespace flyball::agent
