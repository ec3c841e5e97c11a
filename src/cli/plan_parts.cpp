#include "cli/plan_parts.hpp"

#include "cli/render.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flyball::cli {
namespace {

using compile::FleetChange;
using What = FleetChange::What;

std::string percent(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 1).ptr;
  std::string out(digits, end);
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out + " %";
}

void add_diff(std::vector<DetailLine>& out, std::string_view diff, std::size_t most) {
  std::size_t lines = 0;
  const auto all = static_cast<std::size_t>(std::ranges::count(diff, '\n'));
  while (!diff.empty()) {
    const auto end = std::min(diff.find('\n'), diff.size());
    const auto line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    if (lines++ == most) {
      out.push_back({' ', text("… ", counted(all - most, "more line"), " (--full to show)"), true});
      return;
    }
    const bool signed_line = line.starts_with('-') || line.starts_with('+');
    out.push_back({signed_line ? line[0] : ' ', std::string(signed_line ? line.substr(1) : line), true});
  }
}

std::string values_text(const FieldChange& field) {
  if (field.before && field.after) return text(value_text(*field.before), " → ", value_text(*field.after));
  if (field.before) return text(value_text(*field.before), " → not set");
  return field.after ? value_text(*field.after) : std::string();
}

}  // namespace

std::string_view sign_of(What what) {
  static constexpr std::array<std::string_view, 5> signs = {"+", "~", "!", "↺", "○"};
  return signs[static_cast<std::size_t>(what)];
}

std::string_view fate_of(const FleetChange& change) {
  const bool package = change.id.kind() == Package::kind;
  if (change.what == What::release)
    return package ? "(stays installed, no longer managed)" : "(stays as it is, no longer managed)";
  if (change.what == What::restore) return "(what was there before returns)";
  return {};
}

std::string devices_text(const FleetChange& change) {
  return change.devices.size() == 1 ? change.devices.front().str() : counted(change.devices.size(), "device");
}

std::string groups_text(const std::vector<GroupPath>& groups) {
  constexpr std::size_t most = 2;
  std::string out;
  for (std::size_t i = 0; i < groups.size() && i < most; ++i) out += text(i > 0 ? ", " : "", groups[i]);
  return groups.size() > most ? text(out, " and ", groups.size() - most, " more") : out;
}

std::string names_text(const std::vector<DeviceId>& devices, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < devices.size() && i < most; ++i) out += text(i > 0 ? ", " : "", devices[i]);
  return devices.size() > most ? text(out, " and ", grouped(devices.size() - most), " more") : out;
}

std::string reach_text(const compile::FleetPlan& plan) {
  std::set<GroupPath> groups;
  for (const auto& change : plan.changes) groups.insert(change.groups.begin(), change.groups.end());
  return text(grouped(plan.affected.size()), " of ", counted(plan.devices, "device"), ", ",
              counted(groups.size(), "group"));
}

std::string counts_text(const compile::FleetPlan& plan) {
  std::array<std::size_t, 5> counts{};
  for (const auto& change : plan.changes) ++counts[static_cast<std::size_t>(change.what)];
  const auto count = [&](What what) { return text(counts[static_cast<std::size_t>(what)], ' ', name(what)); };
  std::string out = text(count(What::add), ", ", count(What::change), ", ", count(What::remove));
  if (counts[static_cast<std::size_t>(What::restore)] > 0) out += text(", ", count(What::restore));
  return text(out, ", ", count(What::release), '.');
}

std::string guard_text(const PlanView& view) {
  if (!view.judged || !view.tripped.empty()) return {};
  const auto managed = std::max<std::size_t>(view.plan.managed, 1);
  const double share = 100.0 * static_cast<double>(view.plan.leaving) / static_cast<double>(managed);
  if (share < view.guards.max_delete_percent)
    return text("Guard: delete ", percent(share), " < ", percent(view.guards.max_delete_percent), '.');
  return text("Guard: delete ", view.plan.leaving, ", and 20 may always leave.");
}

std::vector<DetailLine> details_of(const FleetChange& change, std::size_t most_lines) {
  std::vector<DetailLine> out;
  for (const auto& field : change.fields) {
    const auto values = values_text(field);
    const bool long_line = columns_of(values) > 200;
    out.push_back({' ', text(field.field, values.empty() ? "" : "  ", long_line ? cut(values, 200) : values)});
    if (field.diff) add_diff(out, *field.diff, most_lines);
  }
  std::string restarts;
  std::string again;
  for (const auto& id : change.restarts) {
    auto& list = id.kind() == Command::kind ? again : restarts;
    list += text(list.empty() ? "" : ", ", id);
  }
  if (!restarts.empty()) out.push_back({' ', text("restarts ", restarts)});
  if (!again.empty()) out.push_back({' ', text("runs ", again, " again")});
  return out;
}

bool is_empty(const compile::FleetPlan& plan) {
  return plan.changes.empty() && plan.added.empty() && plan.gone.empty();
}

}  // namespace flyball::cli
