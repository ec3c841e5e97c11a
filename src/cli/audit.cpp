#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

Result<ExitCode> verify(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto answer = TRY(remote.get(api("events/verify")));
  const bool intact = maybe_boolean(answer, "intact").value_or(false);
  if (!context.print_data(answer)) {
    context.print(intact
                      ? text("ok  ", grouped(static_cast<std::uint64_t>(maybe_integer(answer, "events").value_or(0))),
                             " events, chain intact, head ", field(answer, "head"), '\n')
                      : text("broken  ", field(answer, "message"), '\n'));
  }
  return intact ? ExitCode::done : ExitCode::failed;
}

Result<ExitCode> log(const Context& context) {
  os::net::Query query;
  for (const auto* name : {"subject", "kind"}) {
    if (context.arguments.has(name)) query.emplace(name, context.arguments.value(name));
  }
  const auto limit = TRY(context.arguments.number("limit", 50));
  if (limit < 1) return fail(Errc::invalid, "--limit: at least 1");
  auto remote = TRY(Remote::connect(context));
  const auto events = TRY(remote.all(api("events"), std::move(query), static_cast<std::size_t>(limit)));
  Json data;
  data["items"] = Json::Array(events.begin(), events.end());
  if (context.print_data(data)) return ExitCode::done;
  std::vector<std::vector<std::string>> rows;
  for (const auto& event : events)
    rows.push_back({text(maybe_integer(event, "n").value_or(0)), field(event, "time"), field(event, "kind"),
                    field(event, "actor"), field(event, "subject"), field(event, "cause")});
  context.print(table(rows, context.world.out_is_terminal ? context.world.width : 0));
  if (rows.empty()) context.say("no events");
  return ExitCode::done;
}

}  // namespace

Verb audit_verify_verb() {
  return {.name = "audit verify",
          .help = "Whether the audit log's hash chain is intact",
          .page = "Exit code 1 when it is broken. Note the head: a log cut short cannot have it any more.\n",
          .formats = {Format::json, Format::yaml},
          .run = verify};
}

Verb audit_log_verb() {
  return {
      .name = "audit log",
      .help = "Who did what, newest first",
      .page = "  flyball audit log --subject \"device kiosk-0042\"\n  flyball audit log --kind approval\n",
      .arguments = {{Argument::Kind::option, "subject", "TEXT", "Only about this: `release 415`, `device kiosk-0042`"},
                    {Argument::Kind::option, "kind", "KIND", "Only of this kind: release, approval, enrolment, …"},
                    {Argument::Kind::option, "limit", "N", "At most so many; 50 when not said"}},
      .formats = {Format::json, Format::yaml},
      .run = log};
}

}  // namespace flyball::cli
