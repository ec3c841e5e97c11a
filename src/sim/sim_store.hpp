#pragma once

#include "os/sim/fuse.hpp"
#include "store/store.hpp"

namespace flyball::sim {

/// A store behind the fuse of the server's machine: the process may die before a commit, and after it without having
/// heard of it. What was committed outlives power cuts.
class SimStore final : public store::Store {
 public:
  SimStore(store::Store& store, os::sim::Fuse& fuse) : store_(store), fuse_(fuse) {}

  Result<> commit(const store::Transaction& transaction) override;
  Result<std::optional<std::string>> setting(const std::string& key) override;
  Result<std::optional<store::StoredRelease>> release(Sequence sequence) override;
  Result<std::vector<store::StoredRelease>> releases(Sequence before, std::size_t limit) override;
  Result<std::optional<store::StoredRelease>> release_of(const Revision& revision) override;
  Result<Sequence> last_sequence() override;
  Result<std::vector<store::DeviceRecord>> devices() override;
  Result<std::optional<store::DeviceRecord>> device(const DeviceId& id) override;
  Result<std::vector<store::StatusRecord>> statuses() override;
  Result<std::optional<store::StatusRecord>> status(const DeviceId& id) override;
  Result<std::optional<store::FactsRecord>> facts(const DeviceId& id) override;
  Result<std::uint64_t> last_event_number(const DeviceId& id, const Digest& key) override;
  Result<std::vector<store::DeviceEventRecord>> device_events(const store::DeviceEventQuery& query) override;
  Result<std::optional<store::EnrolmentToken>> enrolment_token(const Digest& id) override;
  Result<std::vector<store::ApiToken>> api_tokens() override;
  Result<std::optional<store::ApiToken>> api_token(const Digest& hash) override;
  Result<std::vector<Event>> events(const store::EventQuery& query) override;

 private:
  store::Store& store_;
  os::sim::Fuse& fuse_;
};

}  // namespace flyball::sim
