#include "os/git_command.hpp"
#include "os/real/real_processes.hpp"
#include "server/daemon.hpp"
#include "server/hosting.hpp"
#include "store/store.hpp"

#include <filesystem>

namespace flyball::server {
namespace {

namespace fs = std::filesystem;

// So far ahead that no fleet released as often between a backup and its use; devices take any step below 2^20.
constexpr std::uint64_t leap = 10'000;

Result<> copy_keys(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy(from / "keys", to / "keys", fs::copy_options::recursive, error);
  if (!error) fs::permissions(to / "keys", fs::perms(0700), error);
  if (error) return fail(Errc::unavailable, "cannot copy the keys: ", error.message());
  return {};
}

}  // namespace

Result<> backup(const std::string& state, const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder, error))
    return fail(Errc::conflict, folder, " is there already: a backup goes into a new folder");
  if (!fs::exists(state + "/flyball.db", error))
    return fail(Errc::not_found, state, " is no state directory of a server: it has no flyball.db");
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms(0700), error);
  if (error) return fail(Errc::unavailable, "cannot make ", folder, ": ", error.message());
  TRY(store::backup_sqlite(state + "/flyball.db", folder + "/flyball.db"));
  TRY(copy_keys(state, folder));
  os::real::RealProcesses processes("/");
  const auto head = os::run_git(processes, repository_path(state), {"for-each-ref", "--count=1"}, {});
  // A bundle of a repository without commits is refused by git, and there is nothing to keep.
  if (head && !head->empty())
    TRY(os::run_git(processes, repository_path(state),
                    {"bundle", "create", "--quiet", fs::absolute(folder).string() + "/repository.bundle", "--all"}, {}),
        "cannot back up the repository");
  return {};
}

Result<> restore(const std::string& folder, const std::string& state) {
  std::error_code error;
  if (!fs::exists(folder + "/flyball.db", error) || !fs::exists(folder + "/keys/ca.crt", error))
    return fail(Errc::not_found, folder, " is no backup: it has no flyball.db or no keys");
  if (fs::exists(state, error) && !fs::is_empty(state, error))
    return fail(Errc::conflict, state, " is not empty: restore into a new state directory");
  fs::create_directories(state, error);
  if (!error) fs::copy_file(folder + "/flyball.db", state + "/flyball.db", error);
  if (error) return fail(Errc::unavailable, "cannot write ", state, ": ", error.message());
  TRY(copy_keys(folder, state));
  if (fs::exists(folder + "/repository.bundle", error)) {
    os::real::RealProcesses processes("/");
    TRY(os::run_git(processes, "/",
                    {"clone", "--quiet", "--mirror", fs::absolute(folder).string() + "/repository.bundle",
                     repository_path(fs::absolute(state).string())},
                    {}),
        "cannot restore the repository");
  }
  auto store = TRY(store::open_sqlite(state + "/flyball.db"));
  const auto last = TRY(store->last_sequence());
  return store->commit({.writes = {store::Setting{"sequence_floor", text(last.value + leap)}}});
}

}  // namespace flyball::server
