#pragma once

#include <string_view>

namespace flyball::cli {

/// A kind of file, and which files it is by convention: for the mapping of editors.
struct SchemaKind {
  std::string_view kind;
  std::string_view files;  ///< As globs.
};

inline constexpr SchemaKind schema_kinds[] = {
    {"fleet", "fleet.yaml"},           {"devices", "devices/**/*.yaml"},    {"group", "groups/**/*.yaml"},
    {"profile", "profiles/**/*.yaml"}, {"override", "overrides/**/*.yaml"},
};

}  // namespace flyball::cli
