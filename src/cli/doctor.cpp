#include "cli/checkout.hpp"
#include "cli/local_files.hpp"
#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"
#include "os/git_command.hpp"
#include "os/net/pki.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

enum class Verdict { ok, warn, fail };

struct Check {
  Verdict verdict;
  std::string what;
  std::string message;
};

std::string_view name(Verdict verdict) {
  return verdict == Verdict::ok ? "ok" : verdict == Verdict::warn ? "warn" : "fail";
}

void check_git(const Context& context, std::vector<Check>& out) {
  const auto version = os::run_git(context.world.processes, "/", {"--version"});
  if (!version) {
    out.push_back(
        {Verdict::fail, "git", text(version.error().message, "; plan, explain and show need it for revisions")});
    return;
  }
  out.push_back({Verdict::ok, "git", harmless(version->substr(0, version->find('\n')))});
}

void check_checkout(const Context& context, std::vector<Check>& out) {
  const auto checkout = find_checkout(context);
  if (!checkout) {
    out.push_back({Verdict::fail, "checkout", checkout.error().message});
  } else if (!exists(text(checkout->root, "/fleet.yaml"))) {
    out.push_back({Verdict::ok, "checkout", text("none at ", checkout->root, ": no fleet.yaml here or above")});
  } else {
    out.push_back({Verdict::ok, "checkout", text(checkout->root, checkout->git ? "" : ", not kept in git")});
  }
}

void check_logins(const Context& context, std::vector<Check>& out) {
  const auto path = logins_path(context.world);
  const auto logins = read_logins(context.world);
  if (!path || !logins) {
    out.push_back({Verdict::fail, "logins", path ? logins.error().message : path.error().message});
    return;
  }
  out.push_back({Verdict::ok, "logins",
                 logins->servers.empty() ? text(*path, " holds none")
                                         : text(*path, ": ", counted(logins->servers.size(), "server"))});
}

void check_certificate(const Context& context, const Remote& remote, std::vector<Check>& out) {
  for (const auto& pem : remote.presented()) {
    const auto info = os::net::certificate_info(pem);
    if (!info) continue;
    const auto left = info->not_after - context.world.clocks.wall();
    const bool soon = left < std::chrono::hours(24 * 14);
    out.push_back({soon ? Verdict::warn : Verdict::ok, info->authority ? "CA" : "certificate",
                   text(harmless(info->common_name), " until ", rfc3339(info->not_after), soon ? ": renew it" : "")});
  }
}

// Tokens, releases and reports carry times: clocks that differ by minutes make each look late or early.
void check_clock(const Context& context, const Json& system, std::vector<Check>& out) {
  const auto theirs = parse_rfc3339(field(system, "time"));
  if (!theirs) return;
  const auto ours = context.world.clocks.wall();
  const auto apart = ours > *theirs ? ours - *theirs : *theirs - ours;
  const bool much = apart > std::chrono::minutes(1);
  out.push_back({much ? Verdict::warn : Verdict::ok, "clock",
                 much ? text("this machine and the server are ", duration_text(apart), " apart: set one by NTP")
                      : std::string("agrees with the server's")});
}

void check_repository(const Json& repository, std::vector<Check>& out) {
  const auto* trouble = repository.find("trouble");
  if (trouble == nullptr || trouble->is_null()) {
    const auto fetched = field(repository, "fetched");
    out.push_back(
        {Verdict::ok, "repository", text(field(repository, "branch"), fetched.empty() ? "" : ", looked at ", fetched)});
    return;
  }
  const auto message = field(*trouble, "message");
  const bool owner = message.contains("safe.directory") || message.contains("dubious ownership");
  out.push_back({Verdict::fail, "repository",
                 text(field(*trouble, "what"), " since ", field(*trouble, "since"), ": ", message,
                      owner && !message.contains("safe.directory")
                          ? "; on the server, as its user: git config --global --add safe.directory <path>"
                          : "")});
}

void check_release(const Json& overview, std::vector<Check>& out) {
  const auto* held = overview.find("held");
  if (held == nullptr || held->is_null()) return;
  out.push_back({Verdict::warn, "release",
                 text(maybe_integer(*held, "sequence").value_or(0), " waits for an approval: flyball release approve ",
                      maybe_integer(*held, "sequence").value_or(0), " --reason WHY")});
}

void check_server(const Context& context, std::vector<Check>& out) {
  auto remote = Remote::connect(context);
  if (!remote) {
    out.push_back({Verdict::warn, "server", remote.error().message});
    return;
  }
  const auto system = remote->get(api("system"));
  if (!system) {
    out.push_back({Verdict::fail, "server", text(remote->url(), ": ", system.error().message)});
    return;
  }
  out.push_back({Verdict::ok, "server",
                 text(remote->url(), ", version ", field(*system, "version"), ", ",
                      maybe_integer(*system, "connections").value_or(0), " devices connected")});
  check_certificate(context, *remote, out);
  check_clock(context, *system, out);
  if (const auto audit = remote->get(api("me")))
    out.push_back({Verdict::ok, "token", text(field(*audit, "person"), " until ", field(*audit, "until"))});
  if (const auto repository = remote->get(api("repository"))) check_repository(*repository, out);
  if (const auto overview = remote->get(api("overview"))) check_release(*overview, out);
}

Result<ExitCode> doctor(const Context& context) {
  std::vector<Check> checks;
  check_git(context, checks);
  check_checkout(context, checks);
  check_logins(context, checks);
  check_server(context, checks);
  Json::Array items;
  for (const auto& check : checks)
    items.emplace_back(
        Json::Object{{"verdict", Json(name(check.verdict))}, {"check", check.what}, {"message", check.message}});
  Json data;
  data["items"] = std::move(items);
  if (!context.print_data(data)) {
    for (const auto& check : checks)
      context.print(text(padded(name(check.verdict), 6), check.what, ": ", check.message, '\n'));
  }
  const bool failed = std::ranges::find(checks, Verdict::fail, &Check::verdict) != checks.end();
  return failed ? ExitCode::failed : ExitCode::done;
}

}  // namespace

Verb doctor_verb() {
  return {
      .name = "doctor",
      .help = "Is anything wrong with this machine's and the server's part?",
      .page =
          "Looks at git, the checkout, the logins, the server with its certificates, clock, repository and releases.\n"
          "Exit code 1 when a check fails.\n",
      .formats = {Format::json, Format::yaml},
      .run = doctor};
}

}  // namespace flyball::cli
