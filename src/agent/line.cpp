#include "agent/line.hpp"

#include "wire/messages.hpp"

#include <charconv>

namespace flyball::agent {
namespace {

constexpr Duration longest_retry_after = std::chrono::hours(1);

// Seconds, as our servers write it (RFC 9110, section 10.2.3, allows a date too).
std::optional<Duration> retry_after(const os::net::Response& response) {
  const auto written = os::net::header(response.headers, "Retry-After");
  if (!written) return std::nullopt;
  std::int64_t seconds = 0;
  const auto end = written->data() + written->size();
  if (std::from_chars(written->data(), end, seconds).ptr != end || seconds < 0) return std::nullopt;
  return std::min(longest_retry_after, Duration(std::chrono::seconds(std::min<std::int64_t>(seconds, 3600))));
}

std::string told_by(const os::net::Response& response) {
  const auto problem = wire::Problem::decode(response.body);
  const auto words = problem && !problem->detail.empty() ? text(": ", problem->detail) : std::string{};
  return text("the server answered ", response.status, " ", os::net::reason_phrase(response.status), words);
}

}  // namespace

Reply sort(const Result<os::net::Response>& response) {
  if (!response) return {.why = response.error().message};
  const auto status = response->status;
  if (status >= 200 && status < 300) return {.kind = Reply::Kind::answered, .response = *response};
  const bool later = status == 408 || status == 429 || status >= 500;
  return {.kind = later ? Reply::Kind::nothing : Reply::Kind::refused,
          .response = *response,
          .why = told_by(*response),
          .retry_after = retry_after(*response)};
}

std::uint64_t Line::send(os::net::Request request, Duration timeout, bool held) {
  const auto id = next_++;
  link_.send({.id = id, .request = std::move(request), .timeout = timeout, .held = held});
  return id;
}

void Line::note(const Reply& reply) {
  connected_ = reply.kind != Reply::Kind::nothing;
  error_ = reply.why;
}

void Caller::send(os::net::Request request, Duration timeout, bool held) {
  id_ = line_.send(std::move(request), timeout, held);
}

std::optional<Reply> Caller::take(const LinkAnswer& answer) {
  if (id_ == 0 || answer.id != id_) return std::nullopt;
  id_ = 0;
  auto reply = sort(answer.response);
  line_.note(reply);
  return reply;
}

void Caller::back_off(const Reply& reply) {
  const auto now = line_.now();
  backoff_.fail(now, line_.random());
  // Spread over as much again, so that those who were sent away together do not come back together.
  if (reply.retry_after)
    backoff_.not_before =
        std::max(backoff_.not_before, now + *reply.retry_after + line_.random().jitter(*reply.retry_after));
}

void Caller::stop() {
  if (id_ != 0) line_.cancel(id_);
  id_ = 0;
}

}  // namespace flyball::agent
