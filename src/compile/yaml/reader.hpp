#pragma once

#include "base/diagnostic.hpp"
#include "compile/yaml/node.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile::yaml {

/// What one file may take of us (guard G4).
inline constexpr std::size_t max_depth = 32;
inline constexpr std::size_t max_aliases = 1'000;
inline constexpr std::size_t max_repeated_nodes = 100'000;  ///< Nodes that all aliases of a file stand for together.
inline constexpr std::size_t max_mistakes = 100;

/// Reads one file: YAML 1.2 core schema, one document, no tags of one's own, unique keys. Mistakes are appended to
/// `out` in the order in which they were met; a document is always given, as far as it could be read. Throws only
/// std::bad_alloc. Any thread.
Document read(std::string_view bytes, const std::string& file, std::vector<Diagnostic>& out);

}  // namespace flyball::compile::yaml
