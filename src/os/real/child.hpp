#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace flyball::os::real {

struct ChildUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::string home;
};

/// All that a child does between fork and exec, prepared before: there it may neither allocate nor lock, since another
/// thread of ours may have held a lock at that moment.
struct ChildPlan {
  std::vector<std::string> candidates;  ///< Paths to try, in order.
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string directory;
  std::optional<ChildUser> user;
  std::array<int, 3> streams{};
  int report = -1;  ///< Takes one `ChildFailure` when the program cannot start; closed when it does.
};

enum class ChildStep : int { streams, directory, user, exec };
struct ChildFailure {
  ChildStep step{};
  int error = 0;
};

/// The process id, or -1 and errno. The child has a session of its own, default signals, and no other open files.
pid_t start_child(const ChildPlan& plan);

}  // namespace flyball::os::real
