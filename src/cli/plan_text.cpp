#include "cli/plan_parts.hpp"
#include "cli/render.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

using compile::FleetChange;
using What = FleetChange::What;

Colour colour_of(What what) {
  if (what == What::remove || what == What::restore) return Colour::red;
  return what == What::add ? Colour::green : Colour::yellow;
}

struct Widths {
  std::size_t id = 0;
  std::size_t devices = 0;
  std::size_t groups = 0;
};

// Counts stand right-aligned, so that large ones stick out; the names of single devices stand left.
std::string devices_cell(const FleetChange& change, std::size_t width) {
  const auto cell = devices_text(change);
  const auto room = width - std::min(width, columns_of(cell));
  return change.devices.size() == 1 ? padded(cell, width) : text(std::string(room, ' '), cell);
}

std::string line_of(const FleetChange& change, const std::string& place, const Widths& widths, bool colour) {
  auto line =
      text(sign_of(change.what), ' ', padded(name(change.what), 9), padded(harmless(change.id.str()), widths.id), "   ",
           devices_cell(change, widths.devices), "  ", padded(groups_text(change.groups), widths.groups));
  const auto fate = fate_of(change);
  if (!fate.empty()) line += text("  ", fate);
  if (!place.empty() && change.what != What::release) line += text("  ", place);
  while (line.ends_with(' ')) line.pop_back();
  return text(painted(line, colour_of(change.what), colour), '\n');
}

std::string detail_text(const DetailLine& line, bool colour) {
  if (!line.diff) return text("    ", line.text, '\n');
  const auto out = line.sign == ' ' ? text("      ", line.text) : text("      ", line.sign, ' ', line.text);
  if (line.sign == '-') return text(painted(out, Colour::red, colour), '\n');
  return text(line.sign == '+' ? painted(out, Colour::green, colour) : out, '\n');
}

std::string inventory_text(const compile::FleetPlan& plan, const PlanLook& look) {
  const std::size_t most = look.full ? plan.devices + plan.gone.size() : 5;
  std::string out;
  if (!plan.gone.empty())
    out += text(painted(text("! gone     ", counted(plan.gone.size(), "device"), ": ", names_text(plan.gone, most)),
                        Colour::red, look.colour),
                "  (no longer in git)\n");
  if (!plan.added.empty())
    out += text(painted(text("+ new      ", counted(plan.added.size(), "device"), ": ", names_text(plan.added, most)),
                        Colour::green, look.colour),
                '\n');
  return out;
}

std::string footer(const PlanView& view, const PlanLook& look) {
  std::string out = text('\n', counts_text(view.plan));
  const auto guard = guard_text(view);
  if (!guard.empty()) out += text("   ", guard);
  const auto unchanged = view.plan.unchanged.size();
  if (unchanged > 0) out += text("   ", grouped(unchanged), " unchanged", look.full ? "" : " (--full to list)");
  out += '\n';
  for (const auto& tripped : view.tripped)
    out += text(painted(text("Guard ", tripped.guard, " trips: ", tripped.message), Colour::red, look.colour), '\n');
  if (!view.tripped.empty()) out += "Pushed, the release will be held until an admin approves it.\n";
  return out;
}

}  // namespace

std::string plan_text(const PlanView& view, const PlanLook& look) {
  const auto& plan = view.plan;
  const auto title = text("Plan ", view.from, " → ", view.to, "          ");
  if (is_empty(plan)) return text(title, "no differences on ", counted(plan.devices, "device"), '\n');
  std::string out =
      text(painted(title, Colour::bold, look.colour), reach_text(plan), "\n\n", inventory_text(plan, look));
  Widths widths;
  for (const auto& change : plan.changes) {
    widths.id = std::max(widths.id, columns_of(harmless(change.id.str())));
    widths.devices = std::max(widths.devices, columns_of(devices_text(change)));
    widths.groups = std::max(widths.groups, columns_of(groups_text(change.groups)));
  }
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    const auto& change = plan.changes[i];
    out += line_of(change, i < view.places.size() ? view.places[i] : std::string(), widths, look.colour);
    if (look.full && change.devices.size() > 1)
      out += text("    on ", names_text(change.devices, change.devices.size()), '\n');
    for (const auto& line : details_of(change, look.full ? SIZE_MAX : 20)) out += detail_text(line, look.colour);
  }
  out += footer(view, look);
  if (look.full) {
    for (const auto& id : plan.unchanged)
      out += text("  ", painted(harmless(id.str()), Colour::dim, look.colour), '\n');
  }
  return out;
}

}  // namespace flyball::cli
