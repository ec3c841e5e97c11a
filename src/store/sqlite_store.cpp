#include "base/json.hpp"
#include "store/schema.hpp"
#include "store/store.hpp"

#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace flyball::store {
namespace {

// What SQLite throws becomes an error here, in the one file that calls it.
template <class Work>
auto guarded(std::string_view doing, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& e) {
    const int code = e.getErrorCode() & 0xff;
    const bool later = code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL || code == SQLITE_IOERR;
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return fail(damaged ? Errc::corrupt
                : later ? Errc::unavailable
                        : Errc::invalid,
                "store: cannot ", doing, ": ", e.what());
  }
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Binds one after the other, each type in its own way.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}
  Binder& operator<<(std::int64_t value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Binder& operator<<(const std::string& value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Binder& operator<<(WallTime time) { return *this << std::int64_t{time.since.count()}; }
  Binder& operator<<(const Digest& digest) { return blob(digest.bytes()); }
  template <class Tag>
  Binder& operator<<(Counter<Tag> counter) {
    return *this << number(counter.value);
  }
  template <class Tag>
  Binder& operator<<(const Name<Tag>& name) {
    return *this << name.str();
  }
  Binder& blob(std::string_view bytes) {
    // An empty blob needs a pointer that is not null.
    statement_.bind(++index_, bytes.empty() ? static_cast<const void*>("") : bytes.data(),
                    static_cast<int>(bytes.size()));
    return *this;
  }
  void null() { statement_.bind(++index_); }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

// Reads the columns of a row in turn.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}
  std::int64_t integer() { return statement_.getColumn(next_++).getInt64(); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  std::string string() { return statement_.getColumn(next_++).getString(); }
  Bytes blob() { return statement_.getColumn(next_++).getString(); }
  WallTime time() { return WallTime{Duration(integer())}; }
  std::optional<WallTime> maybe_time() {
    if (statement_.isColumnNull(next_)) return ++next_, std::nullopt;
    return time();
  }
  Digest digest() { return Digest::from_bytes(blob()).value_or(Digest()); }

 private:
  SQLite::Statement& statement_;
  int next_ = 0;
};

std::string list_json(const std::vector<std::string>& items) {
  Json::Array out;
  for (const auto& item : items) out.emplace_back(item);
  return Json(std::move(out)).canonical();
}

std::vector<std::string> list_from(const std::string& text) {
  std::vector<std::string> out;
  const auto json = Json::parse(text);
  if (!json || json->array() == nullptr) return out;
  for (const auto& item : *json->array()) out.push_back(item.string() != nullptr ? *item.string() : item.canonical());
  return out;
}

constexpr const char* release_columns =
    "sequence, revision, subject, author, root, statement_digest, state, held, approved_by, approval_reason, time, "
    "statement, signature";
StoredRelease release_from(Row row) {
  StoredRelease out;
  out.release = {.sequence = {row.count()},
                 .revision = Revision(row.string()),
                 .subject = row.string(),
                 .author = row.string(),
                 .root = row.digest(),
                 .statement = row.digest(),
                 .state = parse_release_state(row.string()).value_or(ReleaseState::replaced),
                 .held = list_from(row.string()),
                 .approved_by = row.string(),
                 .approval_reason = row.string(),
                 .time = row.time()};
  out.statement = row.blob();
  out.signature = row.blob();
  return out;
}

constexpr const char* device_columns =
    "device, key, public_key, enrolled, refused, wake, assigned, manifest, generation";
DeviceRecord device_from(Row row) {
  return {.id = DeviceId(row.string()),
          .key = row.digest(),
          .public_key = row.blob(),
          .enrolled = row.time(),
          .refused = row.integer() != 0,
          .wake = row.count(),
          .assigned = {row.count()},
          .manifest = row.digest(),
          .generation = {row.count()}};
}

constexpr const char* status_columns = "device, received, state, sequence, manifest, boot, number, body";
StatusRecord status_from(Row row) {
  return {.id = DeviceId(row.string()),
          .received = row.time(),
          .state = parse_state(row.string()).value_or(State::failed),
          .sequence = {row.count()},
          .manifest = row.digest(),
          .boot = row.string(),
          .number = row.count(),
          .body = row.blob()};
}

constexpr const char* device_event_columns =
    "id, device, key, number, received, time, kind, resource, reason, sequence, body";
DeviceEventRecord device_event_from(Row row) {
  return {.id = row.count(),
          .device = DeviceId(row.string()),
          .key = row.digest(),
          .number = row.count(),
          .received = row.time(),
          .time = row.time(),
          .kind = row.string(),
          .resource = row.string(),
          .reason = row.string(),
          .sequence = {row.count()},
          .body = row.blob()};
}

constexpr const char* enrolment_token_columns = "id, public_key, device, created, expires, used";
EnrolmentToken enrolment_token_from(Row row) {
  return {.id = row.digest(),
          .public_key = row.blob(),
          .device = DeviceId(row.string()),
          .created = row.time(),
          .expires = row.time(),
          .used = row.maybe_time()};
}

constexpr const char* api_token_columns = "id, hash, person, roles, created, expires";
ApiToken api_token_from(Row row) {
  return {.id = row.string(),
          .hash = row.digest(),
          .person = row.string(),
          .roles = list_from(row.string()),
          .created = row.time(),
          .expires = row.time()};
}

constexpr const char* event_columns = "n, time, kind, actor, subject, cause, body, hash";
Event event_from(Row row) {
  return {.n = row.count(),
          .time = row.time(),
          .kind = row.string(),
          .actor = row.string(),
          .subject = row.string(),
          .cause = row.string(),
          .body = row.blob(),
          .hash = row.digest()};
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& path) : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    database_.setBusyTimeout(10'000);
    for (const char* pragma :
         {"journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "cache_size=-65536"}) {
      database_.exec(text("PRAGMA ", pragma));
    }
  }

  Result<> migrate() {
    const auto have = static_cast<std::size_t>(database_.execAndGet("PRAGMA user_version").getInt());
    if (have > migrations.size())
      return fail(Errc::unsupported, "store: written by a newer version (schema ", have, ", this one knows ",
                  migrations.size(), ")");
    for (std::size_t version = have; version < migrations.size(); ++version) {
      SQLite::Transaction transaction(database_);
      database_.exec(migrations[version]);
      database_.exec(text("PRAGMA user_version=", version + 1));
      transaction.commit();
    }
    return {};
  }

  Result<> commit(const Transaction& transaction) override {
    return guarded("commit", [&]() -> Result<> {
      SQLite::Transaction sql(database_, SQLite::TransactionBehavior::IMMEDIATE);
      for (const auto& write : transaction.writes) std::visit([this](const auto& row) { put(row); }, write);
      TRY(append(transaction.events));
      sql.commit();
      return {};
    });
  }

  Result<std::optional<std::string>> setting(const std::string& key) override {
    return one(
        "read a setting", "SELECT value FROM settings WHERE key = ?", [&](Binder b) { b << key; },
        [](Row row) { return row.string(); });
  }
  Result<std::optional<StoredRelease>> release(Sequence sequence) override {
    return one(
        "read a release", text("SELECT ", release_columns, " FROM releases WHERE sequence = ?"),
        [&](Binder b) { b << sequence; }, release_from);
  }
  Result<std::vector<StoredRelease>> releases(Sequence before, std::size_t limit) override {
    const auto sql =
        text("SELECT ", release_columns, " FROM releases WHERE sequence < ? ORDER BY sequence DESC LIMIT ?");
    const auto bound = before.value == 0 ? INT64_MAX : number(before.value);
    return all("list releases", sql, [&](Binder b) { b << bound << number(limit); }, release_from);
  }
  Result<std::optional<StoredRelease>> release_of(const Revision& revision) override {
    const auto sql =
        text("SELECT ", release_columns, " FROM releases WHERE revision = ? ORDER BY sequence DESC LIMIT 1");
    return one("find a release", sql, [&](Binder b) { b << revision; }, release_from);
  }
  Result<Sequence> last_sequence() override {
    // A restored store starts above what it may have handed out after the backup: `sequence_floor`.
    const auto sql =
        "SELECT max(coalesce((SELECT max(sequence) FROM releases), 0), "
        "coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'sequence_floor'), 0))";
    const auto found = TRY(one("read the last sequence", sql, [](Binder) {}, [](Row row) { return row.count(); }));
    return Sequence{found.value_or(0)};
  }
  Result<std::vector<DeviceRecord>> devices() override {
    return all(
        "list devices", text("SELECT ", device_columns, " FROM devices ORDER BY device"), [](Binder) {}, device_from);
  }
  Result<std::optional<DeviceRecord>> device(const DeviceId& id) override {
    return one(
        "read a device", text("SELECT ", device_columns, " FROM devices WHERE device = ?"), [&](Binder b) { b << id; },
        device_from);
  }
  Result<std::vector<StatusRecord>> statuses() override {
    return all(
        "list statuses", text("SELECT ", status_columns, " FROM statuses ORDER BY device"), [](Binder) {}, status_from);
  }
  Result<std::optional<StatusRecord>> status(const DeviceId& id) override {
    return one(
        "read a status", text("SELECT ", status_columns, " FROM statuses WHERE device = ?"), [&](Binder b) { b << id; },
        status_from);
  }
  Result<std::optional<FactsRecord>> facts(const DeviceId& id) override {
    return one(
        "read facts", "SELECT device, received, digest, body FROM facts WHERE device = ?", [&](Binder b) { b << id; },
        [](Row row) {
          return FactsRecord{
              .id = DeviceId(row.string()), .received = row.time(), .digest = row.digest(), .body = row.blob()};
        });
  }
  Result<std::uint64_t> last_event_number(const DeviceId& id, const Digest& key) override {
    const auto found = TRY(one(
        "read the last event number", "SELECT coalesce(max(number), 0) FROM device_events WHERE device = ? AND key = ?",
        [&](Binder b) { b << id << key; }, [](Row row) { return row.count(); }));
    return found.value_or(0);
  }
  Result<std::vector<DeviceEventRecord>> device_events(const DeviceEventQuery& query) override {
    std::string where = "id < ?";
    if (query.device) where += " AND device = ?";
    if (query.reason)
      where += *query.reason == "corrective" ? " AND reason = 'corrective' AND ? IS NOT NULL" : " AND reason = ?";
    if (query.sequence) where += " AND sequence = ?";
    if (query.since) where += " AND received >= ?";
    const auto sql =
        text("SELECT ", device_event_columns, " FROM device_events WHERE ", where, " ORDER BY id DESC LIMIT ?");
    return all(
        "list device events", sql,
        [&](Binder b) {
          b << (query.before == 0 ? INT64_MAX : number(query.before));
          if (query.device) b << *query.device;
          if (query.reason) b << *query.reason;
          if (query.sequence) b << *query.sequence;
          if (query.since) b << *query.since;
          b << number(query.limit);
        },
        device_event_from);
  }
  Result<std::optional<EnrolmentToken>> enrolment_token(const Digest& id) override {
    return one(
        "read an enrolment token", text("SELECT ", enrolment_token_columns, " FROM enrolment_tokens WHERE id = ?"),
        [&](Binder b) { b << id; }, enrolment_token_from);
  }
  Result<std::vector<ApiToken>> api_tokens() override {
    return all(
        "list tokens", text("SELECT ", api_token_columns, " FROM api_tokens ORDER BY created, id"), [](Binder) {},
        api_token_from);
  }
  Result<std::optional<ApiToken>> api_token(const Digest& hash) override {
    return one(
        "read a token", text("SELECT ", api_token_columns, " FROM api_tokens WHERE hash = ?"),
        [&](Binder b) { b << hash; }, api_token_from);
  }
  Result<std::vector<Event>> events(const EventQuery& query) override {
    std::string where = query.newest ? "n < ?" : "n > ?";
    if (query.subject) where += " AND subject = ?";
    if (query.kind) where += " AND kind = ?";
    const auto sql = text("SELECT ", event_columns, " FROM events WHERE ", where, " ORDER BY n ",
                          query.newest ? "DESC" : "ASC", " LIMIT ?");
    const auto bound = query.newest && query.after == 0 ? INT64_MAX : number(query.after);
    return all(
        "list events", sql,
        [&](Binder b) {
          b << bound;
          if (query.subject) b << *query.subject;
          if (query.kind) b << *query.kind;
          b << number(query.limit);
        },
        event_from);
  }

 private:
  template <class Bind, class Read>
  auto all(std::string_view doing, const std::string& sql, Bind&& bind, Read&& read)
      -> Result<std::vector<decltype(read(std::declval<Row>()))>> {
    using List = std::vector<decltype(read(std::declval<Row>()))>;
    return guarded(doing, [&]() -> Result<List> {
      auto& statement = prepared(sql);
      bind(Binder(statement));
      List out;
      while (statement.executeStep()) out.push_back(read(Row(statement)));
      statement.reset();
      return out;
    });
  }
  template <class Bind, class Read>
  auto one(std::string_view doing, const std::string& sql, Bind&& bind, Read&& read)
      -> Result<std::optional<decltype(read(std::declval<Row>()))>> {
    auto found = TRY(all(doing, sql, bind, read));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  }

  // Prepared once; a statement that an error left in mid-step is reset before it is used again.
  SQLite::Statement& prepared(const std::string& sql) {
    const auto found = statements_.find(sql);
    auto& statement =
        found != statements_.end() ? found->second : statements_.try_emplace(sql, database_, sql).first->second;
    statement.tryReset();
    statement.clearBindings();
    return statement;
  }
  template <class Bind>
  void run(const std::string& sql, Bind&& bind) {
    auto& statement = prepared(sql);
    bind(Binder(statement));
    statement.exec();
  }

  void put(const Setting& row) {
    run("INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [&](Binder b) { b << row.key << row.value; });
  }
  void put(const StoredRelease& row) {
    const auto& r = row.release;
    run(text("INSERT OR REPLACE INTO releases (", release_columns, ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"),
        [&](Binder b) {
          b << r.sequence << r.revision << r.subject << r.author << r.root << r.statement << std::string(name(r.state))
            << list_json(r.held) << r.approved_by << r.approval_reason << r.time;
          b.blob(row.statement).blob(row.signature);
        });
  }
  void put(const DeviceRecord& row) {
    run(text("INSERT OR REPLACE INTO devices (", device_columns, ") VALUES (?,?,?,?,?,?,?,?,?)"), [&](Binder b) {
      (b << row.id << row.key).blob(row.public_key)
          << row.enrolled << std::int64_t{row.refused ? 1 : 0} << number(row.wake) << row.assigned << row.manifest
          << row.generation;
    });
  }
  void put(const StatusRecord& row) {
    run(text("INSERT INTO statuses (", status_columns,
             ") VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (device) DO UPDATE SET received = excluded.received, state = "
             "excluded.state, "
             "sequence = excluded.sequence, manifest = excluded.manifest, boot = excluded.boot, number = "
             "excluded.number, body = excluded.body "
             "WHERE excluded.boot <> boot OR excluded.number > number"),
        [&](Binder b) {
          (b << row.id << row.received << std::string(name(row.state)) << row.sequence << row.manifest << row.boot
             << number(row.number))
              .blob(row.body);
        });
  }
  void put(const FactsRecord& row) {
    run("INSERT OR REPLACE INTO facts (device, received, digest, body) VALUES (?,?,?,?)",
        [&](Binder b) { (b << row.id << row.received << row.digest).blob(row.body); });
  }
  void put(const DeviceEventRecord& row) {
    run("INSERT INTO device_events (device, key, number, received, time, kind, resource, reason, sequence, body) "
        "VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (device, key, number) DO NOTHING",
        [&](Binder b) {
          (b << row.device << row.key << number(row.number) << row.received << row.time << row.kind << row.resource
             << row.reason << row.sequence)
              .blob(row.body);
        });
  }
  void put(const EnrolmentToken& row) {
    run(text("INSERT OR REPLACE INTO enrolment_tokens (", enrolment_token_columns, ") VALUES (?,?,?,?,?,?)"),
        [&](Binder b) {
          (b << row.id).blob(row.public_key) << row.device << row.created << row.expires;
          if (row.used) {
            b << *row.used;
          } else {
            b.null();
          }
        });
  }
  void put(const ApiToken& row) {
    run(text("INSERT OR REPLACE INTO api_tokens (", api_token_columns, ") VALUES (?,?,?,?,?,?)"),
        [&](Binder b) { b << row.id << row.hash << row.person << list_json(row.roles) << row.created << row.expires; });
  }
  void put(const RemoveApiToken& row) {
    run("DELETE FROM api_tokens WHERE id = ?", [&](Binder b) { b << row.id; });
  }

  Result<> append(const std::vector<Event>& events) {
    if (events.empty()) return {};
    const auto last = TRY(one(
        "read the last event", text("SELECT ", event_columns, " FROM events ORDER BY n DESC LIMIT 1"), [](Binder) {},
        event_from));
    const auto repository = TRY(setting("repository"));
    if (!last && !repository)
      return fail(Errc::invalid, "store: the audit log cannot begin before `repository` is set");
    auto hash = last ? last->hash : first_hash(RepositoryId(*repository));
    auto n = last ? last->n : 0;
    for (auto event : events) {
      event.n = ++n;
      // Times are hashed in whole seconds, so they are kept so.
      event.time.since = std::chrono::floor<std::chrono::seconds>(event.time.since);
      hash = event_hash(hash, event);
      run(text("INSERT INTO events (", event_columns, ") VALUES (?,?,?,?,?,?,?,?)"), [&](Binder b) {
        (b << number(event.n) << event.time << event.kind << event.actor << event.subject << event.cause)
                .blob(event.body)
            << hash;
      });
    }
    return {};
  }

  SQLite::Database database_;
  std::map<std::string, SQLite::Statement, std::less<>> statements_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
  return guarded(text("open ", path), [&]() -> Result<std::unique_ptr<Store>> {
    auto store = std::make_unique<SqliteStore>(path);
    TRY(store->migrate(), path);
    return store;
  });
}

Result<> backup_sqlite(const std::string& from, const std::string& to) {
  return guarded(text("back up ", from, " to ", to), [&]() -> Result<> {
    SQLite::Database source(from, SQLite::OPEN_READWRITE);
    source.setBusyTimeout(10'000);
    SQLite::Statement vacuum(source, "VACUUM INTO ?");  // A consistent copy in one read transaction.
    vacuum.bind(1, to);
    vacuum.exec();
    return {};
  });
}

}  // namespace flyball::store
