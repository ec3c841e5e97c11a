#pragma once

#include "agent/link.hpp"
#include "agent/retry.hpp"
#include "os/clocks.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace flyball::agent {

/// What the server said, sorted by what to do about it.
struct Reply {
  enum class Kind {
    answered,  ///< 2xx.
    refused,   ///< Another status: the server has reasons that a repetition will not change at once.
    nothing,   ///< No answer: unreachable, cut, too late, overloaded.
  };
  Kind kind = Kind::nothing;
  os::net::Response response;           ///< Unless `nothing`.
  std::string why;                      ///< Unless answered, for people.
  std::optional<Duration> retry_after;  ///< When the server named a time.
};
Reply sort(const Result<os::net::Response>& response);

/// Request ids and whether the server can be reached, for all who talk to it.
class Line {
 public:
  Line(Link& link, os::Clocks& clocks, os::Random& random) : link_(link), clocks_(clocks), random_(random) {}

  std::uint64_t send(os::net::Request request, Duration timeout, bool held = false);
  void cancel(std::uint64_t id) { link_.cancel(id); }
  void reconnect() { link_.reconnect(); }
  void note(const Reply& reply);  ///< Every answer passes here.

  bool connected() const { return connected_; }
  const std::string& error() const { return error_; }
  SteadyTime now() { return clocks_.steady(); }
  os::Random& random() { return random_; }

 private:
  Link& link_;
  os::Clocks& clocks_;
  os::Random& random_;
  std::uint64_t next_ = 1;
  bool connected_ = false;
  std::string error_;
};

/// One kind of request, at most one on its way; when it fails, the next waits. The span grows with every failure, and
/// a time that the server names counts at least (guard G6).
class Caller {
 public:
  explicit Caller(Line& line) : line_(line) {}

  bool busy() const { return id_ != 0; }
  bool may_send() const { return !busy() && backoff_.not_before <= line_.now(); }
  SteadyTime not_before() const { return backoff_.not_before; }
  void send(os::net::Request request, Duration timeout, bool held = false);
  /// The reply, when the answer is to this one's request.
  std::optional<Reply> take(const LinkAnswer& answer);
  void back_off(const Reply& reply);
  void recovered() { backoff_ = {}; }
  void hurry() { backoff_.not_before = {}; }  ///< People ask for it now.
  void stop();

 private:
  Line& line_;
  std::uint64_t id_ = 0;
  Backoff backoff_;
};

}  // namespace flyball::agent
