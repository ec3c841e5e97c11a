#include "server/repository.hpp"

#include "compile/codes.hpp"
#include "trust/tree.hpp"

#include <algorithm>

namespace flyball::server {
namespace {

Result<> compile_into(Sighting& sighting, source::Source& source, const Revision& revision, const Compile& compiler) {
  sighting.commit = TRY(source.commit(revision));
  const auto snapshot = TRY(source.snapshot(revision));
  sighting.compiled = TRY(compiler(snapshot));
  // A file too large to be read is a mistake that the compiler names; without it there is nothing to sign.
  const auto digest = trust::snapshot_digest(snapshot);
  if (digest) sighting.snapshot = *digest;
  return {};
}

// The compiler ended, or had to be ended. Trying again would do the same, and hold up what is pushed next.
Compile refusing_what_breaks(const Compile& compiler) {
  return [&compiler](const Snapshot& snapshot) -> Result<compile::Compiled> {
    auto compiled = compiler(snapshot);
    if (compiled || compiled.error().code == Errc::unavailable || compiled.error().code == Errc::cancelled)
      return compiled;
    compile::Compiled refused;
    refused.diagnostics.push_back(
        compile::diagnose(compile::Code::gate, {.file = "fleet.yaml"}, compiled.error().message,
                          "push a change that is smaller or simpler; this is not tried again"));
    return refused;
  };
}

}  // namespace

Result<Sighting> look(source::Source& source, const Known& known, const Compile& compiler) {
  TRY(source.fetch());
  Sighting out{.head = TRY(source.head())};
  if (!out.head || out.head == known.in_force || std::ranges::find(known.judged, *out.head) != known.judged.end())
    return out;
  if (known.in_force) {
    const auto follows = TRY(source.follows(*known.in_force, *out.head));
    if (!follows) {
      out.rewritten = true;
      return out;
    }
  }
  TRY(compile_into(out, source, *out.head, refusing_what_breaks(compiler)));
  return out;
}

Result<Sighting> look_at(source::Source& source, const Revision& revision, const Compile& compiler) {
  Sighting out{.head = revision};
  TRY(compile_into(out, source, revision, compiler));
  return out;
}

}  // namespace flyball::server
