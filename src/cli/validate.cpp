#include "cli/checkout.hpp"
#include "cli/render.hpp"
#include "cli/verbs.hpp"
#include "compile/compile.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

Json place_json(const Place& at) {
  Json out;
  out["file"] = at.file;
  out["line"] = std::int64_t{at.line};
  out["column"] = std::int64_t{at.column};
  out["length"] = std::int64_t{at.length};
  return out;
}

Json to_json(const Diagnostic& diagnostic) {
  Json out;
  out["severity"] = diagnostic.severity == Severity::error ? "error" : "warning";
  out["code"] = diagnostic.code;
  out["at"] = place_json(diagnostic.at);
  out["message"] = diagnostic.message;
  if (!diagnostic.help.empty()) out["help"] = diagnostic.help;
  Json::Array notes;
  for (const auto& note : diagnostic.notes)
    notes.emplace_back(Json::Object{{"at", place_json(note.at)}, {"message", note.message}});
  if (!notes.empty()) out["notes"] = std::move(notes);
  return out;
}

// A line that GitHub's runner turns into a mark beside the changed line.
std::string annotation(const Diagnostic& diagnostic) {
  std::string message = text(diagnostic.code, ": ", diagnostic.message);
  if (!diagnostic.help.empty()) message += text("; ", diagnostic.help);
  std::string escaped;
  for (const char c : message) escaped += c == '%' ? "%25" : c == '\n' ? "%0A" : c == '\r' ? "%0D" : std::string(1, c);
  return text("::", diagnostic.severity == Severity::error ? "error" : "warning", " file=", diagnostic.at.file,
              ",line=", std::max(diagnostic.at.line, 1U), ",col=", std::max(diagnostic.at.column, 1U), "::", escaped,
              '\n');
}

Result<ExitCode> validate(const Context& context) {
  const auto annotations = context.arguments.value("annotations");
  if (!annotations.empty() && annotations != "github")
    return fail(Errc::invalid, "--annotations knows `github` alone, not `", annotations, "`");
  const auto checkout = TRY(find_checkout(context));
  const auto snapshot = TRY(snapshot_at(context, checkout, context.arguments.value("at"))).snapshot;
  const auto compiled = compile::compile(snapshot);
  const auto errors =
      static_cast<std::uint64_t>(std::ranges::count(compiled.diagnostics, Severity::error, &Diagnostic::severity));
  const auto warnings = compiled.diagnostics.size() - errors;
  const auto devices = compiled.fleet ? compiled.fleet->devices.size() : 0;

  Json data;
  data["kind"] = "flyball-validation@v1";
  data["ok"] = errors == 0;
  data["files"] = std::uint64_t{compiled.files};
  data["devices"] = std::uint64_t{devices};
  Json::Array list;
  for (const auto& diagnostic : compiled.diagnostics) list.push_back(to_json(diagnostic));
  data["diagnostics"] = std::move(list);
  if (!context.print_data(data)) {
    context.print(text(errors == 0 ? "ok" : "failed", "  ", counted(compiled.files, "file"), ", ",
                       compiled.fleet ? text(counted(devices, "device"), ", ") : std::string(),
                       counted(errors, "error"), ", ", counted(warnings, "warning"), '\n'));
    show_diagnostics(context, compiled, snapshot);
    if (annotations == "github") {
      for (const auto& diagnostic : compiled.diagnostics) context.print(annotation(diagnostic));
    }
  }
  return errors == 0 ? ExitCode::done : ExitCode::invalid_configuration;
}

}  // namespace

Verb validate_verb() {
  return {
      .name = "validate",
      .help = "Check the repository: every mistake in one run",
      .page =
          "Reads the checkout as it is now, commits not needed. Mistakes go to standard error with their place\n"
          "and cure; `flyball explain E0101` tells about a code.\n\n"
          "  flyball validate\n  flyball validate -o json\n  flyball validate --at HEAD~1\n",
      .arguments = {{Argument::Kind::option, "at", "REV", "Check that revision instead of the working tree"},
                    {Argument::Kind::option, "annotations", "FORGE", "Also print marks for a forge's page: github"}},
      .formats = {Format::json, Format::yaml},
      .run = validate};
}

}  // namespace flyball::cli
