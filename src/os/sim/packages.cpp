#include "os/sim/packages.hpp"

#include "base/text.hpp"
#include "os/sim/accounts.hpp"

#include <algorithm>

namespace flyball::os::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 26U;

std::string digest_of(const Bytes& bytes) {
  // dpkg writes an MD5 sum here; 32 hex digits of SHA-256 take its place and shape.
  return hex(sha256(bytes).bytes()).substr(0, 32);
}

}  // namespace

SimPackages::SimPackages(Disk& disk, Fuse& fuse, SimSystemd& systemd, std::shared_ptr<const Mirror> mirror)
    : disk_(disk), fuse_(fuse), systemd_(systemd), mirror_(std::move(mirror)), lists_(mirror_->packages) {}

Read<PackageState> SimPackages::package(const std::string& name) {
  TRY(fuse_.read_call("package", name));
  const auto database = TRY(DpkgDatabase::load(disk_));
  const auto it = database.records.find(name);
  if (it == database.records.end()) return std::nullopt;
  const auto& record = it->second;
  if (!record.installed() && !record.unfinished()) return std::nullopt;
  return PackageState{.version = record.version,
                      .installed = record.installed(),
                      .broken = record.unfinished(),
                      .held = record.want == "hold",
                      .automatic = database.automatic.contains(name)};
}

Result<bool> SimPackages::needs_recovery() {
  TRY(fuse_.read_call("needs_recovery", ""));
  const auto database = TRY(DpkgDatabase::load(disk_));
  return std::ranges::any_of(database.records, [](const auto& entry) { return entry.second.unfinished(); });
}

Read<std::string> SimPackages::candidate(const std::string& name) {
  TRY(fuse_.read_call("candidate", name));
  if (const auto* offered = find(name, std::nullopt)) return offered->version;
  return std::nullopt;
}

Result<bool> SimPackages::has_version(const std::string& name, const std::string& version) {
  TRY(fuse_.read_call("has_version", name));
  return find(name, version) != nullptr;
}

Result<Transaction> SimPackages::simulate(const PackageWish& wish) {
  TRY(fuse_.read_call("simulate", wish.name));
  return transaction(TRY(DpkgDatabase::load(disk_)), wish);
}

Result<> SimPackages::perform(const PackageWish& wish) {
  TRY(fuse_.call(wish.present ? "install" : "remove", wish.name));
  return outliving([&] { return carry_out(wish); });
}

Result<> SimPackages::recover() {
  TRY(fuse_.call("recover", ""));
  return outliving([&]() -> Result<> {
    auto database = TRY(DpkgDatabase::load(disk_));
    const auto records = database.records;
    for (const auto& [name, record] : records) {
      if (!record.unfinished()) continue;
      if (record.want == "deinstall") {
        TRY(remove(database, name));
        continue;
      }
      if (record.flag == "reinstreq") {
        const auto* offered = find(name, record.version);
        if (offered == nullptr) offered = find(name, std::nullopt);
        if (offered == nullptr) return fail(Errc::not_found, "no package ", name, " to install again");
        TRY(install(database, *offered));
      }
      TRY(configure(database, name));
    }
    return {};
  });
}

Result<> SimPackages::set_hold(const std::string& name, bool held) {
  TRY(fuse_.call(held ? "hold" : "unhold", name));
  auto database = TRY(DpkgDatabase::load(disk_));
  const auto it = database.records.find(name);
  if (it == database.records.end()) return fail(Errc::not_found, "there is no package ", name);
  it->second.want = held ? "hold" : "install";
  return database.save(disk_);
}

Result<> SimPackages::refresh_lists() {
  TRY(fuse_.call("update", ""));
  if (!mirror_->reachable) return fail(Errc::unavailable, "the mirror cannot be reached");
  lists_ = mirror_->packages;
  return {};
}

Result<> SimPackages::preinstall(const std::string& name) { return carry_out({.name = name}); }

const AvailablePackage* SimPackages::find(const std::string& name, const std::optional<std::string>& version) const {
  const AvailablePackage* found = nullptr;
  for (const auto& offered : lists_)
    if (offered.name == name && (!version || offered.version == *version)) found = &offered;
  return found;
}

Result<Transaction> SimPackages::transaction(const DpkgDatabase& database, const PackageWish& wish) const {
  Transaction all;
  const auto state = [&](const std::string& name) -> const DpkgRecord* {
    const auto it = database.records.find(name);
    return it != database.records.end() && it->second.state != "config-files" ? &it->second : nullptr;
  };
  if (!wish.present) {
    // What depends on it goes too, and what depends on that.
    std::vector<std::string> leaving;
    if (state(wish.name) != nullptr) leaving.push_back(wish.name);
    for (std::size_t i = 0; i < leaving.size(); ++i)
      for (const auto& [name, record] : database.records)
        if (record.installed() && std::ranges::find(record.depends, leaving[i]) != record.depends.end() &&
            std::ranges::find(leaving, name) == leaving.end())
          leaving.push_back(name);
    std::ranges::reverse(leaving);
    all.removes = std::move(leaving);
    return all;
  }
  // Dependencies first.
  struct Need {
    const SimPackages& packages;
    decltype(state)& there;
    Transaction& all;
    std::set<std::string> seen;
    Result<> operator()(const std::string& name, const std::optional<std::string>& version, bool wished) {
      if (!seen.insert(name).second) return {};
      const auto* record = there(name);
      if (record != nullptr && !wished) return {};
      const auto* offered = packages.find(name, version);
      if (offered == nullptr) return fail(Errc::not_found, "no package ", name, version ? " of that version" : "");
      for (const auto& needed : offered->depends) TRY((*this)(needed, std::nullopt, false));
      if (record == nullptr) {
        all.installs.push_back(name);
      } else if (record->version != offered->version) {
        if (record->want == "hold") return fail(Errc::conflict, "package ", name, " is held");
        all.upgrades.push_back(name);
      }
      return {};
    }
  };
  TRY((Need{*this, state, all, {}}(wish.name, wish.version, true)));
  return all;
}

// A crash of the agent in here comes when the run has ended, since apt has a unit of its own.
Result<> SimPackages::outliving(const std::function<Result<>()>& work) {
  if (locked_) return fail(Errc::unavailable, "another process holds the lock of dpkg");
  Result<> done;
  fuse_.outliving([&] { done = work(); });
  return done;
}

Result<> SimPackages::carry_out(const PackageWish& wish) {
  auto database = TRY(DpkgDatabase::load(disk_));
  const auto todo = TRY(transaction(database, wish));
  if (!todo.installs.empty() || !todo.upgrades.empty()) {
    if (!mirror_->reachable) return fail(Errc::unavailable, "the mirror cannot be reached");
  }
  auto incoming = todo.installs;
  incoming.insert(incoming.end(), todo.upgrades.begin(), todo.upgrades.end());
  for (const auto& name : incoming) {
    const auto* offered = find(name, name == wish.name ? wish.version : std::nullopt);
    if (name == wish.name) {
      database.automatic.erase(name);
    } else if (std::ranges::find(todo.installs, name) != todo.installs.end()) {
      database.automatic[name] = true;
    }
    TRY(install(database, *offered));
    TRY(configure(database, name));
  }
  if (wish.present && database.automatic.erase(wish.name) > 0) TRY(database.save(disk_));
  for (const auto& name : todo.removes) TRY(remove(database, name));
  return {};
}

Result<> SimPackages::install(DpkgDatabase& database, const AvailablePackage& package) {
  auto& record = database.records[package.name];
  if (record.want == "deinstall") record.want = "install";
  record.flag = "reinstreq";
  record.state = "half-installed";
  record.version = package.version;
  record.depends = package.depends;
  record.conffiles.clear();
  for (const auto& [path, bytes] : package.conffiles) record.conffiles.emplace_back(path, digest_of(bytes));
  TRY(database.save(disk_));
  TRY(unpack(package));
  record.flag = "ok";
  record.state = "unpacked";
  return database.save(disk_);
}

Result<> SimPackages::unpack(const AvailablePackage& package) {
  const auto before = TRY(disk_.read(list_path(package.name), plenty));
  for (const auto& path : split(before.value_or(Bytes{}), '\n'))
    if (path.size() > 2 && !package.files.contains(path) && !package.conffiles.contains(path)) TRY(disk_.remove(path));
  Bytes list = "/.\n";
  for (const auto& [path, bytes] : package.files) {
    TRY(put(path, bytes));
    list += path + '\n';
  }
  for (const auto& [path, bytes] : package.conffiles) {
    TRY(put(text(path, ".dpkg-new"), bytes));
    list += path + '\n';
  }
  return put(list_path(package.name), list);
}

Result<> SimPackages::configure(DpkgDatabase& database, const std::string& name) {
  auto& record = database.records[name];
  record.state = "half-configured";
  TRY(database.save(disk_));
  for (const auto& [path, digest] : record.conffiles) {
    const auto beside = text(path, ".dpkg-new");
    const auto own = TRY(disk_.read(beside, plenty));
    if (!own) continue;  // Done before an interruption.
    const auto there = TRY(disk_.stat(path));
    if (!there) {
      TRY(disk_.rename(beside, path));
    } else {
      // confold: what is there stays; the package's copy lies beside it when they differ.
      const auto kept = TRY(disk_.read(path, plenty));
      if (kept == own)
        TRY(disk_.remove(beside));
      else
        TRY(disk_.rename(beside, text(path, ".dpkg-dist")));
    }
    TRY(disk_.sync(parent_of(path)));
  }
  if (const auto* offered = find(name, record.version)) {
    for (const auto& unit : offered->units) {
      const Fuse::Bypass systemd_is_not_ours(fuse_);
      (void)systemd_.set_enabled(unit, true);
      (void)systemd_.start(unit);
    }
  }
  record.state = "installed";
  return database.save(disk_);
}

Result<> SimPackages::remove(DpkgDatabase& database, const std::string& name) {
  auto& record = database.records[name];
  record.want = "deinstall";
  record.state = "half-configured";
  TRY(database.save(disk_));
  const auto listed = TRY(disk_.read(list_path(name), plenty));
  for (const auto& path : split(listed.value_or(Bytes{}), '\n')) {
    const bool conffile =
        std::ranges::any_of(record.conffiles, [&path](const auto& entry) { return entry.first == path; });
    if (path.empty() || path == "/." || conffile) continue;
    if (path.ends_with(".service")) {
      const Fuse::Bypass systemd_is_not_ours(fuse_);
      (void)systemd_.stop(path.substr(path.rfind('/') + 1));
      (void)systemd_.set_enabled(path.substr(path.rfind('/') + 1), false);
    }
    TRY(disk_.remove(path));
  }
  record.state = record.conffiles.empty() ? "not-installed" : "config-files";
  if (record.conffiles.empty()) {
    TRY(disk_.remove(list_path(name)));
    database.records.erase(name);
  }
  database.automatic.erase(name);
  return database.save(disk_);
}

Result<> SimPackages::put(const Path& path, const Bytes& bytes) {
  std::vector<Path> made;
  for (auto above = parent_of(path); !TRY(disk_.stat(above)); above = parent_of(above)) made.push_back(above);
  TRY(disk_.make_directories(parent_of(path)));
  for (const auto& directory : made) {
    TRY(disk_.sync(directory));
    TRY(disk_.sync(parent_of(directory)));
  }
  return disk_.put(path, bytes);
}

}  // namespace flyball::os::sim
