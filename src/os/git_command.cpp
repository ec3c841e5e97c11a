#include "os/git_command.hpp"

namespace flyball::os {
namespace {

constexpr RunLimits limits{.timeout = std::chrono::minutes(2), .max_output = std::uint64_t{1} << 30U};

std::string_view last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto at = text.rfind('\n');
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

CommandLine command_line(const Path& directory, const std::vector<std::string>& arguments, const Bytes& input,
                         const std::map<std::string, std::string>& environment) {
  CommandLine out{.argv = {"git", "-C", directory}, .environment = environment, .input = input};
  // A repository's own configuration may name programs to run; these settings win over it.
  for (const auto* setting :
       {"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "protocol.allow=never",
        "protocol.https.allow=always", "protocol.ssh.allow=always", "protocol.file.allow=always"}) {
    out.argv.emplace_back("-c");
    out.argv.emplace_back(setting);
  }
  out.argv.insert(out.argv.end(), arguments.begin(), arguments.end());
  out.environment.try_emplace("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
  out.environment["GIT_CONFIG_NOSYSTEM"] = "1";
  out.environment["GIT_ATTR_NOSYSTEM"] = "1";
  out.environment["GIT_TERMINAL_PROMPT"] = "0";
  out.environment["GIT_OPTIONAL_LOCKS"] = "0";
  return out;
}

}  // namespace

Result<Bytes> run_git(Processes& processes, const Path& directory, const std::vector<std::string>& arguments,
                      const Bytes& input, const std::map<std::string, std::string>& environment) {
  auto exit = TRY(processes.run(command_line(directory, arguments, input, environment), limits), "git");
  const auto verb = arguments.empty() ? std::string() : arguments.front();
  if (exit.timed_out) return fail(Errc::timeout, "git ", verb, " ", describe(exit, limits));
  if (exit.errors.contains("dubious ownership"))
    return fail(Errc::denied, "git does not trust the owner of ", directory,
                ": if you do, run `git config --global --add safe.directory ", directory, "`");
  if (!exit.ok()) {
    const auto said = last_line(exit.errors);
    return fail(Errc::unavailable, "git ", verb, ": ", said.empty() ? describe(exit, limits) : std::string(said));
  }
  if (exit.output.size() >= limits.max_output)
    return fail(Errc::corrupt, "git ", verb, " gave more than ", limits.max_output, " bytes");
  return std::move(exit.output);
}

}  // namespace flyball::os
