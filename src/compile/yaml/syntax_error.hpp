#pragma once

#include "base/diagnostic.hpp"
#include "compile/yaml/events.hpp"
#include "compile/yaml/source.hpp"

#include <optional>

namespace flyball::compile::yaml {

/// What the parser could not read, in words for the author of the file: the place where the mistake is rather than
/// where it was noticed, and a cure for the common ones.
/// `bracket` is where the innermost open `[` or `{` stands, if any.
Diagnostic syntax_error(Fault fault, const Source& source, std::optional<Mark> bracket);

/// A tab where indentation should be.
Diagnostic tab_error(const Source& source, Mark at);

}  // namespace flyball::compile::yaml
