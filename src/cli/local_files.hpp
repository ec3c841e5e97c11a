#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/snapshot.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The files of the person at the keyboard: the checkout, and what a login keeps.
namespace flyball::cli {

bool exists(const std::string& path);  ///< Anything, also a link that leads nowhere.
/// The directory with its links followed; `not_found` when it is none.
Result<std::string> real_directory(const std::string& path);
/// Every file below a directory by its path from there, sorted; `.git` left out. Links are not followed.
Result<std::vector<std::string>> files_below(const std::string& directory);
/// Those files. What is not there any more is left out; what cannot be read is an error, since half a tree is none.
Result<Snapshot> read_files(const std::string& directory, const std::vector<std::string>& paths);

Result<Bytes> read_file(const std::string& path);
/// Makes the directories above it where they are missing. `conflict` when something is there.
Result<> write_new_file(const std::string& path, std::string_view bytes);
/// Replaces a file wholly; only its owner may read it.
Result<> write_private_file(const std::string& path, std::string_view bytes);

}  // namespace flyball::cli
