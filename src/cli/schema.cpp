#include "cli/schema_files.hpp"
#include "cli/verbs.hpp"
#include "compile/compile.hpp"
#include "compile/did_you_mean.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

Result<ExitCode> schema(const Context& context) {
  const auto kind = context.arguments.value("KIND");
  if (kind.empty()) {
    for (const auto& known : schema_kinds) context.print(text(known.kind, "  ", known.files, '\n'));
    return ExitCode::done;
  }
  const auto found = std::ranges::find(schema_kinds, kind, &SchemaKind::kind);
  if (found == std::end(schema_kinds)) {
    std::vector<std::string_view> names;
    for (const auto& known : schema_kinds) names.push_back(known.kind);
    const auto hint = compile::did_you_mean(kind, names);
    return fail(Errc::invalid, "there is no kind of file `", kind, "`", hint.empty() ? "" : "; ", hint);
  }
  const auto json = compile::json_schema(kind);
  if (!context.print_data(json)) context.print(text(json.pretty(), '\n'));
  return ExitCode::done;
}

Result<ExitCode> show_version(const Context& context) {
  Json data;
  data["version"] = context.world.version;
  data["compiler"] = compile::Fleet::compiler_version;
  if (!context.print_data(data)) context.print(text("flyball ", context.world.version, '\n'));
  return ExitCode::done;
}

}  // namespace

Verb schema_verb() {
  return {.name = "schema",
          .help = "The JSON Schema of a kind of file, for editors",
          .page =
              "Without KIND, lists the kinds. `flyball init` writes them all, with the mapping for editors.\n\n"
              "  flyball schema group > group.json\n",
          .arguments = {{Argument::Kind::optional, "KIND", "", "fleet, devices, group, profile or override"}},
          .formats = {Format::json, Format::yaml},
          .run = schema};
}

Verb version_verb() {
  return {
      .name = "version", .help = "Which version this is", .formats = {Format::json, Format::yaml}, .run = show_version};
}

}  // namespace flyball::cli
