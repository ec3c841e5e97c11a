#pragma once

#include "os/files.hpp"
#include "os/processes.hpp"

#include <map>
#include <string>
#include <vector>

namespace flyball::os {

/// Runs `git -C directory arguments…` with this input and gives its standard output. Nothing of the machine's
/// configuration is read, no hook and no monitor of the repository runs, nothing is asked on a terminal, and only
/// https, ssh and local files are spoken. What is named in `environment` (HOME for a user's own settings, proxies)
/// comes on top.
///
/// `not_found`: there is no git · `timeout` · `denied`: git does not trust the owner of the repository
/// (safe.directory) · `corrupt`: more output than we take · `unavailable`: git failed, with what it said.
Result<Bytes> run_git(Processes& processes, const Path& directory, const std::vector<std::string>& arguments,
                      const Bytes& input = {}, const std::map<std::string, std::string>& environment = {});

}  // namespace flyball::os
