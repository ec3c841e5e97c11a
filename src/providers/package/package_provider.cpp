#include "providers/package/package_provider.hpp"

#include "providers/subject.hpp"

#include <array>

namespace flyball::providers {
namespace {

// Without these the device could not be reached or repaired.
constexpr std::array protected_names{std::string_view("flyball-agent"), std::string_view("dpkg"),
                                     std::string_view("apt"), std::string_view("systemd"), std::string_view("libc6")};

bool is_protected(const std::string& name) {
  return std::ranges::find(protected_names, std::string_view(name)) != protected_names.end();
}

// apt names packages of other architectures `name:arch`.
std::string_view bare(std::string_view name) { return name.substr(0, name.find(':')); }

std::set<std::string> names_in(const Json& notes) {
  std::set<std::string> out;
  const auto* list = notes.find("installed");
  if (list == nullptr || list->array() == nullptr) return out;
  for (const auto& item : *list->array()) {
    if (item.string() != nullptr) out.insert(*item.string());
  }
  return out;
}

Json noted(const std::set<std::string>& names) {
  if (names.empty()) return {};
  Json::Array list;
  for (const auto& name : names) list.emplace_back(name);
  Json out;
  out["installed"] = std::move(list);
  return out;
}

bool at_least(const Version& version) { return version.text.starts_with(">="); }
bool exactly(const Version& version) { return !at_least(version) && version.text != "latest"; }

std::vector<std::string> beyond(const std::vector<std::string>& removes, const std::set<std::string>& allowed) {
  std::vector<std::string> out;
  for (const auto& name : removes) {
    if (!allowed.contains(name) && !allowed.contains(std::string(bare(name)))) out.push_back(name);
  }
  return out;
}

}  // namespace

Result<std::optional<Spec>> PackageProvider::observe(const Subject& subject) {
  const auto& want = desired_of<Package>(subject);
  const auto name = name_of(subject);
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (!state) return std::nullopt;
  // Half installed is as good as nothing, except where nothing is wanted.
  if (state->broken || !state->installed) {
    return want.ensure == Ensure::absent && state->broken ? std::optional<Spec>(Package{}) : std::nullopt;
  }
  Package out;
  if (want.version) out.version = Version{state->version};
  if (want.version && want.version->text == "latest" &&
      TRY(packages_.candidate(name), "cannot find the newest version of ", name).value_or(state->version) ==
          state->version)
    out.version = Version{"latest"};
  if (want.hold) out.hold = state->held;
  return out;
}

Result<Baseline> PackageProvider::baseline(const Subject& subject, Contents&) {
  const auto& want = desired_of<Package>(subject);
  const auto name = name_of(subject);
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (state && state->installed)
    return Baseline{.spec = Package{.version = Version{state->version}, .hold = state->held}};
  Baseline out;
  if (want.ensure == Ensure::absent || TRY(packages_.needs_recovery())) return out;
  // Where the simulation fails, `apply` says why.
  const auto transaction = packages_.simulate({.name = name});
  if (transaction) out.notes = noted({transaction->installs.begin(), transaction->installs.end()});
  return out;
}

Result<> PackageProvider::finish_interrupted() {
  if (!TRY(packages_.needs_recovery(), "cannot read the state of the package manager")) return {};
  TRY(packages_.recover(), "cannot finish what an interrupted run of the package manager began");
  return {};
}

Result<> PackageProvider::check_candidate(const std::string& name, const Version& version) {
  if (exactly(version)) {
    if (TRY(packages_.has_version(name, version.text))) return {};
    return fail(Errc::not_found, "no source of packages has ", name, " in version ", version);
  }
  const auto candidate = TRY(packages_.candidate(name));
  if (!candidate) return fail(Errc::not_found, "no source of packages has ", name);
  if (at_least(version) && compare_versions(*candidate, std::string_view(version.text).substr(2)) < 0)
    return fail(Errc::not_found, "the newest ", name, " to be had is ", *candidate, ", git wants ", version);
  return {};
}

Result<os::PackageWish> PackageProvider::wish_for(const std::string& name, const Package& want) {
  const auto version = want.version.value_or(Version{"latest"});
  // The lists may be old: with new ones it may be there.
  if (const auto known = check_candidate(name, version); !known) {
    if (known.error().code != Errc::not_found) return std::unexpected(known.error());
    TRY(packages_.refresh_lists(), "cannot fetch the lists of packages");
    TRY(check_candidate(name, version));
  }
  os::PackageWish out{.name = name};
  if (exactly(version)) out.version = version.text;
  return out;
}

// Returns what came newly with it, itself included.
Result<std::set<std::string>> PackageProvider::install(const std::string& name, const Package& want) {
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (state && state->held) {
    if (!want.hold)
      return fail(Errc::conflict, name, " is held at ", state->version,
                  " by someone else: say `hold` in git to decide it");
    TRY(packages_.set_hold(name, false), "cannot end the hold of ", name);
  }
  const auto wish = TRY(wish_for(name, want));
  const auto plan = TRY(packages_.simulate(wish), "cannot plan the installation of ", name);
  if (!plan.removes.empty())
    return fail(Errc::conflict, "installing ", name, " would remove ", some_of(plan.removes),
                ": declare them `ensure: absent` if that is meant");
  TRY(packages_.perform(wish));
  const auto after = TRY(packages_.package(name), "cannot read the state of ", name);
  if (!after || !after->installed || after->broken)
    return fail(Errc::conflict, name, " is not wholly installed after all");
  return std::set<std::string>(plan.installs.begin(), plan.installs.end());
}

Result<> PackageProvider::remove(const std::string& name) {
  if (is_protected(name)) return fail(Errc::denied, name, " is never removed: the device needs it");
  const os::PackageWish wish{.name = name, .present = false};
  const auto plan = TRY(packages_.simulate(wish), "cannot plan the removal of ", name);
  if (const auto others = beyond(plan.removes, {name}); !others.empty())
    return fail(Errc::conflict, "removing ", name, " would also remove ", some_of(others),
                ": declare them `ensure: absent` too if that is meant");
  TRY(packages_.perform(wish));
  return {};
}

Result<Json> PackageProvider::apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents&) {
  const auto& want = desired_of<Package>(subject);
  const auto name = name_of(subject);
  auto installed = names_in(subject.notes);
  TRY(finish_interrupted());
  if (want.ensure == Ensure::absent) {
    if (TRY(packages_.package(name), "cannot read the state of ", name)) TRY(remove(name));
    return noted(installed);
  }
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (!state || !state->installed || has(changes, "version")) installed.merge(TRY(install(name, want)));
  const auto now = TRY(packages_.package(name), "cannot read the state of ", name);
  if (want.hold && now && now->held != *want.hold)
    TRY(packages_.set_hold(name, *want.hold), "cannot set the hold of ", name);
  return noted(installed);
}

// Of what came with it: what git wants for itself, and what people have asked for since, is theirs.
Result<std::set<std::string>> PackageProvider::came_along(const Subject& subject, const Baseline& baseline) {
  auto all = names_in(subject.notes);
  all.merge(names_in(baseline.notes));
  std::set<std::string> out{name_of(subject)};
  for (const auto& name : all) {
    const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
    const bool ours = state && state->automatic && !is_managed(subject, ResourceId(Package::kind, name));
    if (ours && !is_protected(name)) out.insert(name);
  }
  return out;
}

// Removes one of the set, and with it nothing that is not in the set. Returns who else needs it, if it has to stay.
Result<std::vector<std::string>> PackageProvider::remove_one(const std::string& name,
                                                             const std::set<std::string>& set) {
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (!state) return std::vector<std::string>{};
  const os::PackageWish wish{.name = name, .present = false};
  const auto plan = TRY(packages_.simulate(wish), "cannot plan the removal of ", name);
  auto needed_by = beyond(plan.removes, set);
  if (!needed_by.empty()) return needed_by;
  if (state->held) TRY(packages_.set_hold(name, false), "cannot end the hold of ", name);
  TRY(packages_.perform(wish));
  return std::vector<std::string>{};
}

Result<std::string> PackageProvider::remove_created(const Subject& subject, const Baseline& baseline) {
  const auto name = name_of(subject);
  if (is_protected(name)) return text(name, " stays: the device needs it");
  auto set = TRY(came_along(subject, baseline));
  const auto needed_by = TRY(remove_one(name, set));
  if (!needed_by.empty()) return text(name, " stays, since others need it now: ", some_of(needed_by));
  // What one removal frees, the next may take: until nothing moves.
  for (std::size_t before = 0; before != set.size();) {
    before = set.size();
    const auto left = set;
    for (const auto& each : left) {
      if (TRY(remove_one(each, set)).empty()) set.erase(each);
    }
  }
  return std::string{};
}

// It was there, and git had wanted it away.
Result<std::string> PackageProvider::put_back(const std::string& name, const Package& was) {
  auto want = was;
  if (want.version && !TRY(packages_.has_version(name, want.version->text))) want.version.reset();
  TRY(install(name, want));
  if (want.version || !was.version) return std::string{};
  return text(name, " is back, but version ", *was.version, " is not to be had any more");
}

Result<std::string> PackageProvider::restore(const Subject& subject, const Baseline& baseline,
                                             const std::vector<std::string>& fields, Contents&) {
  const auto name = name_of(subject);
  TRY(finish_interrupted());
  if (!baseline.spec) return remove_created(subject, baseline);
  const auto& was = std::get<Package>(*baseline.spec);
  std::string said;
  const auto state = TRY(packages_.package(name), "cannot read the state of ", name);
  if (!state || !state->installed) {
    if (!has(fields, "ensure")) return text(name, " is not there any more: nothing to put back");
    said = TRY(put_back(name, was));
  } else if (has(fields, "version") && was.version && was.version->text != state->version) {
    said = text(name, " stays at ", state->version, " (it was ", *was.version, "): nothing is downgraded");
  }
  const bool hold = has(fields, "hold") || has(fields, "ensure");
  if (hold && was.hold) TRY(packages_.set_hold(name, *was.hold), "cannot set the hold of ", name);
  return said;
}

std::vector<os::Watch> PackageProvider::watches(const Subject&) { return {os::Watch::packages()}; }

}  // namespace flyball::providers
