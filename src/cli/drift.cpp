#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace flyball::cli {
namespace {

// Corrective changes of one resource by one cause.
struct Cluster {
  std::size_t times = 0;
  std::set<std::string> devices;
  std::string last;
};
using Clusters = std::map<std::pair<std::string, std::string>, Cluster>;

Clusters cluster(const std::vector<Json>& events) {
  Clusters out;
  for (const auto& event : events) {
    const auto* change = event.find("change");
    if (change == nullptr) continue;
    auto& found = out[{field(*change, "resource"), field(*change, "cause")}];
    ++found.times;
    found.devices.insert(field(event, "device"));
    found.last = std::max(found.last, field(event, "time"));
  }
  return out;
}

std::string devices_text(const std::set<std::string>& devices) {
  constexpr std::size_t most = 3;
  if (devices.size() > most) return text(devices.size(), " devices");
  std::string out;
  for (const auto& device : devices) out += text(out.empty() ? "" : ", ", device);
  return out;
}

Result<ExitCode> drift(const Context& context) {
  os::net::Query query{{"since", context.arguments.value("since", "24h")}};
  if (context.arguments.has("device")) query.emplace("device", context.arguments.value("device"));
  auto remote = TRY(Remote::connect(context));
  const auto events = TRY(remote.all(api("drift"), std::move(query), 100'000));
  Json data;
  data["items"] = Json::Array(events.begin(), events.end());
  data["total"] = std::uint64_t{events.size()};
  if (!context.print_data(data)) {
    const auto clusters = cluster(events);
    std::vector<std::pair<std::pair<std::string, std::string>, Cluster>> sorted(clusters.begin(), clusters.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
      return std::tie(b.second.times, a.first) < std::tie(a.second.times, b.first);
    });
    std::vector<std::vector<std::string>> rows;
    for (const auto& [what, found] : sorted)
      rows.push_back({text(found.times), what.first, devices_text(found.devices),
                      text("by ", what.second.empty() ? "unknown" : what.second), text("last ", found.last)});
    context.print(table(rows, context.world.out_is_terminal ? context.world.width : 0));
    if (rows.empty()) context.say(text("no drift since ", context.arguments.value("since", "24h")));
  }
  return context.arguments.has("detailed-exitcode") && !events.empty() ? ExitCode::differs : ExitCode::done;
}

}  // namespace

Verb drift_verb() {
  return {.name = "drift",
          .help = "What keeps moving on devices, and who moves it",
          .page =
              "Corrective changes by resource and cause, the most frequent first.\n\n"
              "  flyball drift --since 7d\n  flyball drift --device kiosk-0042 -o json\n",
          .arguments = {{Argument::Kind::option, "since", "DURATION", "How far back: 24h (the default), 7d; or a time"},
                        {Argument::Kind::option, "device", "NAME", "Only on that device"},
                        {Argument::Kind::flag, "detailed-exitcode", "", "Exit with 2 when there was drift"}},
          .formats = {Format::json, Format::yaml},
          .run = drift};
}

}  // namespace flyball::cli
