#include "cli/remote.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

Result<ExitCode> approve(const Context& context) {
  const auto reason = context.arguments.value("reason");
  if (reason.empty()) return fail(Errc::invalid, "--reason WHY: an approval is recorded with its reason");
  Json body;
  body["kind"] = "approve";
  body["reason"] = reason;
  auto remote = TRY(Remote::connect(context));
  const auto sequence = context.arguments.value("SEQUENCE");
  const auto answer = TRY(remote.post(api("releases", sequence, "/statements"), body));
  if (context.print_data(answer)) return ExitCode::done;
  const auto number = maybe_integer(answer, "sequence");
  const bool anew = number && text(*number) != sequence;
  context.print(text("approved ", sequence, anew ? text(", in force as ", *number) : std::string(),
                     "; next: flyball status --watch\n"));
  return ExitCode::done;
}

}  // namespace

Verb release_approve_verb() {
  return {
      .name = "release approve",
      .help = "Let a held release pass its guards",
      .page =
          "For a release that a guard holds: `flyball status` shows it, and why. The approval is recorded under your\n"
          "name with its reason.\n\n"
          "  flyball release approve 416 --reason \"OPS-1190: telnetd goes everywhere\"\n",
      .arguments = {{Argument::Kind::required, "SEQUENCE", "", "The release's number"},
                    {Argument::Kind::option, "reason", "WHY", "Required"}},
      .formats = {Format::json, Format::yaml},
      .run = approve};
}

}  // namespace flyball::cli
