#pragma once

#include "compile/compare.hpp"
#include "server/secrets.hpp"
#include "server/server.hpp"
#include "trust/tree.hpp"
#include "wire/messages.hpp"

#include <deque>
#include <map>
#include <set>

namespace flyball::server {

/// A release with all that devices ask for.
struct Published {
  store::StoredRelease stored;
  trust::ReleaseStatement statement;
  trust::SignedBytes signed_statement;
  compile::Fleet fleet;
  trust::Tree tree;
};

/// A revision that compiled and waits for somebody's approval.
struct Candidate {
  Release release;
  compile::Fleet fleet;
  Digest snapshot;
};

/// A device that enrolled, as the server has it at hand.
struct Device {
  store::DeviceRecord record;
  std::optional<store::StatusRecord> status;
  WallTime last_seen;       ///< Zero: not since this server started.
  std::size_t waiting = 0;  ///< Held requests: more than none means connected.
};

/// Why the repository's head is not in force.
struct Trouble {
  enum class What { frozen, refused };
  What what = What::frozen;
  Revision revision;  ///< Empty: nothing could be read.
  WallTime since;
  std::string message;
  std::vector<std::string> diagnostics;  ///< As `flyball validate` prints them.
};

/// A held request for desired state.
struct Waiter {
  DeviceId device;
  wire::DesiredQuery query;
  SteadyTime until;
  Server::Respond respond;
};

/// What is to be committed together, and whom to answer then.
struct Batch {
  struct Answer {
    Server::Respond respond;
    os::net::Response response;
  };
  store::Transaction transaction;
  std::vector<Answer> answers;
  bool empty() const { return transaction.empty() && answers.empty(); }
};

struct Server::Impl {
  Impl(Settings settings, Ports ports) : settings(std::move(settings)), ports(ports) {}

  Settings settings;
  Ports ports;
  KeyFiles keys;
  std::optional<trust::OpenAuthority> authority;

  // Desired state.
  std::optional<Published> in_force;
  std::optional<Release> to_load;      ///< In force by the store, not compiled again yet.
  std::optional<Release> lost;         ///< In force by the store, but git and this compiler cannot make it again.
  std::optional<Release> held_before;  ///< Held by the store, not judged again yet.
  std::optional<Candidate> candidate;
  std::optional<Trouble> trouble;
  std::optional<Revision> empty_head;
  WallTime fetched;  ///< When the repository was last read; zero: never.
  std::multimap<Revision, std::move_only_function<void(PushVerdict)>> told;

  // Devices.
  std::map<DeviceId, Device> devices;
  std::map<Digest, DeviceId> by_key;
  std::map<std::uint64_t, Waiter> waiters;
  std::multimap<DeviceId, std::uint64_t> waiters_of;
  std::multimap<SteadyTime, std::uint64_t> waiters_until;
  std::set<DeviceId> to_answer;  ///< Their waiters are looked at in slices.
  std::map<Bytes, SteadyTime> nonces;
  std::deque<Bytes> nonces_by_age;                 ///< Of `nonces`, and of some that were used.
  std::map<Digest, std::vector<Digest>> closures;  ///< Manifest → the blobs below it, for the manifests in use.

  Batch batch;
  bool look_wanted = true;
  bool looking = false;
  SteadyTime next_look;
  std::uint64_t next_exchange = 1;
  SteadyTime started;

  // server.cpp
  Result<> load();
  SteadyTime run_due();
  Result<> flush();
  void drop_old_nonces(SteadyTime now);
  void log(int priority, const std::string& line) const {
    if (settings.log) settings.log(priority, line);
  }
  Event event(std::string kind, std::string actor, std::string subject, std::string cause, const Json& body) const;

  // releases.cpp
  void start_look();
  void take_sighting(const Result<Sighting>& sighting);
  void take_head(const Sighting& sighting);
  void refuse_revision(const Sighting& sighting);
  void freeze(const Revision& revision, const std::string& message);
  void take_fleet(const Sighting& sighting);
  Result<> hold_release(Release release, const compile::Fleet& fleet, const Digest& snapshot);
  void take_again(const Sighting& sighting);
  Result<> publish(Release release, compile::Fleet fleet, const Digest& snapshot, const std::string& actor);
  Result<bool> deletion_is_under_way();
  Result<> renew_statement();
  void assign(const compile::Fleet& fleet, Sequence sequence);
  std::optional<Revision> last_in_force() const;
  void withdraw_held_but(const Revision& head);
  void tell(const Revision& revision, const PushVerdict& verdict);
  void tell_all(const PushVerdict& verdict);
  PushVerdict verdict_of_trouble() const;
  os::net::Response approve(Sequence sequence, const std::string& person, const std::string& reason);
  std::optional<PushVerdict> verdict_of(const Revision& revision) const;

  // agents.cpp
  ExchangeId handle_agent(const os::net::Peer& peer, os::net::Request request, Respond respond);
  os::net::Response trust_answer();
  void enroll(const os::net::Request& request, Respond respond);
  void renew(const os::net::Request& request, Respond respond);
  ExchangeId desired(Device& device, const os::net::Request& request, Respond respond);
  os::net::Response blob(const Device& device, const Digest& digest);
  void report(Device& device, const os::net::Request& request, Respond respond);
  std::optional<os::net::Response> desired_answer(const Device& device, const wire::DesiredQuery& query);
  void answer_waiters();
  void drop_waiter(std::uint64_t id);
  Result<Device*> device_of(const os::net::Peer& peer);

  // people.cpp
  void handle_people(const os::net::Peer& peer, os::net::Request request, Respond respond);
};

inline constexpr std::string_view by_server = "server";
/// The setting with the sequence of the last release whose deletions an admin approved.
inline constexpr std::string_view deletion_approved = "deletion_approved";

std::string subject(const DeviceId& device);  ///< `device kiosk-0042`
std::string subject(Sequence sequence);       ///< `release 415`

}  // namespace flyball::server
