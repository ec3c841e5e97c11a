#pragma once

#include "base/result.hpp"
#include "store/records.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace flyball::store {

/// `key` → `value` of the server's own: `repository`, `in_force`, `frozen_since`, …
struct Setting {
  std::string key;
  std::string value;
};
struct RemoveApiToken {
  std::string id;
};

/// Replaces the row of that key. A status older than the stored one of the same boot is passed over; a device event
/// that is there already is passed over.
using Write = std::variant<Setting, StoredRelease, DeviceRecord, StatusRecord, FactsRecord, DeviceEventRecord,
                           EnrolmentToken, ApiToken, RemoveApiToken>;

/// What happens together or not at all, with the lines of the audit log that tell of it. Their `n` and `hash` are
/// filled in by the store.
struct Transaction {
  std::vector<Write> writes;
  std::vector<Event> events;
  bool empty() const { return writes.empty() && events.empty(); }
};

struct EventQuery {
  std::uint64_t after = 0;  ///< Only later ones, oldest first. With `newest`: only earlier ones (0: all).
  bool newest = false;      ///< Newest first.
  std::size_t limit = 100;
  std::optional<std::string> subject;  ///< `device kiosk-0042`
  std::optional<std::string> kind;
};

struct DeviceEventQuery {
  std::optional<DeviceId> device;
  std::optional<std::string> reason;  ///< `corrective`
  std::optional<Sequence> sequence;
  std::optional<WallTime> since;  ///< Received then or later.
  std::uint64_t before = 0;       ///< Only those with a smaller id; 0: from the newest.
  std::size_t limit = 100;        ///< Newest first.
};

/// What the server remembers: assignments, status, events. The desired state is not here; it is in git. One thread.
class Store {
 public:
  virtual ~Store() = default;

  /// All or nothing; durable when it returns.
  virtual Result<> commit(const Transaction& transaction) = 0;

  virtual Result<std::optional<std::string>> setting(const std::string& key) = 0;
  virtual Result<std::optional<StoredRelease>> release(Sequence sequence) = 0;
  virtual Result<std::vector<StoredRelease>> releases(Sequence before,
                                                      std::size_t limit) = 0;  ///< Newest first; 0: all.
  virtual Result<std::optional<StoredRelease>> release_of(
      const Revision& revision) = 0;  ///< The newest of that revision.
  virtual Result<Sequence> last_sequence() = 0;
  virtual Result<std::vector<DeviceRecord>> devices() = 0;  ///< By name.
  virtual Result<std::optional<DeviceRecord>> device(const DeviceId& id) = 0;
  virtual Result<std::vector<StatusRecord>> statuses() = 0;  ///< By name.
  virtual Result<std::optional<StatusRecord>> status(const DeviceId& id) = 0;
  virtual Result<std::optional<FactsRecord>> facts(const DeviceId& id) = 0;
  virtual Result<std::uint64_t> last_event_number(const DeviceId& id, const Digest& key) = 0;  ///< 0: none.
  virtual Result<std::vector<DeviceEventRecord>> device_events(const DeviceEventQuery& query) = 0;
  virtual Result<std::optional<EnrolmentToken>> enrolment_token(const Digest& id) = 0;
  virtual Result<std::vector<ApiToken>> api_tokens() = 0;
  virtual Result<std::optional<ApiToken>> api_token(const Digest& hash) = 0;
  virtual Result<std::vector<Event>> events(const EventQuery& query) = 0;
};

/// The hash chain, from the first event to the last. `corrupt` names the first event that does not fit.
struct Verified {
  std::uint64_t events = 0;
  Digest head;
};
Result<Verified> verify_events(Store& store, const RepositoryId& repository);

/// SQLite in WAL mode (`synchronous=FULL`); `:memory:` for tests and the simulation. Makes the schema, or brings an
/// older one up to date. `unsupported` when a newer version wrote it.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);
/// A consistent copy of a store, also while a server writes to it. The copy must not exist.
Result<> backup_sqlite(const std::string& from, const std::string& to);

}  // namespace flyball::store
