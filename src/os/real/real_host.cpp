#include "os/real/real_host.hpp"

#include "os/real/errors.hpp"
#include "os/real/folder_host.hpp"
#include "os/real/real_clocks.hpp"
#include "os/real/real_files.hpp"
#include "os/real/real_packages.hpp"
#include "os/real/real_processes.hpp"
#include "os/real/real_systemd.hpp"
#include "os/real/real_users.hpp"

#include <cstdlib>
#include <optional>

#include <sys/utsname.h>

namespace flyball::os::real {
namespace {

// As the resolver compares it: absolute, without links, and "/" only for the machine itself.
Result<std::string> real_root(const std::string& given) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(given.c_str(), nullptr), &std::free);
  if (!real) return fail_errno(errno, "cannot find the root folder ", given);
  return std::string(real.get());
}

bool started_by_systemd(Files& files) {
  const auto there = files.stat("/run/systemd/system");  // sd_booted(3)
  return there && *there;
}

}  // namespace

struct RealHost::Parts {
  RealFiles files;
  std::optional<RealFiles> machine;  // Of a folder: the files of the machine that it lies on.
  std::unique_ptr<Processes> processes;
  std::unique_ptr<Systemd> systemd;
  std::unique_ptr<Packages> packages;
  std::unique_ptr<Users> users;
  std::unique_ptr<RealWatches> watches;
  RealClocks clocks;
  RealRandom random;

  explicit Parts(RealFiles own) : files(std::move(own)) {}

  void become_folder(const std::string& root) {
    processes = std::make_unique<RealProcesses>(root, std::map<std::string, std::string>{{"FLYBALL_ROOT", root}});
    systemd = std::make_unique<FolderSystemd>();
    packages = std::make_unique<FolderPackages>();
    users = std::make_unique<FolderUsers>();
  }

  void become_machine(Duration job_timeout) {
    processes = std::make_unique<RealProcesses>();
    auto real_systemd = std::make_unique<RealSystemd>(job_timeout);
    packages =
        std::make_unique<RealPackages>(files, *processes, started_by_systemd(files) ? real_systemd.get() : nullptr);
    users = std::make_unique<RealUsers>(files, *processes);
    systemd = std::move(real_systemd);
  }
};

RealHost::RealHost(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RealHost::~RealHost() = default;

Result<std::unique_ptr<RealHost>> RealHost::open(const Options& options) {
  const auto root = TRY(real_root(options.root));
  auto files = TRY(RealFiles::open(root));
  auto parts = std::make_unique<Parts>(std::move(files));
  const bool folder = root != "/";
  if (folder) {
    parts->machine = TRY(RealFiles::open("/"));
    parts->become_folder(root);
  } else {
    parts->become_machine(options.job_timeout);
  }
  const auto units = folder ? RealWatches::Units::not_watched : RealWatches::Units::watched;
  parts->watches = TRY(RealWatches::open(root, units));
  return std::unique_ptr<RealHost>(new RealHost(std::move(parts)));
}

Host RealHost::host() {
  return Host{.files = parts_->files,
              .processes = *parts_->processes,
              .systemd = *parts_->systemd,
              .packages = *parts_->packages,
              .users = *parts_->users,
              .watches = *parts_->watches,
              .clocks = parts_->clocks,
              .random = parts_->random};
}

RealWatches& RealHost::watches() { return *parts_->watches; }

FactMap RealHost::facts() {
  // A folder runs on its machine's kernel; what lies in it says more about it.
  auto facts = read_facts(parts_->files);
  if (parts_->machine) facts.merge(read_facts(*parts_->machine));
  utsname names{};
  if (::uname(&names) == 0) facts.insert_or_assign("arch", Json(names.machine));
  return facts;
}

}  // namespace flyball::os::real
