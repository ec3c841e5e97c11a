#pragma once

#include "base/result.hpp"
#include "os/processes.hpp"
#include "server/repository.hpp"

#include <string>

namespace flyball::server {

/// Where the repository lies that people push to, or into which a remote is fetched.
std::string repository_path(const std::string& state);
std::string control_path(const std::string& state);

/// Makes the bare repository when it is not there, and sets what must hold in it: no rewriting and no deleting of
/// branches, and our hooks, which run `program`.
Result<> prepare_repository(os::Processes& processes, const std::string& state, const std::string& branch, bool hosted,
                            const std::string& program);

/// Git's hooks (githooks(5)), run by git where somebody pushes. `input`: lines of `<old> <new> <ref>`. What they say to
/// the person goes to `said`.
///
/// Before anything is accepted: reads what is pushed to the tracked branch, in this very process, since only it sees
/// the objects in quarantine, and compiles it. False refuses the push.
bool pre_receive(os::Processes& processes, const Compile& compiler, const std::string& repository,
                 const std::string& branch, const std::string& input, std::string& said);
/// After: tells the server to look, and says what became of it.
void post_receive(const std::string& state, const std::string& branch, const std::string& input, std::string& said);

}  // namespace flyball::server
