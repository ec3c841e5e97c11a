#include "base/bytes.hpp"
#include "cli/local_files.hpp"
#include "cli/render.hpp"
#include "cli/schema_files.hpp"
#include "cli/starter.hpp"
#include "cli/verbs.hpp"
#include "compile/compile.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

// A fleet's name out of its folder's: small letters, digits and dashes.
std::string name_of(const std::string& directory) {
  std::string out;
  for (const char c : directory.substr(directory.rfind('/') + 1)) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool fits = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (fits) out += small;
    if (!fits && !out.empty() && out.back() != '-') out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  const bool begins_well = !out.empty() && out.front() >= 'a' && out.front() <= 'z';
  return begins_well ? out.substr(0, 40) : "fleet";
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

std::string schema_path(std::string_view kind) { return text(".flyball/schema/", kind, ".json"); }

// The settings of the YAML extension of VS Code: which schema is for which files.
std::string editor_settings() {
  Json schemas{Json::Object{}};
  for (const auto& known : schema_kinds) schemas[text("./", schema_path(known.kind))] = known.files;
  Json out;
  out["yaml.schemas"] = std::move(schemas);
  return text(out.pretty(), '\n');
}

Result<std::map<std::string, std::string>> files_to_write(const Context& context, const std::string& name) {
  const auto example = context.arguments.value("example", starters().front().name);
  const auto found = std::ranges::find(starters(), example, &Starter::name);
  if (found == starters().end()) {
    std::string known;
    for (const auto& starter : starters()) known += text(known.empty() ? "" : ", ", starter.name);
    return fail(Errc::invalid, "there is no example `", example, "`: ", known);
  }
  const auto id = text(name, '-', hex(context.world.random.bytes(4)));
  std::map<std::string, std::string> out;
  for (const auto& [path, bytes] : found->files) out[path] = replaced(replaced(bytes, "@ID@", id), "@NAME@", name);
  out[".vscode/settings.json"] = editor_settings();
  for (const auto& known : schema_kinds)
    out[schema_path(known.kind)] = text(compile::json_schema(known.kind).pretty(), '\n');
  return out;
}

Result<ExitCode> init(const Context& context) {
  const auto root = TRY(real_directory(context.options.directory));
  const auto name = context.arguments.value("name", name_of(root));
  if (name_of("/" + name) != name)
    return fail(Errc::invalid, "--name: `", name, "` is not of small letters, digits and dashes");
  const auto files = TRY(files_to_write(context, name));
  std::string there;
  for (const auto& [path, bytes] : files) {
    if (exists(text(root, '/', path))) there += text(there.empty() ? "" : ", ", path);
  }
  if (!there.empty()) return fail(Errc::conflict, "nothing is overwritten, and this is there already: ", there);
  for (const auto& [path, bytes] : files) TRY(write_new_file(text(root, '/', path), bytes));
  Json data;
  data["name"] = name;
  Json::Array paths;
  for (const auto& [path, bytes] : files) paths.emplace_back(path);
  data["files"] = std::move(paths);
  if (context.print_data(data)) return ExitCode::done;
  context.print(text("created ", counted(files.size(), "file"), "; next: flyball validate\n"));
  for (const auto& [path, bytes] : files) context.tell(text("  ", path));
  return ExitCode::done;
}

}  // namespace

Verb init_verb() {
  return {.name = "init",
          .help = "Begin a repository: small, valid and documented",
          .page =
              "Writes into the current folder (or -C) and overwrites nothing. The fleet gets an id of its own, and\n"
              "editors get schemas for completion. Examples: minimal (the default), kiosk.\n\n"
              "  git init acme && cd acme && flyball init --example kiosk\n",
          .arguments = {{Argument::Kind::option, "example", "NAME", "Which example to begin with"},
                        {Argument::Kind::option, "name", "NAME", "The fleet's name; else that of the folder"}},
          .formats = {Format::json, Format::yaml},
          .run = init};
}

}  // namespace flyball::cli
