#pragma once

#include "compile/compile.hpp"
#include "source/source.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flyball::server {

/// What looking at the repository found.
struct Sighting {
  std::optional<Revision> head;  ///< Nothing: the branch has no commit yet.
  bool rewritten = false;        ///< The head does not follow what is in force.
  std::optional<source::CommitInfo> commit;
  std::optional<compile::Compiled> compiled;  ///< Nothing when the head is known already.
  std::optional<Digest> snapshot;             ///< Digest of the files of the head.
};

/// What need not be compiled again.
struct Known {
  std::optional<Revision> in_force;
  std::vector<Revision> judged;  ///< Refused or held: their verdict stands.
};

/// Compiles a snapshot, here or in a process of its own. `unavailable` and `cancelled` say nothing about the snapshot;
/// any other error means that the compiler came to grief over it.
using Compile = std::function<Result<compile::Compiled>(const Snapshot&)>;

/// Fetches, and compiles the head when it is new. `unavailable` when the repository cannot be read: never "empty". A
/// head over which the compiler comes to grief does not compile, and a diagnostic says why.
Result<Sighting> look(source::Source& source, const Known& known, const Compile& compiler);
/// One revision, whether it is known or not: to have what is in force at hand after a restart. It compiled before, so
/// an error of the compiler's is the answer, and the caller may try again.
Result<Sighting> look_at(source::Source& source, const Revision& revision, const Compile& compiler);

/// Does the looking: at once, or on a thread or in a process of its own, since git and the compiler take their time.
/// One look at a time; `done` is called on the server's thread, once.
class Lookout {
 public:
  using Done = std::move_only_function<void(Result<Sighting>)>;
  virtual ~Lookout() = default;
  virtual void look(Known known, Done done) = 0;
  virtual void look_at(Revision revision, Done done) = 0;
};

/// Looks within the call: for the simulation and tests.
class DirectLookout final : public Lookout {
 public:
  explicit DirectLookout(source::Source& source, Compile compiler = compile::compile)
      : source_(source), compiler_(std::move(compiler)) {}
  void look(Known known, Done done) override { done(server::look(source_, known, compiler_)); }
  void look_at(Revision revision, Done done) override { done(server::look_at(source_, revision, compiler_)); }

 private:
  source::Source& source_;
  Compile compiler_;
};

}  // namespace flyball::server
