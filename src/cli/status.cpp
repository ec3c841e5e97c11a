#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"
#include "cli/watch.hpp"

#include <array>

namespace flyball::cli {
namespace {

constexpr std::array shown_order = {State::held,        State::failed,  State::contested, State::drifted,
                                    State::reconciling, State::waiting, State::ready,     State::not_enrolled};

std::string release_text(const Json& overview) {
  const auto* release = overview.find("release");
  if (release == nullptr || release->is_null()) return "no release";
  return text(maybe_integer(*release, "sequence").value_or(0), ' ', short_revision(field(*release, "revision")));
}

std::string states_text(const Json& overview, bool colour) {
  std::string out;
  const auto* states = overview.find("states");
  if (states == nullptr) return out;
  for (const auto state : shown_order) {
    const auto count = maybe_integer(*states, name(state)).value_or(0);
    if (count <= 0) continue;
    const auto cell = state_text(name(state), false);
    const auto space = cell.find(' ');
    out += text("  ",
                painted(text(cell.substr(0, space + 1), grouped(static_cast<std::uint64_t>(count)), cell.substr(space)),
                        state == State::failed ? Colour::red : Colour::bold,
                        colour && state != State::ready && state != State::not_enrolled));
  }
  return out;
}

std::string lines_of(const Json& list, std::string_view margin) {
  std::string out;
  if (list.array() == nullptr) return out;
  for (const auto& item : *list.array()) {
    if (item.string() == nullptr) continue;
    std::string_view rest = *item.string();
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      out += text(margin, harmless(rest.substr(0, end)), '\n');
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return out;
}

std::string member_lines(const Json& object, std::string_view name, std::string_view margin) {
  const auto* list = object.find(name);
  return list != nullptr ? lines_of(*list, margin) : std::string();
}

// What is wrong with the repository, and the command that helps.
std::string trouble_text(const Json& overview, bool colour) {
  const auto* trouble = overview.find("trouble");
  if (trouble == nullptr || trouble->is_null()) return {};
  const auto what = field(*trouble, "what");
  const auto revision = field(*trouble, "revision");
  const auto head = text(what, revision.empty() ? "" : " ", short_revision(revision), " since ",
                         time_of_day(field(*trouble, "since")));
  return text(painted(head, Colour::red, colour), ": ", field(*trouble, "message"), '\n',
              member_lines(*trouble, "diagnostics", "  "),
              what == "frozen" ? "  devices keep what they have; next: flyball doctor\n"
                               : "  devices keep what they have; next: flyball validate, mend, push\n");
}

std::string held_text(const Json& overview, bool colour) {
  const auto* held = overview.find("held");
  if (held == nullptr || held->is_null()) return {};
  const auto sequence = maybe_integer(*held, "sequence").value_or(0);
  return text(painted(text("held ", sequence, ' ', short_revision(field(*held, "revision"))), Colour::yellow, colour),
              ' ', field(*held, "subject"), '\n', member_lines(*held, "held", "  "), "  next: flyball release approve ",
              sequence, " --reason WHY, or push a smaller change\n");
}

Shown shown(const Json& overview, bool colour) {
  const auto states = states_text(overview, colour);
  const auto away = maybe_integer(overview, "away").value_or(0);
  const auto more = text(trouble_text(overview, colour), held_text(overview, colour));
  const auto head = text(release_text(overview), states, away > 0 ? text("  ", away, " away") : std::string());
  return {.text = text(head, "  as of ", time_of_day(field(overview, "as_of")), '\n', more),
          .key = text(head, '\n', more)};
}

bool all_well(const Json& overview) {
  const auto* states = overview.find("states");
  const auto* trouble = overview.find("trouble");
  const auto* held = overview.find("held");
  const auto is_there = [](const Json* json) { return json != nullptr && !json->is_null(); };
  if (states == nullptr || is_there(trouble) || is_there(held)) return false;
  return maybe_integer(*states, name(State::ready)).value_or(0) == maybe_integer(overview, "devices").value_or(0);
}

Result<ExitCode> status(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  if (context.arguments.has("watch")) {
    return watch(context, [&]() -> Result<Shown> {
      const auto overview = TRY(remote.get(api("overview")));
      if (context.options.format == Format::text) return shown(overview, context.options.colour);
      auto timeless = overview;
      timeless["as_of"] = Json();
      return Shown{.text = text(overview.canonical(), '\n'), .key = timeless.canonical()};
    });
  }
  const auto overview = TRY(remote.get(api("overview")));
  if (!context.print_data(overview)) context.print(shown(overview, context.options.colour).text);
  return context.arguments.has("detailed-exitcode") && !all_well(overview) ? ExitCode::differs : ExitCode::done;
}

}  // namespace

Verb status_verb() {
  return {
      .name = "status",
      .help = "Is every device where git says?",
      .page =
          "The release in force, devices by state, and what stops the repository: a revision that does not compile,\n"
          "a release that waits for an approval, with the command that helps.\n\n"
          "  flyball status\n  flyball status --watch\n  flyball status --detailed-exitcode && echo all well\n",
      .arguments = {{Argument::Kind::flag, "watch", "", "Show it again every second until Ctrl-C"},
                    {Argument::Kind::flag, "detailed-exitcode", "", "Exit with 2 unless every device is Ready"}},
      .formats = {Format::json, Format::yaml},
      .run = status};
}

}  // namespace flyball::cli
