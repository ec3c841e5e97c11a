#pragma once

#include "server/config.hpp"
#include "server/server.hpp"

#include <string>

namespace flyball::server {

/// Runs the server of this configuration until SIGTERM or SIGINT: repository, store, both listeners, the door for
/// hooks. `program`: path of this executable, for the hooks.
Result<> run_server(const Config& config, const std::string& program, const std::string& version, const Log& log);

/// Copies what cannot be made again into a new folder: store, keys, repository. While the server runs, too.
Result<> backup(const std::string& state, const std::string& folder);
/// Puts a backup into an empty state directory. Sequences leap ahead, since devices may have accepted releases that
/// came after the backup.
Result<> restore(const std::string& folder, const std::string& state);

}  // namespace flyball::server
