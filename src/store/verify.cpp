#include "store/store.hpp"

namespace flyball::store {

Result<Verified> verify_events(Store& store, const RepositoryId& repository) {
  Verified out{.head = first_hash(repository)};
  while (true) {
    const auto events = TRY(store.events({.after = out.events, .limit = 1000}));
    if (events.empty()) return out;
    for (const auto& event : events) {
      if (event.n != out.events + 1)
        return fail(Errc::corrupt, "event ", out.events + 1, " is missing from the audit log");
      out.head = event_hash(out.head, event);
      if (out.head != event.hash)
        return fail(Errc::corrupt, "event ", event.n,
                    " of the audit log does not fit the one before: it, or one before it, was altered");
      out.events = event.n;
    }
  }
}

}  // namespace flyball::store
