#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "os/net/http.hpp"

#include <cstdint>

namespace flyball::agent {

/// What an agent asks of its server. Several may be on their way; each gets one answer, in any order.
struct LinkRequest {
  std::uint64_t id = 0;      ///< Names it within one incarnation of the agent; never used twice.
  os::net::Request request;  ///< `method`, `target`, `headers` and `body` are set.
  Duration timeout{};        ///< After that the answer is an error, `timeout`.
  bool held = false;         ///< The request for desired state: the server answers when there is something new.
};

/// The server's answer, or why there is none.
struct LinkAnswer {
  std::uint64_t id = 0;
  Result<os::net::Response> response;
};

/// The way to the server: messages out. What comes back is handed to `Agent::handle` by whoever owns both, on the
/// agent's thread. An answer may be late, lost (then it is an error once the time is over) or never come when the link
/// itself went away with the process.
class Link {
 public:
  virtual ~Link() = default;
  virtual void send(LinkRequest request) = 0;  ///< Returns at once.
  virtual void cancel(std::uint64_t id) = 0;   ///< Its answer is wanted no more; it may come all the same.
  virtual void reconnect() = 0;                ///< The identity changed: from now on the new certificate is shown.
};

}  // namespace flyball::agent
