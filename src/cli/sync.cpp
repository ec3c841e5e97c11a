#include "cli/remote.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

// Which report a device gave last: a newer one differs.
std::string report_of(const Json& device) {
  const auto* status = device.find("status");
  if (status == nullptr) return {};
  return text(field(*status, "boot"), '/', maybe_integer(*status, "number").value_or(0));
}

bool settled(const Json& device) {
  const auto state = parse_state(field(device, "state"));
  return state && *state != State::reconciling && *state != State::waiting;
}

Result<ExitCode> wait_for(const Context& context, Remote& remote, const std::string& path, const std::string& before,
                          SteadyTime begun) {
  const auto limit = begun + context.options.timeout;
  for (;;) {
    const auto device = TRY(remote.get(path));
    const auto now = context.world.clocks.steady();
    if (report_of(device) != before && settled(device)) {
      const auto state = field(device, "state");
      if (!context.print_data(device))
        context.print(text(state, " at ", maybe_integer(device, "sequence").value_or(0), " after ",
                           duration_text(now - begun), '\n'));
      const auto message = field(device, "message");
      if (state != name(State::ready) && !message.empty()) context.say(message);
      return state == name(State::ready) ? ExitCode::done : ExitCode::failed;
    }
    if (now >= limit)
      return fail(Errc::timeout, field(device, "device"), " has not reported within ",
                  duration_text(context.options.timeout), "; it is ", field(device, "freshness"),
                  " (--timeout waits longer)");
    if (!context.world.wait(std::chrono::milliseconds(200))) return fail(Errc::cancelled, "interrupted");
  }
}

Result<ExitCode> sync(const Context& context) {
  const auto name = context.arguments.value("NAME");
  const auto path = api("devices", name);
  auto remote = TRY(Remote::connect(context));
  const auto before = report_of(TRY(remote.get(path)));
  const auto begun = context.world.clocks.steady();
  Json body{Json::Object{}};
  if (context.arguments.has("reason")) body["reason"] = context.arguments.value("reason");
  const auto answer = TRY(remote.post(api("devices", name, "/sync"), body));
  if (context.arguments.has("wait")) return wait_for(context, remote, path, before, begun);
  if (!context.print_data(answer)) context.print(text(name, " is asked to look; `--wait` waits for what it says\n"));
  return ExitCode::done;
}

}  // namespace

Verb sync_verb() {
  return {.name = "sync",
          .help = "Make a device look now",
          .page =
              "The device checks everything at once. It changes nothing that git says, ends no hold, and retries\n"
              "nothing that was given up.\n\n"
              "  flyball sync kiosk-0042 --wait\n",
          .arguments = {{Argument::Kind::required, "NAME", "", "A device"},
                        {Argument::Kind::flag, "wait", "", "Wait for its next report, as long as --timeout"},
                        {Argument::Kind::option, "reason", "TEXT", "Why; goes into the audit log"}},
          .formats = {Format::json, Format::yaml},
          .run = sync};
}

}  // namespace flyball::cli
