#include "cli/plan_parts.hpp"
#include "cli/render.hpp"

namespace flyball::cli {
namespace {

// A code span that ends where we say, whatever the text holds; `|` would end a cell.
std::string code(std::string_view text) {
  std::string out;
  for (const char c : harmless(text)) out += c == '`' ? "'" : c == '|' ? "\\|" : std::string(1, c);
  return flyball::text('`', out, '`');
}

std::string details_text(const compile::FleetChange& change, const std::string& place, const PlanLook& look) {
  std::string body;
  for (const auto& line : details_of(change, look.full ? SIZE_MAX : 40))
    body += text(line.diff ? text(line.sign, ' ') : std::string("# "), line.text, '\n');
  if (body.empty()) return {};
  // A fence longer than any in the text cannot be closed by it.
  std::string fence = "```";
  while (body.contains(fence)) fence += '`';
  return text("\n<details><summary>", sign_of(change.what), ' ', name(change.what), " <code>",
              code(change.id.str()).substr(1, code(change.id.str()).size() - 2), "</code> on ", devices_text(change),
              place.empty() ? "" : text(", ", place), "</summary>\n\n", fence, "diff\n", body, fence, "\n</details>\n");
}

}  // namespace

std::string plan_markdown(const PlanView& view, const PlanLook& look) {
  const auto& plan = view.plan;
  std::string out = text("### Plan ", view.from, " → ", view.to, "\n\n");
  if (is_empty(plan)) return text(out, "No differences on ", counted(plan.devices, "device"), ".\n");
  out += text(reach_text(plan), ".\n\n");
  for (const auto& tripped : view.tripped)
    out += text("- **Guard ", tripped.guard, " trips:** ", tripped.message, '\n');
  if (!view.tripped.empty()) out += "\nMerged, the release will be held until an admin approves it.\n\n";
  if (!plan.gone.empty()) out += text("No longer in git: ", names_text(plan.gone, 20), ".\n\n");
  if (!plan.added.empty()) out += text("New: ", names_text(plan.added, 20), ".\n\n");
  if (!plan.changes.empty()) out += "| | | resource | devices | groups |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& change : plan.changes)
    out += text("| ", sign_of(change.what), " | ", name(change.what), " | ", code(change.id.str()), " | ",
                devices_text(change), " | ", groups_text(change.groups), " |\n");
  for (std::size_t i = 0; i < plan.changes.size(); ++i)
    out += details_text(plan.changes[i], i < view.places.size() ? view.places[i] : std::string(), look);
  out += text('\n', counts_text(plan));
  const auto guard = guard_text(view);
  if (!guard.empty()) out += text(' ', guard);
  return text(out, ' ', grouped(plan.unchanged.size()), " unchanged.\n");
}

}  // namespace flyball::cli
