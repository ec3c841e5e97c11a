#pragma once

#include "base/result.hpp"
#include "cli/verb.hpp"
#include "compile/fleet.hpp"
#include "model/snapshot.hpp"
#include "source/git_source.hpp"

#include <optional>
#include <string>

namespace flyball::cli {

/// A repository as it lies on this machine.
struct Checkout {
  std::string root;    ///< Where fleet.yaml is, absolute.
  bool git = false;    ///< Whether git keeps it.
  std::string prefix;  ///< Where `root` lies in git's tree: empty, or `fleet/`.
};

/// The checkout of `-C` or of where we are: the nearest folder upwards with a fleet.yaml, else that folder itself.
Result<Checkout> find_checkout(const Context& context);

/// The files as they are now: what git tracks and what it does not ignore; every file where git is not used.
/// Symbolic links stay links.
Result<Snapshot> working_tree(const Context& context, const Checkout& checkout);

/// Revisions of the checkout.
source::GitSource git_source(const Context& context, const Checkout& checkout);
/// What a name such as `HEAD~2` means; nothing when git has no such commit.
Result<Revision> resolve(const Context& context, const Checkout& checkout, const std::string& name);
/// The files of a revision, by their paths from the checkout's root.
Result<Snapshot> files_of(const Context& context, const Checkout& checkout, const Revision& revision);

/// The files of `--at REV`, or as they are now; and how to call that.
struct Named {
  Snapshot snapshot;
  std::string name;  ///< `4f1c2e9` or `working tree`
};
Result<Named> snapshot_at(const Context& context, const Checkout& checkout, const std::string& revision);

/// Prints the diagnostics, each with its excerpt, to standard error.
void show_diagnostics(const Context& context, const compile::Compiled& compiled, const Snapshot& snapshot);

}  // namespace flyball::cli
