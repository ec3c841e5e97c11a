#include "base/text.hpp"
#include "os/real/real_files.hpp"
#include "os/real/real_processes.hpp"
#include "server/compile_worker.hpp"
#include "server/config.hpp"
#include "server/daemon.hpp"
#include "server/hosting.hpp"
#include "server/worker_compiler.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>

#include <CLI/CLI.hpp>
#include <unistd.h>

// flyball-server: the options and verbs of one screen; everything else is in src/server.
namespace {

using flyball::Errc;
using flyball::Result;

constexpr int exit_failed = 1;
constexpr int exit_usage = 64;
constexpr int exit_invalid = 65;
constexpr int exit_unavailable = 69;
constexpr int exit_denied = 77;

int exit_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return exit_invalid;
    case Errc::unavailable:
      return exit_unavailable;
    case Errc::denied:
      return exit_denied;
    default:
      return exit_failed;
  }
}

int finish(const Result<>& done) {
  if (done) return 0;
  std::fputs(flyball::text("flyball-server: ", done.error().message, "\n").c_str(), stderr);
  return exit_of(done.error().code);
}

// `<5>line`: journald reads the priority and takes it off (sd-daemon(3)); a terminal gets the line alone.
void log_line(int priority, const std::string& line) {
  static const bool terminal = std::getenv("JOURNAL_STREAM") == nullptr;
  std::fputs((terminal ? line + "\n" : flyball::text('<', priority, '>', line, "\n")).c_str(), stderr);
}

// The configuration file, when there is one, and what the command line says over it.
std::optional<int> read_config_file(const std::string& path, bool asked_for, flyball::server::Config& config) {
  auto files = flyball::os::real::RealFiles::open("/");
  if (!files) return finish(std::unexpected(files.error()));
  const auto absolute = std::filesystem::absolute(path).lexically_normal().string();
  const auto bytes = files->read(absolute, 1U << 20U);
  if (!bytes) return finish(std::unexpected(bytes.error()));
  if (!*bytes) {
    if (!asked_for) return std::nullopt;
    return finish(flyball::fail(Errc::invalid, "there is no configuration file ", absolute));
  }
  std::vector<flyball::Diagnostic> diagnostics;
  flyball::server::read_config(**bytes, path, config, diagnostics);
  for (const auto& diagnostic : diagnostics) {
    std::fputs(
        flyball::render(diagnostic, [&](const std::string&,
                                        std::uint32_t line) { return flyball::server::config_line(**bytes, line); })
            .c_str(),
        stderr);
  }
  return diagnostics.empty() ? std::nullopt : std::optional(exit_invalid);
}

std::string program_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("flyball-server: compiles the repository and tells devices what they are to be", "flyball-server");
  app.set_version_flag("--version", flyball::text("flyball-server ", FLYBALL_VERSION));
  flyball::server::Config config;
  std::string file = "/etc/flyball/server.yaml";
  auto* file_option = app.add_option("--config", file, "configuration file")->capture_default_str();
  std::string state;
  app.add_option("--state", state, "state directory (over the configuration file)");
  std::string branch;
  app.add_option("--branch", branch, "branch to follow (over the configuration file)");
  int agents_port = -1;
  app.add_option("--agents-port", agents_port, "port for agents; 0: any free one")->check(CLI::Range(0, 65535));
  int people_port = -1;
  app.add_option("--people-port", people_port, "port for people; 0: any free one")->check(CLI::Range(0, 65535));
  std::string address;
  app.add_option("--address", address, "address of both listeners");
  std::vector<std::string> names;
  app.add_option("--name", names, "DNS name or address that certificates are made for; may be given often");

  std::string hook;
  auto* hook_command =
      app.add_subcommand("hook", "what git calls where people push: pre-receive, post-receive")->fallthrough();
  hook_command->add_option("name", hook)->required()->check(CLI::IsMember({"pre-receive", "post-receive"}));
  std::string folder;
  auto* backup_command =
      app.add_subcommand("backup", "copy store, keys and repository into a new folder")->fallthrough();
  backup_command->add_option("folder", folder, "a folder that does not exist yet")->required();
  auto* restore_command = app.add_subcommand("restore", "put a backup into an empty state directory")->fallthrough();
  restore_command->add_option("folder", folder, "a backup")->required();
  // What this program starts itself as; nothing for people.
  const auto* worker_command = app.add_subcommand("compile-worker")->group("");
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (*worker_command) ::_exit(flyball::server::run_compile_worker());
  if (!*hook_command) {
    if (const auto failed = read_config_file(file, file_option->count() > 0, config)) return *failed;
  }
  if (!state.empty()) config.state = state;
  config.state = std::filesystem::absolute(config.state).lexically_normal().string();
  if (!branch.empty()) config.branch = branch;
  if (agents_port >= 0) config.agents.port = static_cast<std::uint16_t>(agents_port);
  if (people_port >= 0) config.people.port = static_cast<std::uint16_t>(people_port);
  if (!address.empty()) config.agents.address = config.people.address = address;
  if (!names.empty()) config.names = names;

  if (*backup_command) return finish(flyball::server::backup(config.state, folder));
  if (*restore_command) return finish(flyball::server::restore(folder, config.state));
  if (*hook_command) {
    const std::string input(std::istreambuf_iterator<char>(std::cin), {});
    std::string said;
    bool taken = true;
    if (hook == "pre-receive") {
      flyball::os::real::RealProcesses processes("/");
      flyball::server::WorkerCompiler worker({});
      taken = flyball::server::pre_receive(
          processes, [&](const flyball::Snapshot& snapshot) { return worker.compile(snapshot); },
          flyball::server::repository_path(config.state), config.branch, input, said);
    } else {
      flyball::server::post_receive(config.state, config.branch, input, said);
    }
    std::fputs(said.c_str(), stderr);
    return taken ? 0 : exit_failed;
  }
  return finish(flyball::server::run_server(config, program_path(), FLYBALL_VERSION, log_line));
}
