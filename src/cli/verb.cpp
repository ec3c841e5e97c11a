#include "cli/verb.hpp"

#include "cli/yaml_writer.hpp"

#include <charconv>

namespace flyball::cli {

std::optional<std::string> World::variable(const std::string& name) const {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

std::string Arguments::value(std::string_view name, std::string_view otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string(otherwise) : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<std::int64_t> Arguments::number(std::string_view name, std::int64_t otherwise) const {
  if (!has(name)) return otherwise;
  const auto written = value(name);
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), out);
  if (error != std::errc() || end != written.data() + written.size())
    return fail(Errc::invalid, "--", name, ": `", written, "` is no number");
  return out;
}

void Context::say(std::string_view line) const {
  if (options.loudness != Loudness::quiet) world.err(text(line, '\n'));
}

void Context::tell(std::string_view line) const {
  if (options.loudness == Loudness::verbose) world.err(text(line, '\n'));
}

bool Context::print_data(const Json& data) const {
  if (options.format == Format::json) print(text(data.pretty(), '\n'));
  if (options.format == Format::yaml) print(to_yaml(data));
  return options.format == Format::json || options.format == Format::yaml;
}

bool Context::confirm(std::string_view question) const {
  if (!options.ask) return false;
  world.err(text(question, " [yes/no] "));
  return world.ask() == "yes";
}

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
      return ExitCode::usage;
    case Errc::denied:
      return ExitCode::not_allowed;
    case Errc::unavailable:
      return ExitCode::unavailable;
    case Errc::timeout:
      return ExitCode::timed_out;
    default:
      return ExitCode::failed;
  }
}

int run(const std::vector<std::string>& arguments, World& world) {
  auto read = read_command_line(arguments, world);
  if (const auto* code = std::get_if<ExitCode>(&read)) return static_cast<int>(*code);
  auto& invocation = std::get<Invocation>(read);
  const Context context{world, std::move(invocation.options), std::move(invocation.arguments)};
  const auto done = invocation.verb->run(context);
  if (done) return static_cast<int>(*done);
  world.err(text("flyball ", invocation.verb->name, ": ", done.error().message, '\n'));
  return static_cast<int>(exit_code_of(done.error()));
}

}  // namespace flyball::cli
