#include "cli/checkout.hpp"
#include "cli/plan_view.hpp"
#include "cli/render.hpp"
#include "cli/verbs.hpp"
#include "compile/compile.hpp"

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

// The line behind each change; of what leaves git, the line that was there. Worked out for the first device: it is
// meant to send people to the right file.
std::vector<std::string> places_of(const compile::FleetPlan& plan, const std::optional<Side>& before,
                                   const Side& after) {
  constexpr std::size_t most = 200;
  std::vector<std::string> out;
  for (const auto& change : plan.changes) {
    if (out.size() == most) break;
    const bool left = change.what == compile::FleetChange::What::restore;
    const auto& snapshot = left && before ? before->snapshot : after.snapshot;
    const auto origin = compile::explain(snapshot, change.devices.front(), change.id);
    out.push_back(origin ? text(left ? "was " : "", origin->set.at.file, ':', origin->set.at.line) : std::string());
  }
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
  view.places = places_of(view.plan, before, after);
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
