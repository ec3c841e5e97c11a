#include "server/hosting.hpp"

#include "compile/compile.hpp"
#include "os/git_command.hpp"
#include "os/real/control_socket.hpp"
#include "server/gate.hpp"
#include "source/git_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace flyball::server {
namespace {

namespace fs = std::filesystem;

// The lines of a hook's input that concern the tracked branch.
struct Push {
  std::string before;
  std::string after;
};
std::optional<Push> push_to(const std::string& ref, const std::string& input) {
  for (std::size_t start = 0; start < input.size();) {
    const auto end = std::min(input.find('\n', start), input.size());
    const auto line = input.substr(start, end - start);
    start = end + 1;
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    if (line.substr(second + 1) == ref)
      return Push{.before = line.substr(0, first), .after = line.substr(first + 1, second - first - 1)};
  }
  return std::nullopt;
}

bool is_nothing(const std::string& object) { return object.find_first_not_of('0') == std::string::npos; }

// Inside pre-receive the new objects lie in quarantine; git says where by its environment.
std::map<std::string, std::string> quarantine() {
  std::map<std::string, std::string> out;
  for (const char* name : {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"}) {
    if (const char* value = std::getenv(name)) out[name] = value;
  }
  return out;
}

Result<> write_hook(const fs::path& path, const std::string& line) {
  const auto temporary = fs::path(path.string() + ".new");
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << "#!/bin/sh\n# Written by flyball-server at each start.\nexec " << line << "\n";
    if (!out.flush()) return fail(Errc::unavailable, "cannot write ", temporary.string());
  }
  std::error_code error;
  fs::permissions(temporary, fs::perms(0755), error);
  if (!error) fs::rename(temporary, path, error);
  if (error) return fail(Errc::unavailable, "cannot write ", path.string(), ": ", error.message());
  return {};
}

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string repository_path(const std::string& state) { return state + "/repository.git"; }
std::string control_path(const std::string& state) { return state + "/control.sock"; }

Result<> prepare_repository(os::Processes& processes, const std::string& state, const std::string& branch, bool hosted,
                            const std::string& program) {
  const auto repository = repository_path(state);
  std::error_code error;
  if (!fs::exists(repository + "/HEAD", error)) {
    TRY(os::run_git(processes, state, {"init", "--quiet", "--bare", text("--initial-branch=", branch), repository}, {}),
        "cannot make ", repository);
  }
  for (const auto& [name, value] : std::map<std::string, std::string>{{"receive.denyNonFastForwards", "true"},
                                                                      {"receive.denyDeletes", "true"},
                                                                      {"receive.fsckObjects", "true"},
                                                                      {"core.logAllRefUpdates", "true"}}) {
    TRY(os::run_git(processes, repository, {"config", name, value}, {}), "cannot set ", name, " of ", repository);
  }
  const auto hooks = fs::path(repository) / "hooks";
  fs::create_directories(hooks, error);
  if (!hosted) {
    fs::remove(hooks / "pre-receive", error);
    fs::remove(hooks / "post-receive", error);
    return {};
  }
  for (const char* hook : {"pre-receive", "post-receive"}) {
    TRY(write_hook(hooks / hook,
                   text(quoted(program), " hook ", hook, " --state ", quoted(state), " --branch ", quoted(branch))));
  }
  return {};
}

bool pre_receive(os::Processes& processes, const Compile& compiler, const std::string& repository,
                 const std::string& branch, const std::string& input, std::string& said) {
  const auto push = push_to("refs/heads/" + branch, input);
  if (!push) return true;
  if (is_nothing(push->after)) {
    said += text("flyball: ", branch, " is the branch that devices follow; it cannot be deleted\n");
    return false;
  }
  const auto environment = quarantine();
  source::GitSource source(
      [&](const auto& arguments, const auto& bytes) {
        return os::run_git(processes, repository, arguments, bytes, environment);
      },
      {.branch = "refs/heads/" + branch});
  const auto snapshot = source.snapshot(Revision(push->after));
  if (!snapshot) {
    said += text("flyball: refused, since it cannot be read: ", snapshot.error().message, "\n");
    return false;
  }
  const auto compiled = compiler(*snapshot);
  if (!compiled) {
    said += text("flyball: refused: ", compiled.error().message, "; every device keeps what it has\n");
    return false;
  }
  const auto lines = compile::lines_of(*snapshot);
  std::size_t errors = 0;
  for (const auto& diagnostic : compiled->diagnostics) {
    said += render(diagnostic, lines) + "\n";
    if (diagnostic.severity == Severity::error) ++errors;
  }
  if (!compiled->fleet) {
    said +=
        text("flyball: refused: ", errors, errors == 1 ? " error" : " errors", "; every device keeps what it has\n");
    return false;
  }
  if (const auto judged = judge_manifests(*compiled->fleet); !judged) {
    said += text("flyball: refused: ", judged.error().message, "; every device keeps what it has\n");
    return false;
  }
  const auto devices = compiled->fleet->devices.size();
  said +=
      text("flyball: ", compiled->files, " files, ", devices, devices == 1 ? " device" : " devices", ", no errors\n");
  return true;
}

void post_receive(const std::string& state, const std::string& branch, const std::string& input, std::string& said) {
  const auto push = push_to("refs/heads/" + branch, input);
  if (!push) return;
  const auto lines = os::real::ControlSocket::ask(control_path(state), text("judge ", push->after));
  if (!lines) {
    said += "flyball: the server is not running here; it will look at this when it starts\n";
    return;
  }
  for (const auto& line : *lines) said += text("flyball: ", line, "\n");
}

}  // namespace flyball::server
