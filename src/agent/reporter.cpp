#include "agent/reporter.hpp"

#include "wire/messages.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

constexpr std::size_t most_events = 100;
constexpr std::size_t most_unkept = 1000;

// Two statuses that say the same but for when and how often it was said.
bool same_news(const StatusReport& a, const StatusReport& b) {
  auto left = a;
  left.number = b.number;
  left.time = b.time;
  return left == b;
}

// Within the largest body that the server takes: details go first, then the tail of the list.
void shorten(wire::ReportMessage& message) {
  if (!message.status) return;
  auto& not_ready = message.status->not_ready;
  for (auto& status : not_ready) {
    for (auto& field : status.differs) field.diff.reset();
  }
  if (message.encode().size() <= wire::max_report_bytes) return;
  for (auto& status : not_ready) status.differs.clear();
  while (not_ready.size() > 1 && message.encode().size() > wire::max_report_bytes)
    not_ready.resize(not_ready.size() / 2);
}

}  // namespace

void Reporter::set_status(StatusReport status) { status_ = std::move(status); }

void Reporter::add(std::vector<DeviceEvent> events) {
  unkept_.insert(unkept_.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  if (unkept_.empty()) return;
  if (unkept_.size() > most_unkept) unkept_.erase(unkept_.begin(), unkept_.end() - most_unkept);
  if (events_.add(unkept_)) unkept_.clear();
}

bool Reporter::has_news(SteadyTime now) const {
  if (events_.size() > 0) return true;
  if (!status_) return false;
  return !sent_ || !same_news(*status_, *sent_) || now - sent_at_ >= say_at_least_every;
}

void Reporter::run(SteadyTime now) {
  if (!caller_.may_send() || !has_news(now)) return;
  os::net::Request request{.method = "POST", .target = std::string(wire::path::reports)};
  request.headers.emplace("Content-Type", wire::json_type);
  request.body = message(now);
  caller_.send(std::move(request), timeout);
}

Bytes Reporter::message(SteadyTime now) {
  // Grows within a boot, also when this program is started anew.
  number_ = std::max(number_ + 1, static_cast<std::uint64_t>(now.since.count()));
  wire::ReportMessage out{.boot = boot_, .status = status_, .events = events_.oldest(most_events)};
  sending_ = status_;
  sending_at_ = now;
  if (out.status) {
    out.status->number = number_;
    if (out.status->facts_digest == server_facts_) out.status->facts.reset();
    told_facts_ = out.status->facts.has_value();
  }
  auto bytes = out.encode();
  if (bytes.size() <= wire::max_report_bytes) return bytes;
  shorten(out);
  if (const auto shorter = out.encode(); shorter.size() <= wire::max_report_bytes) return shorter;
  out.events = events_.oldest(1);
  return out.encode();
}

bool Reporter::take(const LinkAnswer& answer, std::optional<std::uint64_t>& wake) {
  const auto reply = caller_.take(answer);
  if (!reply) return false;
  const auto decoded = reply->kind == Reply::Kind::answered ? wire::ReportAnswer::decode(reply->response.body)
                                                            : Result<wire::ReportAnswer>(fail(Errc::unavailable, ""));
  if (!decoded) {
    caller_.back_off(*reply);
    return true;
  }
  caller_.recovered();
  events_.acknowledge(decoded->acknowledged);
  sent_ = std::move(sending_);
  sent_at_ = sending_at_;
  if (decoded->facts) server_facts_ = *decoded->facts;
  // It lost those that were only named; what was told in full and not taken is not told for ever.
  if (sent_ && decoded->facts && *decoded->facts != sent_->facts_digest && !told_facts_) sent_.reset();
  wake = decoded->wake;
  return true;
}

std::optional<SteadyTime> Reporter::next() const {
  if (caller_.busy()) return std::nullopt;
  if (events_.size() > 0 || (status_ && (!sent_ || !same_news(*status_, *sent_)))) return caller_.not_before();
  return status_ ? std::optional(std::max(caller_.not_before(), sent_at_ + say_at_least_every)) : std::nullopt;
}

}  // namespace flyball::agent
