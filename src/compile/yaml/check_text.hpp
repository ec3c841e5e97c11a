#pragma once

#include "base/diagnostic.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flyball::compile::yaml {

inline constexpr std::size_t max_file_bytes = std::size_t{4} << 20U;

/// The first reason why these bytes are not text that every reader sees alike: too large, not UTF-8, a control
/// character, a line separator that only some programs honour. A byte order mark at the start is fine.
std::optional<Diagnostic> check_text(std::string_view bytes, const std::string& file);

}  // namespace flyball::compile::yaml
