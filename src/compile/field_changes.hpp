#pragma once

#include "compile/standing.hpp"
#include "model/change.hpp"

#include <vector>

namespace flyball::compile {

/// How two spec blobs of one resource differ, as people see it: each variant with the one of the same condition,
/// contents as diffs, what is sensitive masked. Null: not in that fleet.
std::vector<FieldChange> field_changes(const ResourceId& id, const SpecBlob* before, const SpecReader& old_contents,
                                       const SpecBlob* after, const SpecReader& new_contents);

/// A condition as users would say it: `os.id=debian, until 2026-12-05`. Empty: always.
std::string when_text(const When& when);

}  // namespace flyball::compile
