#include "cli/checkout.hpp"
#include "cli/plan_view.hpp"
#include "cli/render.hpp"
#include "cli/verbs.hpp"
#include "compile/compile.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace flyball::cli {
namespace {

// One side of the comparison.
struct Side {
  std::string name;
  Snapshot snapshot;
  compile::Compiled compiled;
};

Result<Side> compile_revision(const Context& context, const Checkout& checkout, const std::string& revision) {
  auto named = TRY(snapshot_at(context, checkout, revision));
  auto compiled = compile::compile(named.snapshot);
  return Side{std::move(named.name), std::move(named.snapshot), std::move(compiled)};
}

// What is compared with: `--against`; else HEAD for the working tree, and its parent for a revision. A repository
// without commits, or one whose first commit is planned, has nothing before.
Result<std::optional<Side>> before_of(const Context& context, const Checkout& checkout, const std::string& revision) {
  auto against = context.arguments.value("against");
  const bool named = !against.empty();
  if (!named && !checkout.git) return std::nullopt;
  if (!named) against = revision.empty() ? "HEAD" : revision + "^";
  if (!resolve(context, checkout, against)) {
    if (named) return fail(Errc::invalid, "git knows no revision `", against, "`");
    return std::nullopt;
  }
  auto side = TRY(compile_revision(context, checkout, against));
  if (!side.compiled.fleet) {
    context.say(text(side.name, " does not compile, so everything is shown as new; see `flyball validate --at ",
                     side.name, "`"));
    return std::nullopt;
  }
  return side;
}

// What may have brought a change about, by name: where a field is set, and where the variables it uses are.
std::map<std::string, Place> candidates(const compile::FieldOrigin& field) {
  std::map<std::string, Place> out{{field.field, field.set.at}};
  for (const auto& use : field.uses) out.emplace(use.variable, use.set.at);
  return out;
}

bool shows(const compile::FleetChange& change, std::string_view field) {
  const auto is = field == "source" || field == "template" ? std::string_view("content") : field;
  return std::ranges::any_of(change.fields, [&](const FieldChange& changed) { return changed.field.starts_with(is); });
}

// Of the lines behind the fields that change, the first that reads otherwise than before.
std::optional<Place> line_that_changed(const compile::FleetChange& change, const compile::ResourceOrigin& was,
                                       const Snapshot& old_files, const compile::ResourceOrigin& is,
                                       const Snapshot& new_files) {
  std::map<std::string, Place> old_places;
  for (const auto& field : was.fields) old_places.merge(candidates(field));
  const auto old_line = compile::lines_of(old_files);
  const auto new_line = compile::lines_of(new_files);
  for (const auto& field : is.fields) {
    if (!shows(change, field.field)) continue;
    for (const auto& [name, place] : candidates(field)) {
      const auto old_place = old_places.find(name);
      if (old_place == old_places.end() || old_place->second.file != place.file ||
          old_line(old_place->second.file, old_place->second.line) != new_line(place.file, place.line))
        return place;
    }
  }
  return std::nullopt;
}

// The line behind each change; of what leaves git, the line that was there. Worked out for the first device: it is
// meant to send people to the right file.
std::string place_of(const compile::FleetChange& change, const Side* before, const compile::Explainer* old_why,
                     const Side& after, const compile::Explainer& new_why) {
  using What = compile::FleetChange::What;
  const auto& device = change.devices.front();
  const auto was = old_why != nullptr && change.what != What::add ? old_why->explain(device, change.id) : std::nullopt;
  if (change.what == What::restore) return was ? text("was ", was->set.at.file, ':', was->set.at.line) : std::string();
  const auto is = new_why.explain(device, change.id);
  if (!is) return {};
  auto place = is->set.at;
  if (was && change.what == What::change)
    place = line_that_changed(change, *was, before->snapshot, *is, after.snapshot).value_or(place);
  return text(place.file, ':', place.line);
}

std::vector<std::string> places_of(const compile::FleetPlan& plan, const Side* before, const Side& after) {
  const auto old_why = before != nullptr ? std::make_unique<compile::Explainer>(before->snapshot) : nullptr;
  const compile::Explainer new_why(after.snapshot);
  std::vector<std::string> out;
  for (const auto& change : plan.changes) out.push_back(place_of(change, before, old_why.get(), after, new_why));
  return out;
}

Result<ExitCode> plan(const Context& context) {
  const auto checkout = TRY(find_checkout(context));
  const auto revision = context.arguments.value("REV");
  const auto after = TRY(compile_revision(context, checkout, revision));
  if (!after.compiled.fleet) {
    show_diagnostics(context, after.compiled, after.snapshot);
    context.say(text("no plan: ", after.name, " does not compile"));
    return ExitCode::invalid_configuration;
  }
  const auto before = TRY(before_of(context, checkout, revision));
  const auto* old_fleet = before ? &*before->compiled.fleet : nullptr;
  PlanView view{.from = before ? before->name : "nothing",
                .to = after.name,
                .plan = compile::compare(old_fleet, *after.compiled.fleet),
                .tripped = old_fleet != nullptr ? compile::judge(*old_fleet, *after.compiled.fleet)
                                                : std::vector<compile::Tripped>(),
                .guards = old_fleet != nullptr ? old_fleet->guards : after.compiled.fleet->guards,
                .judged = old_fleet != nullptr};
  view.places = places_of(view.plan, before ? &*before : nullptr, after);
  const PlanLook look{.full = context.arguments.has("full"), .colour = context.options.colour};
  if (context.options.format == Format::markdown) {
    context.print(plan_markdown(view, look));
  } else if (!context.print_data(plan_json(view))) {
    context.print(plan_text(view, look));
  }
  const bool differs = !view.plan.affected.empty() || !view.plan.gone.empty();
  return differs && context.arguments.has("detailed-exitcode") ? ExitCode::differs : ExitCode::done;
}

}  // namespace

Verb plan_verb() {
  return {
      .name = "plan",
      .help = "What would change on which devices",
      .page =
          "Compares two states of the repository as devices would see them: what leaves comes first, what is the\n"
          "same on many devices is told once. Without REV, the working tree against HEAD; with REV, that revision\n"
          "against its first parent.\n\n"
          "  flyball plan\n  flyball plan --against origin/main\n  flyball plan HEAD~2 --full\n"
          "  flyball plan origin/feature --against origin/main -o markdown\n",
      .arguments = {{Argument::Kind::optional, "REV", "", "The revision to plan; the working tree when not given"},
                    {Argument::Kind::option, "against", "REV", "What to compare with"},
                    {Argument::Kind::flag, "full", "", "Show everything: whole diffs, all devices, what is unchanged"},
                    {Argument::Kind::flag, "detailed-exitcode", "", "Exit with 2 when something differs"}},
      .formats = {Format::json, Format::yaml, Format::markdown},
      .run = plan};
}

}  // namespace flyball::cli
