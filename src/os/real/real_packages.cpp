#include "os/real/real_packages.hpp"

#include "os/real/apt_output.hpp"

#include <algorithm>
#include <cctype>

namespace flyball::os::real {
namespace {

const Path status_path = "/var/lib/dpkg/status";
const Path updates_path = "/var/lib/dpkg/updates";
const Path extended_path = "/var/lib/apt/extended_states";
const Path run_directory = "/run/flyball";
const Path output_path = "/run/flyball/apt.out";
constexpr std::uint64_t max_file = 256U << 20U;
constexpr std::uint64_t max_output = 4U << 20U;
constexpr Duration look_timeout = std::chrono::minutes(2);
constexpr Duration change_timeout = std::chrono::minutes(60);  // A large upgrade on a small device.
const std::string unit_name = "flyball-apt.service";

// Untranslated, and asking nothing: not by debconf, not by needrestart, not by apt-listchanges.
const std::map<std::string, std::string> environment = {{"LC_ALL", "C.UTF-8"},
                                                        {"LANGUAGE", ""},
                                                        {"DEBIAN_FRONTEND", "noninteractive"},
                                                        {"APT_LISTCHANGES_FRONTEND", "none"},
                                                        {"NEEDRESTART_SUSPEND", "1"},
                                                        {"UCF_FORCE_CONFFOLD", "1"}};

const std::vector<std::string> conffile_options = {"-o", "Dpkg::Options::=--force-confdef", "-o",
                                                   "Dpkg::Options::=--force-confold"};

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Debian Policy 5.6.1 and 5.6.12; with an architecture. No wildcard, option or path gets through to apt.
bool is_name(std::string_view name) {
  constexpr std::string_view marks = "+-.:";
  return !name.empty() && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
         std::ranges::all_of(name,
                             [&](char c) {
                               return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                      marks.find(c) != std::string_view::npos;
                             }) &&
         !name.ends_with('+') && !name.ends_with('-');
}
bool is_version(std::string_view version) {
  constexpr std::string_view marks = "+-.:~";
  return !version.empty() && std::ranges::all_of(version, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string_view::npos;
  });
}

Result<> check(const PackageWish& wish) {
  if (!is_name(wish.name)) return fail(Errc::invalid, "`", wish.name, "` cannot be the name of a package");
  if (wish.version && !is_version(*wish.version))
    return fail(Errc::invalid, "`", *wish.version, "` cannot be a version of a package");
  return {};
}

enum class Act { simulate, perform };
std::vector<std::string> apt_get(const PackageWish& wish, Act act) {
  std::vector<std::string> argv = {"apt-get", "-q", "-y"};
  if (act == Act::simulate) argv.emplace_back("-s");
  append(argv, conffile_options);
  append(argv, {"-o", "DPkg::Lock::Timeout=60"});
  if (!wish.present) {
    append(argv, {"remove", wish.name});
    return argv;
  }
  // Going back is done only to a version that was asked for by name.
  if (wish.version) argv.emplace_back("--allow-downgrades");
  if (act == Act::perform) argv.emplace_back("--no-remove");
  append(argv, {"install", wish.version ? text(wish.name, '=', *wish.version) : wish.name});
  return argv;
}

Result<> outcome(const Exit& exit, const RunLimits& limits, std::string_view what) {
  if (exit.ok()) return {};
  if (exit.timed_out || exit.signal != 0)
    return fail(exit.timed_out ? Errc::timeout : Errc::unavailable, what, " ", describe(exit, limits));
  const auto why = parse_apt_failure(exit.errors);
  return fail(why.code, what, ": ", why.message.empty() ? describe(exit, limits) : why.message);
}

}  // namespace

Result<const DpkgStatus*> RealPackages::records() {
  // The identities are taken first: a file that changes in between is read again the next time.
  const auto status = TRY(files_.stat(status_path));
  const auto extended = TRY(files_.stat(extended_path));
  if (!cached_ || cached_->status != status || cached_->extended != extended) {
    const auto status_text = TRY(files_.read(status_path, max_file), "cannot read dpkg's records");
    if (!status_text) return fail(Errc::unsupported, "this device has no dpkg: ", status_path, " is not there");
    const auto extended_text = TRY(files_.read(extended_path, max_file), "cannot read apt's records");
    cached_ = Cached{status, extended, TRY(parse_dpkg_status(*status_text, extended_text.value_or("")))};
  }
  return &cached_->records;
}

Read<PackageState> RealPackages::package(const std::string& name) {
  const auto& packages = TRY(records())->packages;
  const auto found = packages.find(name);
  return found == packages.end() ? std::nullopt : std::optional(found->second);
}

Result<bool> RealPackages::needs_recovery() {
  if (TRY(records())->unfinished) return true;
  // dpkg's journal: files named by numbers, there only while it works or after it was cut off.
  const auto updates = TRY(files_.list(updates_path));
  return updates && std::ranges::any_of(*updates, [](const std::string& name) {
           return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
         });
}

Result<Exit> RealPackages::run(const std::vector<std::string>& argv, Duration timeout) {
  return processes_.run({.argv = argv, .environment = environment}, {.timeout = timeout, .max_output = max_output});
}

Read<std::string> RealPackages::candidate(const std::string& name) {
  TRY(check({.name = name}));
  const auto exit = TRY(run({"apt-cache", "policy", name}, look_timeout));
  TRY(outcome(exit, {.timeout = look_timeout}, "apt-cache policy"));
  return parse_policy(exit.output).candidate;
}

Result<bool> RealPackages::has_version(const std::string& name, const std::string& version) {
  TRY(check({.name = name, .version = version}));
  const auto exit = TRY(run({"apt-cache", "policy", name}, look_timeout));
  TRY(outcome(exit, {.timeout = look_timeout}, "apt-cache policy"));
  const auto versions = parse_policy(exit.output).versions;
  return std::ranges::find(versions, version) != versions.end();
}

Result<Transaction> RealPackages::simulate(const PackageWish& wish) {
  TRY(check(wish));
  const auto exit = TRY(run(apt_get(wish, Act::simulate), look_timeout));
  TRY(outcome(exit, {.timeout = look_timeout}, text("apt cannot ", wish.present ? "install " : "remove ", wish.name)));
  return parse_simulation(exit.output);
}

Result<> RealPackages::perform(const PackageWish& wish) {
  TRY(check(wish));
  return change(apt_get(wish, Act::perform), text("apt cannot ", wish.present ? "install " : "remove ", wish.name));
}

// In a unit of its own: the agent's end, or its unit's, must not end dpkg in the middle. Its output goes to a file and
// not through us, since dpkg gives up when nobody reads.
Result<Exit> RealPackages::run_in_unit(const std::vector<std::string>& argv) {
  TRY(make_directories(files_, run_directory, Access{.mode = 0755}));
  std::vector<std::string> command = {"systemd-run", "--quiet", "--wait", "--collect", "--service-type=exec"};
  append(command, {text("--unit=", unit_name), "--description=Package changes by Flyball"});
  append(command, {text("--property=StandardOutput=truncate:", output_path), "--property=StandardError=inherit"});
  for (const auto& [name, value] : environment) command.push_back(text("--setenv=", name, '=', value));
  command.emplace_back("--");
  append(command, argv);
  auto exit = TRY(run(command, change_timeout));
  const auto said = TRY(files_.read(output_path, max_file), "cannot read what apt said");
  if (!exit.ok() && said) exit.errors.insert(0, *said);
  return exit;
}

Result<> RealPackages::change(const std::vector<std::string>& argv, const std::string& what) {
  const bool in_unit = systemd_ != nullptr;
  if (in_unit) {
    // A run that a former life of ours began is let finish: two at once would only wait for dpkg's lock.
    TRY(systemd_->wait_ended(unit_name, change_timeout), what);
  }
  const auto exit = TRY(in_unit ? run_in_unit(argv) : run(argv, change_timeout), what);
  cached_.reset();
  return outcome(exit, {.timeout = change_timeout}, what);
}

Result<> RealPackages::recover() {
  TRY(change({"dpkg", "--configure", "--pending", "--force-confdef", "--force-confold"},
             "dpkg cannot finish what it began"));
  std::vector<std::string> fix = {"apt-get", "-q", "-y", "-f", "--no-remove", "-o", "DPkg::Lock::Timeout=60"};
  append(fix, conffile_options);
  fix.emplace_back("install");
  return change(fix, "apt cannot put packages in order");
}

Result<> RealPackages::set_hold(const std::string& name, bool held) {
  TRY(check({.name = name}));
  const auto exit = TRY(run({"apt-mark", held ? "hold" : "unhold", name}, look_timeout));
  cached_.reset();
  return outcome(exit, {.timeout = look_timeout}, text("apt cannot ", held ? "hold " : "unhold ", name));
}

Result<> RealPackages::refresh_lists() {
  // Without the option, a list that could not be fetched is only a warning.
  const auto timeout = std::chrono::minutes(10);
  const auto exit = TRY(run({"apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update"}, timeout));
  return outcome(exit, {.timeout = timeout}, "apt cannot fetch the lists of packages");
}

}  // namespace flyball::os::real
