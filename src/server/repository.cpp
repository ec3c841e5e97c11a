#include "server/repository.hpp"

#include "trust/tree.hpp"

#include <algorithm>

namespace flyball::server {
namespace {

Result<> compile_into(Sighting& sighting, source::Source& source, const Revision& revision) {
  sighting.commit = TRY(source.commit(revision));
  const auto snapshot = TRY(source.snapshot(revision));
  sighting.compiled = compile::compile(snapshot);
  // A file too large to be read is a mistake that the compiler names; without it there is nothing to sign.
  const auto digest = trust::snapshot_digest(snapshot);
  if (digest) sighting.snapshot = *digest;
  return {};
}

}  // namespace

Result<Sighting> look(source::Source& source, const Known& known) {
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
  TRY(compile_into(out, source, *out.head));
  return out;
}

Result<Sighting> look_at(source::Source& source, const Revision& revision) {
  Sighting out{.head = revision};
  TRY(compile_into(out, source, revision));
  return out;
}

}  // namespace flyball::server
