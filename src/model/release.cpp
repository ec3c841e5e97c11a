#include "model/release.hpp"

#include "base/json.hpp"

namespace flyball {

std::string_view name(ReleaseState state) {
  switch (state) {
    case ReleaseState::held:
      return "held";
    case ReleaseState::in_force:
      return "in force";
    case ReleaseState::replaced:
      return "replaced";
  }
  return "unknown";
}

std::optional<ReleaseState> parse_release_state(std::string_view word) {
  for (const auto state : {ReleaseState::held, ReleaseState::in_force, ReleaseState::replaced}) {
    if (name(state) == word) return state;
  }
  return std::nullopt;
}

Digest first_hash(const RepositoryId& repository) {
  return Sha256().update("flyball-log@v1").update(std::string_view("\0", 1)).update(repository.str()).finish();
}

Digest event_hash(const Digest& previous, const Event& event) {
  Json entry;
  entry["actor"] = event.actor;
  entry["body"] = sha256(event.body).str();  // By digest: a body may be erased by law and the chain still verifies.
  entry["cause"] = event.cause;
  entry["kind"] = event.kind;
  entry["n"] = event.n;
  entry["subject"] = event.subject;
  entry["time"] = rfc3339(event.time);
  return Sha256().update("\x02").update(previous.bytes()).update(sha256(entry.canonical()).bytes()).finish();
}

}  // namespace flyball
