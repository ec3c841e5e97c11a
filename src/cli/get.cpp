#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

using Row = std::vector<std::string>;

Result<std::size_t> limit_of(const Context& context) {
  const auto limit = TRY(context.arguments.number("limit", 100'000));
  if (limit < 1) return fail(Errc::invalid, "--limit: at least 1");
  return static_cast<std::size_t>(limit);
}

// Lists as they came, by name, or as a table that fits the terminal.
void print_list(const Context& context, const std::vector<Json>& items, std::string_view name_field,
                const std::function<Row(const Json&)>& row_of) {
  Json data;
  data["items"] = Json::Array(items.begin(), items.end());
  data["total"] = std::uint64_t{items.size()};
  if (context.print_data(data)) return;
  if (context.options.format == Format::name) {
    for (const auto& item : items) {
      const auto* name = item.find(name_field);
      context.print(text(name != nullptr ? value_text(*name) : "?", '\n'));
    }
    return;
  }
  std::vector<Row> rows;
  for (const auto& item : items) rows.push_back(row_of(item));
  context.print(table(rows, context.world.out_is_terminal ? context.world.width : 0));
}

// `all=site=berlin` → the parameter `all` with `site=berlin`.
Result<os::net::Query> filters_of(const Context& context) {
  os::net::Query out;
  for (const auto& match : context.arguments.values("match")) {
    const auto at = match.find('=');
    const auto word = match.substr(0, at);
    if (at == std::string::npos || (word != "all" && word != "any" && word != "none"))
      return fail(Errc::invalid, "--match: `", match, "` is not all=, any= or none= and a label: all=site=berlin");
    out.emplace(word, match.substr(at + 1));
  }
  for (const auto* name : {"group", "state", "q"}) {
    if (context.arguments.has(name)) out.emplace(name, context.arguments.value(name));
  }
  return out;
}

Result<ExitCode> get_devices(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto items = TRY(remote.all(api("devices"), TRY(filters_of(context)), TRY(limit_of(context))));
  print_list(context, items, "device", [](const Json& device) {
    const auto message = field(device, "message");
    return Row{field(device, "device"), field(device, "state"), field(device, "group"),
               message.empty() ? field(device, "freshness") : message};
  });
  if (items.empty()) context.say("no devices");
  return ExitCode::done;
}

Result<ExitCode> get_releases(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto items = TRY(remote.all(api("releases"), {}, TRY(limit_of(context))));
  print_list(context, items, "sequence", [](const Json& release) {
    return Row{text(maybe_integer(release, "sequence").value_or(0)),
               short_revision(field(release, "revision")),
               field(release, "state"),
               field(release, "time"),
               person_name(field(release, "author")),
               field(release, "subject")};
  });
  if (items.empty()) context.say("no releases");
  return ExitCode::done;
}

}  // namespace

Verb get_devices_verb() {
  return {.name = "get devices",
          .help = "Devices, by label, group or state",
          .page =
              "  flyball get devices --state Failed\n  flyball get devices --match all=site=gate-b --group kiosks\n"
              "  flyball get devices -o name\n",
          .arguments = {{Argument::Kind::repeated, "match", "all=LABEL=VALUE",
                         "Only devices with that label; may be repeated"},
                        {Argument::Kind::option, "group", "GROUP", "Only that group and those below it"},
                        {Argument::Kind::option, "state", "STATE", "Only that state: Failed, Drifted, Ready, …"},
                        {Argument::Kind::option, "q", "TEXT", "Only names that hold this"},
                        {Argument::Kind::option, "limit", "N", "At most so many"}},
          .formats = {Format::json, Format::yaml, Format::name},
          .run = get_devices};
}

Verb get_releases_verb() {
  return {.name = "get releases",
          .help = "Releases, newest first",
          .page = "  flyball get releases --limit 10\n",
          .arguments = {{Argument::Kind::option, "limit", "N", "At most so many"}},
          .formats = {Format::json, Format::yaml, Format::name},
          .run = get_releases};
}

}  // namespace flyball::cli
