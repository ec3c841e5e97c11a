#include "sim/sim_store.hpp"

namespace flyball::sim {

Result<> SimStore::commit(const store::Transaction& transaction) {
  TRY(fuse_.call("commit", ""), "cannot commit");
  TRY(store_.commit(transaction));
  fuse_.step("committed", "");
  return {};
}

Result<std::optional<std::string>> SimStore::setting(const std::string& key) {
  TRY(fuse_.read_call("store", key));
  return store_.setting(key);
}

Result<std::optional<store::StoredRelease>> SimStore::release(Sequence sequence) {
  TRY(fuse_.read_call("store", "release"));
  return store_.release(sequence);
}

Result<std::vector<store::StoredRelease>> SimStore::releases(Sequence before, std::size_t limit) {
  TRY(fuse_.read_call("store", "releases"));
  return store_.releases(before, limit);
}

Result<std::optional<store::StoredRelease>> SimStore::release_of(const Revision& revision) {
  TRY(fuse_.read_call("store", "release_of"));
  return store_.release_of(revision);
}

Result<Sequence> SimStore::last_sequence() {
  TRY(fuse_.read_call("store", "last_sequence"));
  return store_.last_sequence();
}

Result<std::vector<store::DeviceRecord>> SimStore::devices() {
  TRY(fuse_.read_call("store", "devices"));
  return store_.devices();
}

Result<std::optional<store::DeviceRecord>> SimStore::device(const DeviceId& id) {
  TRY(fuse_.read_call("store", "device"));
  return store_.device(id);
}

Result<std::vector<store::StatusRecord>> SimStore::statuses() {
  TRY(fuse_.read_call("store", "statuses"));
  return store_.statuses();
}

Result<std::optional<store::StatusRecord>> SimStore::status(const DeviceId& id) {
  TRY(fuse_.read_call("store", "status"));
  return store_.status(id);
}

Result<std::optional<store::FactsRecord>> SimStore::facts(const DeviceId& id) {
  TRY(fuse_.read_call("store", "facts"));
  return store_.facts(id);
}

Result<std::uint64_t> SimStore::last_event_number(const DeviceId& id, const Digest& key) {
  TRY(fuse_.read_call("store", "last_event_number"));
  return store_.last_event_number(id, key);
}

Result<std::vector<store::DeviceEventRecord>> SimStore::device_events(const store::DeviceEventQuery& query) {
  TRY(fuse_.read_call("store", "device_events"));
  return store_.device_events(query);
}

Result<std::optional<store::EnrolmentToken>> SimStore::enrolment_token(const Digest& id) {
  TRY(fuse_.read_call("store", "enrolment_token"));
  return store_.enrolment_token(id);
}

Result<std::vector<store::ApiToken>> SimStore::api_tokens() {
  TRY(fuse_.read_call("store", "api_tokens"));
  return store_.api_tokens();
}

Result<std::optional<store::ApiToken>> SimStore::api_token(const Digest& hash) {
  TRY(fuse_.read_call("store", "api_token"));
  return store_.api_token(hash);
}

Result<std::vector<Event>> SimStore::events(const store::EventQuery& query) {
  TRY(fuse_.read_call("store", "events"));
  return store_.events(query);
}

}  // namespace flyball::sim
