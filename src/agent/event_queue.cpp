#include "agent/event_queue.hpp"

#include "wire/report_json.hpp"

#include <algorithm>

namespace flyball::agent {
namespace {

constexpr std::string_view kind = "flyball-events@v1";
constexpr std::string_view prefix = "events-";
constexpr std::string_view suffix = ".json";

// Twenty digits, so that names sort as numbers.
std::string name_of(std::uint64_t first) {
  auto digits = std::to_string(first);
  digits.insert(0, 20 - digits.size(), '0');
  return text(prefix, digits, suffix);
}

}  // namespace

Result<> EventQueue::load() {
  const auto names = TRY(state_.files().list(os::parent_of(state_.path("x"))));
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    if (name.starts_with(prefix) && name.ends_with(suffix)) TRY(read_segment(name));
  }
  return {};
}

Result<> EventQueue::read_segment(const std::string& name) {
  const auto json = TRY(state_.read(name, kind));
  if (!json) return {};
  const auto first = static_cast<std::uint64_t>(TRY(get_integer(*json, "first"), name));
  auto& events = segments_[first];
  next_ = std::max(next_, first);
  dropped_ = static_cast<std::uint64_t>(maybe_integer(*json, "dropped").value_or(0));
  const auto acknowledged = static_cast<std::uint64_t>(maybe_integer(*json, "acknowledged").value_or(0));
  acknowledged_ = std::max(acknowledged_, acknowledged);
  const auto* list = json->find("events");
  if (list == nullptr || list->array() == nullptr) return fail(Errc::corrupt, name, " has no `events`");
  for (const auto& item : *list->array()) {
    events.push_back(TRY(wire::device_event_from(item), name));
    next_ = std::max(next_, events.back().number + 1);
  }
  return {};
}

Result<> EventQueue::write_last() {
  const auto& [first, events] = *segments_.rbegin();
  Json::Array list;
  for (const auto& event : events) list.push_back(wire::to_json(event));
  Json json;
  json["first"] = first;
  json["dropped"] = dropped_;
  json["acknowledged"] = acknowledged_;
  json["events"] = std::move(list);
  return state_.write(name_of(first), kind, std::move(json));
}

Result<> EventQueue::add(std::vector<DeviceEvent> events) {
  for (std::size_t at = 0; at < events.size();) {
    if (segments_.empty() || segments_.rbegin()->second.size() >= segment) segments_[next_];
    if (segments_.size() > max_segments) forget_segment();
    auto& last = segments_.rbegin()->second;
    const auto before = last.size();
    const auto number = next_;
    for (; at < events.size() && last.size() < segment; ++at) {
      events[at].number = next_++;
      last.push_back(events[at]);
    }
    if (const auto written = write_last(); !written) {
      last.resize(before);
      next_ = number;
      return written;
    }
  }
  return {};
}

// The oldest file goes; the count of what went with it becomes durable with the next one that is written.
void EventQueue::forget_segment() {
  const auto oldest = segments_.begin();
  dropped_ += static_cast<std::uint64_t>(
      std::ranges::count_if(oldest->second, [&](const DeviceEvent& event) { return event.number > acknowledged_; }));
  (void)state_.files().remove(state_.path(name_of(oldest->first)));
  segments_.erase(oldest);
}

void EventQueue::acknowledge(std::uint64_t up_to) {
  acknowledged_ = std::max(acknowledged_, up_to);
  // The last file stays, since it says which number comes next.
  while (segments_.size() > 1 && std::next(segments_.begin())->first <= acknowledged_ + 1) {
    (void)state_.files().remove(state_.path(name_of(segments_.begin()->first)));
    segments_.erase(segments_.begin());
  }
}

std::vector<DeviceEvent> EventQueue::oldest(std::size_t most) const {
  std::vector<DeviceEvent> out;
  for (const auto& [first, events] : segments_) {
    for (const auto& event : events) {
      if (out.size() == most) return out;
      if (event.number > acknowledged_) out.push_back(event);
    }
  }
  return out;
}

std::size_t EventQueue::size() const {
  std::size_t out = 0;
  for (const auto& [first, events] : segments_) {
    out += static_cast<std::size_t>(
        std::ranges::count_if(events, [&](const DeviceEvent& event) { return event.number > acknowledged_; }));
  }
  return out;
}

}  // namespace flyball::agent
