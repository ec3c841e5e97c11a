#include "cli/verb.hpp"
#include "compile/did_you_mean.hpp"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

// The one file that knows the library for command lines.
namespace flyball::cli {
namespace {

struct Given {
  std::string directory;
  std::string server;
  std::string format = "text";
  std::string colour = "auto";
  std::string timeout = "30s";
  bool quiet = false;
  bool verbose = false;
  bool no_input = false;
};

constexpr std::pair<std::string_view, Format> formats[] = {{"text", Format::text},
                                                           {"json", Format::json},
                                                           {"yaml", Format::yaml},
                                                           {"name", Format::name},
                                                           {"markdown", Format::markdown}};

std::string_view name_of(Format format) {
  return std::ranges::find(formats, format, &std::pair<std::string_view, Format>::second)->first;
}

// A verb with its arguments as the library sees them, and where it puts what was given.
struct Parsed {
  const Verb* verb = nullptr;
  CLI::App* app = nullptr;
  std::vector<std::pair<const Argument*, CLI::Option*>> options;
};

void add_argument(Parsed& parsed, const Argument& argument) {
  using Kind = Argument::Kind;
  const bool positional = argument.kind == Kind::required || argument.kind == Kind::optional;
  const std::string name = positional ? std::string(argument.name) : text("--", argument.name);
  const std::string help(argument.help);
  CLI::Option* option = nullptr;
  if (argument.kind == Kind::flag) {
    option = parsed.app->add_flag(name, help);
  } else {
    option = parsed.app->add_option(name, help);
    option->required(argument.kind == Kind::required);
    option->expected(1);
    if (argument.kind == Kind::repeated)
      option->expected(1, 1000)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!positional) option->type_name(std::string(argument.value));
    if (positional) option->type_name("");
  }
  parsed.options.emplace_back(&argument, option);
}

CLI::App* subcommand(CLI::App& above, std::string_view name, std::string_view help) {
  for (auto* app : above.get_subcommands([](const CLI::App*) { return true; })) {
    if (app->get_name() == name) return app;
  }
  auto* app = above.add_subcommand(std::string(name), std::string(help));
  app->fallthrough();
  return app;
}

constexpr std::pair<std::string_view, std::string_view> families[] = {
    {"device", "One device: its token for enrolling, its state"},
    {"get", "Lists: devices, releases"},
    {"release", "Act on a release"},
    {"audit", "The audit log"},
    {"token", "API tokens of people and programs"},
};

Parsed add_verb(CLI::App& root, const Verb& verb) {
  Parsed out{.verb = &verb};
  const auto space = verb.name.find(' ');
  if (space == std::string_view::npos) {
    out.app = subcommand(root, verb.name, verb.help);
  } else {
    const auto family = verb.name.substr(0, space);
    const auto found = std::ranges::find(families, family, &std::pair<std::string_view, std::string_view>::first);
    auto* above = subcommand(root, family, found != std::end(families) ? found->second : std::string_view());
    above->require_subcommand(1);
    out.app = subcommand(*above, verb.name.substr(space + 1), verb.help);
  }
  out.app->footer(text("\n", verb.page));
  for (const auto& argument : verb.arguments) add_argument(out, argument);
  return out;
}

void add_globals(CLI::App& app, Given& given) {
  app.add_option("-C", given.directory, "Work on the checkout in this folder")->type_name("DIR");
  app.add_option("-s,--server", given.server, "Which server (else FLYBALL_SERVER, or the last login)")
      ->type_name("URL");
  app.add_option("-o,--output", given.format, "text, json, yaml or name (plan: also markdown)")->type_name("FORMAT");
  app.add_option("--color", given.colour, "auto, always or never")->type_name("WHEN");
  app.add_option("--timeout", given.timeout, "How long to wait for a server: 30s, 5m")->type_name("DURATION");
  app.add_flag("-q,--quiet", given.quiet, "Only data and errors");
  app.add_flag("-v,--verbose", given.verbose, "Tell more");
  app.add_flag("--no-input", given.no_input, "Never ask anything");
}

Result<bool> colour_of(const Given& given, const World& world) {
  if (given.colour == "always") return true;
  if (given.colour == "never") return false;
  if (given.colour != "auto") return fail(Errc::invalid, "--color is auto, always or never, not `", given.colour, "`");
  return world.out_is_terminal && !world.environment.contains("NO_COLOR") && world.variable("TERM") != "dumb";
}

Result<Format> format_of(const Given& given, const Verb& verb) {
  const auto found = std::ranges::find(formats, given.format, &std::pair<std::string_view, Format>::first);
  const bool known = found != std::end(formats);
  if (known && (found->second == Format::text || std::ranges::find(verb.formats, found->second) != verb.formats.end()))
    return found->second;
  std::string choices = "text";
  for (const auto format : verb.formats) choices += text(", ", name_of(format));
  return fail(Errc::invalid, "`flyball ", verb.name, "` has no output `", given.format, "`: ", choices);
}

std::string absolute(const std::string& directory, const World& world) {
  if (directory.empty()) return world.directory;
  return directory.front() == '/' ? directory : text(world.directory, '/', directory);
}

Result<Options> options_of(const Given& given, const Verb& verb, const World& world) {
  const auto timeout = parse_duration(given.timeout);
  if (!timeout) return fail(Errc::invalid, "--timeout: `", given.timeout, "` is no duration such as 30s");
  return Options{.directory = absolute(given.directory, world),
                 .server = given.server,
                 .format = TRY(format_of(given, verb)),
                 .loudness = given.quiet     ? Loudness::quiet
                             : given.verbose ? Loudness::verbose
                                             : Loudness::normal,
                 .ask = !given.no_input && world.in_is_terminal && world.err_is_terminal,
                 .colour = TRY(colour_of(given, world)),
                 .timeout = *timeout};
}

Arguments arguments_of(const Parsed& parsed) {
  Arguments out;
  for (const auto& [argument, option] : parsed.options) {
    if (option->count() == 0) continue;
    out.put(argument->name, argument->kind == Argument::Kind::flag ? std::vector<std::string>{} : option->results());
  }
  return out;
}

ExitCode usage(World& world, std::string_view message, std::string_view where) {
  world.err(text("flyball: ", message, "\nrun `flyball", where.empty() ? "" : " ", where, " --help`\n"));
  return ExitCode::usage;
}

// The library's words for a verb it does not know are no help.
std::string explain(const CLI::ParseError& error, const CLI::App& app, const std::vector<std::string>& arguments) {
  if (!app.get_subcommands().empty() || arguments.empty()) return error.what();
  std::vector<std::string_view> known;
  for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; })) known.push_back(verb->get_name());
  for (const auto& word : app.remaining()) {
    if (word.starts_with('-')) continue;
    const auto hint = compile::did_you_mean(word, known);
    return text("there is no verb `", word, "`", hint.empty() ? "" : "; ", hint);
  }
  return error.what();
}

std::string verb_given(const CLI::App& app) {
  std::string out;
  for (const auto* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    out += text(out.empty() ? "" : " ", at->get_name());
  }
  return out;
}

constexpr std::string_view about =
    "Keeps every device in the state that your git repository declares, and can tell you why.\n"
    "init, validate, plan, explain, show and schema work on a checkout alone; the others ask a server.\n";
constexpr std::string_view closing =
    "\nExit codes: 0 done; 1 failed; 2 there is a difference (with --detailed-exitcode); 64 usage;\n"
    "65 invalid configuration; 69 server unavailable; 75 timed out; 77 not allowed.\n"
    "Data goes to standard output, everything else to standard error.\n"
    "Environment: FLYBALL_SERVER, FLYBALL_TOKEN_FILE, FLYBALL_CA_FILE, NO_COLOR.\n";

}  // namespace

std::variant<Invocation, ExitCode> read_command_line(const std::vector<std::string>& arguments, World& world) {
  CLI::App app(std::string(about), "flyball");
  app.footer(std::string(closing));
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", text("flyball ", world.version));
  Given given;
  add_globals(app, given);
  std::vector<Parsed> all;
  all.reserve(verbs().size());
  for (const auto& verb : verbs()) all.push_back(add_verb(app, verb));
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    world.out(app.help());
    return ExitCode::done;
  } catch (const CLI::CallForVersion&) {
    world.out(text("flyball ", world.version, '\n'));
    return ExitCode::done;
  } catch (const CLI::ParseError& error) {
    return usage(world, explain(error, app, arguments), verb_given(app));
  }
  const auto chosen = std::ranges::find_if(all, [](const Parsed& parsed) { return parsed.app->parsed(); });
  if (chosen == all.end()) {
    world.err(app.help());
    return ExitCode::usage;
  }
  auto options = options_of(given, *chosen->verb, world);
  if (!options) return usage(world, options.error().message, chosen->verb->name);
  return Invocation{.verb = chosen->verb, .options = std::move(*options), .arguments = arguments_of(*chosen)};
}

}  // namespace flyball::cli
