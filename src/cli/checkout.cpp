#include "cli/checkout.hpp"

#include "cli/local_files.hpp"
#include "compile/compile.hpp"
#include "os/git_command.hpp"

#include <set>

namespace flyball::cli {
namespace {

// What git may need of the person's own settings: where they are, and how to reach a remote.
std::map<std::string, std::string> git_environment(const World& world) {
  std::map<std::string, std::string> out;
  for (const auto* name : {"HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES"}) {
    if (const auto value = world.variable(name)) out[name] = *value;
  }
  return out;
}

Result<Bytes> git(const Context& context, const std::string& directory, const std::vector<std::string>& arguments,
                  const Bytes& input = {}) {
  return os::run_git(context.world.processes, directory, arguments, input, git_environment(context.world));
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::vector<std::string> split_at_nul(std::string_view text) {
  std::set<std::string> out;  // A file in conflict is listed once for each side.
  while (!text.empty()) {
    const auto end = std::min(text.find('\0'), text.size());
    out.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {out.begin(), out.end()};
}

bool not_a_checkout(const Error& error) {
  return error.code == Errc::not_found || error.message.contains("not a git repository");
}

}  // namespace

Result<Checkout> find_checkout(const Context& context) {
  Checkout out{.root = TRY(real_directory(context.options.directory))};
  for (auto at = out.root; !at.empty(); at = at.substr(0, at.rfind('/'))) {
    if (!exists(text(at, "/fleet.yaml"))) continue;
    out.root = at;
    break;
  }
  const auto prefix = git(context, out.root, {"rev-parse", "--show-prefix"});
  if (!prefix && not_a_checkout(prefix.error())) return out;
  if (!prefix) return std::unexpected(prefix.error());
  out.git = true;
  out.prefix = first_line(*prefix);
  return out;
}

Result<Snapshot> working_tree(const Context& context, const Checkout& checkout) {
  if (!checkout.git) return read_files(checkout.root, TRY(files_below(checkout.root)));
  const auto listed = TRY(git(context, checkout.root, {"ls-files", "-z", "--cached", "--others", "--exclude-standard"}),
                          "cannot list the files of ", checkout.root);
  return read_files(checkout.root, split_at_nul(listed));
}

source::GitSource git_source(const Context& context, const Checkout& checkout) {
  return source::GitSource(
      [&context, root = checkout.root](const auto& arguments, const auto& input) {
        return git(context, root, arguments, input);
      },
      {});
}

Result<Revision> resolve(const Context& context, const Checkout& checkout, const std::string& name) {
  if (!checkout.git)
    return fail(Errc::not_found, checkout.root, " is not kept in git, so it has no revision `", name, "`");
  return git_source(context, checkout).resolve(name);
}

Result<Snapshot> files_of(const Context& context, const Checkout& checkout, const Revision& revision) {
  auto all = TRY(git_source(context, checkout).snapshot(revision));
  if (checkout.prefix.empty()) return all;
  Snapshot out{.revision = all.revision};
  for (auto& [path, file] : all.files) {
    if (path.starts_with(checkout.prefix)) out.files.emplace(path.substr(checkout.prefix.size()), std::move(file));
  }
  return out;
}

Result<Named> snapshot_at(const Context& context, const Checkout& checkout, const std::string& revision) {
  if (revision.empty()) return Named{TRY(working_tree(context, checkout)), "working tree"};
  const auto found = TRY(resolve(context, checkout, revision));
  return Named{TRY(files_of(context, checkout, found)), short_form(found)};
}

void show_diagnostics(const Context& context, const compile::Compiled& compiled, const Snapshot& snapshot) {
  const auto lines = compile::lines_of(snapshot);
  for (std::size_t i = 0; i < compiled.diagnostics.size(); ++i)
    context.world.err(text(i > 0 ? "\n" : "", render(compiled.diagnostics[i], lines)));
}

}  // namespace flyball::cli
