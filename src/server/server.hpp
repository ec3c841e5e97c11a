#pragma once

#include "model/release.hpp"
#include "os/clocks.hpp"
#include "os/files.hpp"
#include "os/net/http.hpp"
#include "os/net/server.hpp"
#include "server/repository.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flyball::server {

/// A line for people: one of syslog's priorities and a sentence.
using Log = std::function<void(int priority, const std::string& line)>;

struct Settings {
  os::Path directory = "/var/lib/flyball-server";  ///< Where the keys lie.
  os::Access access;                               ///< Of the files it writes there.
  std::string branch = "refs/heads/main";
  Duration poll = std::chrono::seconds(60);  ///< Looks at the repository this often, besides wakes.
  Duration hold = std::chrono::minutes(4);   ///< A held request is answered after at most this, jittered.
  Duration certificate_life = std::chrono::hours(24 * 30);
  std::string version = "0";
  std::string repository_url;             ///< For people: where they push to, or what is followed.
  std::vector<std::string> hook_secrets;  ///< Of forges that tell of pushes; none: the webhook is off.
  Log log;                                ///< May be empty.
};

struct Ports {
  store::Store& store;
  Lookout& lookout;
  os::Files& files;
  os::Clocks& clocks;
  os::Random& random;
};

/// What became of a pushed revision, for whoever pushed it.
struct PushVerdict {
  enum class Outcome { in_force, held, refused, frozen };
  Outcome outcome = Outcome::in_force;
  Sequence sequence;               ///< When in force or held.
  std::size_t devices = 0;         ///< How many devices it changes.
  std::vector<std::string> lines;  ///< What to tell: guards that tripped, the first diagnostics, why it is frozen.
};

/// The server: *observe git and reports → plan assignments → assign → publish*. Synchronous, one thread,
/// deterministic; sockets, threads and processes lie behind its ports. An answer that tells of something stored is
/// given only after the commit.
class Server {
 public:
  using Respond = std::move_only_function<void(os::net::Response)>;
  using ExchangeId = std::uint64_t;

  /// Reads store and keys; what was in force is compiled again from git before it is offered.
  static Result<std::unique_ptr<Server>> open(Settings settings, Ports ports);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Does all that is due now and says when to be called again if nothing else happens before. Call it soon after
  /// every `handle…`, `wake` and answer of the lookout: what came together is committed together.
  SteadyTime run_due();

  /// Somebody pushed, or a webhook came: look at the repository.
  void wake();
  /// Told once the revision has been judged, or cannot be.
  void when_judged(const Revision& revision, std::move_only_function<void(PushVerdict)> told);

  /// A request of an agent (`/agent/v1/…`). Answered now or later; `gone` drops one that waits.
  ExchangeId handle_agent(const os::net::Peer& peer, os::net::Request request, Respond respond);
  void gone(ExchangeId id);
  /// A request of a person or program (`/api/v1/…`).
  void handle_people(const os::net::Peer& peer, os::net::Request request, Respond respond);

  /// The CA's certificate, and one for a listener under these names, made anew.
  const std::string& ca_certificate() const;
  Result<os::net::KeyedCertificate> listener_certificate(os::net::KeyType type, const std::vector<std::string>& names);

  /// A token with every role, made when no valid one has the role `admin`: at the first start, and when the last one
  /// expired. Its text; nothing when there is one.
  Result<std::optional<std::string>> first_admin_token();

  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace flyball::server
