#include "agent/real/people.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>

// flyball-agent: the verbs of one screen; everything else is in src/agent.
namespace {

using flyball::Errc;
using flyball::Json;
using flyball::Result;
using flyball::text;

constexpr int exit_failed = 1;
constexpr int exit_different = 2;
constexpr int exit_usage = 64;

int exit_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 65;
    case Errc::unavailable:
      return 69;
    case Errc::timeout:
      return 75;
    case Errc::denied:
      return 77;
    default:
      return exit_failed;
  }
}

int fail_with(const flyball::Error& error) {
  std::fputs(text("flyball-agent: ", error.message, "\n").c_str(), stderr);
  return exit_of(error.code);
}

void print(const std::string& line) { std::fputs(line.c_str(), stdout); }

// `<5>line`: journald reads the priority and takes it off (sd-daemon(3)); a terminal gets the line alone.
void log_line(int priority, const std::string& line) {
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  std::fputs((journal ? text('<', priority, '>', line, "\n") : line + "\n").c_str(), stderr);
}

Result<std::string> read_token(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream in(file);
  if (!in) return flyball::fail(Errc::invalid, "cannot read the token file ", file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string who() {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return "root";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("flyball-agent: keeps this device in the state that git declares", "flyball-agent");
  app.set_version_flag("--version", text("flyball-agent ", FLYBALL_VERSION));
  flyball::agent::Home home;
  app.add_option("--state", home.state, "state directory, as the device sees it")->capture_default_str();
  app.add_option("--root", home.root, "a folder that stands for a device")->capture_default_str();
  std::string output = "text";
  app.add_option("-o,--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done; 1 failed; 2 there is a difference (plan --detailed-exitcode); 64 usage;\n65 invalid; 69 "
      "unavailable; 75 timed out; 77 not allowed.");

  auto* run = app.add_subcommand("run", "run the agent until it is told to end")->fallthrough();
  auto* enroll = app.add_subcommand("enroll", "become a device of a fleet")->fallthrough();
  std::string server;
  std::string token_file;
  enroll->add_option("server", server, "https://host:port of its agents' listener")->required();
  enroll
      ->add_option("--token-file", token_file,
                   "file with a token of `flyball device token NAME`; - reads standard input")
      ->required();
  auto* status = app.add_subcommand("status", "state, release, what is not Ready and why")->fallthrough();
  auto* plan = app.add_subcommand("plan", "what would change now; changes nothing")->fallthrough();
  bool detailed = false;
  plan->add_flag("--detailed-exitcode", detailed, "2 when something would change");
  auto* sync = app.add_subcommand("sync", "look at everything and ask the server now")->fallthrough();
  auto* hold = app.add_subcommand("hold", "stop correcting for a while")->fallthrough();
  std::string length;
  std::string reason;
  bool end = false;
  hold->add_option("--for", length, "how long: 30m, 2h; at most 24h");
  hold->add_option("--reason", reason, "why; told to the server");
  hold->add_flag("--end", end, "end the hold that is in force");
  auto* doctor = app.add_subcommand("doctor", "agent, disk, certificate, server")->fallthrough();
  auto* leave = app.add_subcommand("leave", "stop being a device of the fleet")->fallthrough();
  bool restore = false;
  bool keep = false;
  auto* restore_flag = leave->add_flag("--restore", restore, "put back what was there before");
  leave->add_flag("--keep", keep, "keep all as it is")->excludes(restore_flag);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (home.root != "/") home.root = std::filesystem::absolute(home.root).lexically_normal().string();
  while (home.root.size() > 1 && home.root.ends_with('/')) home.root.pop_back();
  const bool json = output == "json";

  const auto ask = [&](Json request) -> int {
    const auto answer = flyball::agent::ask(home, request);
    if (!answer) return fail_with(answer.error());
    if (json) print(answer->pretty() + "\n");
    return 0;
  };
  const auto verb = [](std::string_view name) {
    Json out;
    out["verb"] = name;
    return out;
  };

  if (*run) {
    const auto done = flyball::agent::run_agent(home, FLYBALL_VERSION, log_line);
    return done ? 0 : fail_with(done.error());
  }
  if (*enroll) {
    const auto token = read_token(token_file);
    const auto device =
        token ? flyball::agent::enroll(home, server, *token, FLYBALL_VERSION) : std::unexpected(token.error());
    if (!device) return fail_with(device.error());
    print(text("enrolled as ", *device, "\n"));
    std::fputs("next: `flyball-agent plan` shows what would change; the agent that runs makes it so\n", stderr);
    return 0;
  }
  if (*status) {
    const auto answer = flyball::agent::ask(home, verb("status"));
    if (!answer) return fail_with(answer.error());
    print(json ? answer->pretty() + "\n" : flyball::agent::status_text(*answer));
    return 0;
  }
  if (*plan) {
    const auto made = flyball::agent::preview(home);
    if (!made) return fail_with(made.error());
    print(json ? flyball::agent::plan_json(*made).pretty() + "\n" : flyball::agent::plan_text(*made));
    return detailed && !made->steps.empty() ? exit_different : 0;
  }
  if (*sync) return ask(verb("sync"));
  if (*hold) {
    if (end) return ask(verb("end_hold"));
    const auto duration = flyball::parse_duration(length);
    if (!duration || reason.empty()) {
      std::fputs("flyball-agent: hold needs --for (30m, 2h) and --reason, or --end\n", stderr);
      return exit_usage;
    }
    auto request = verb("hold");
    request["seconds"] = std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
    request["reason"] = reason;
    request["by"] = who();
    return ask(std::move(request));
  }
  if (*doctor) {
    const auto findings = flyball::agent::examine(home);
    print(flyball::agent::findings_text(findings));
    for (const auto& finding : findings) {
      if (!finding.good) return exit_failed;
    }
    return 0;
  }
  if (*leave) {
    if (restore == keep) {
      std::fputs("flyball-agent: say --restore to put back what was there before, or --keep\n", stderr);
      return exit_usage;
    }
    const auto told =
        flyball::agent::leave(home, restore ? flyball::agent::Leaving::restore : flyball::agent::Leaving::keep);
    if (!told) return fail_with(told.error());
    for (const auto& line : *told) print(line + "\n");
    print(text(restore ? "put back; " : "kept; ", "this device is in no fleet any more\n"));
    return 0;
  }
  return exit_usage;
}
