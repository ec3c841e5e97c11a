#pragma once

#include "base/json.hpp"
#include "compile/fleet.hpp"

#include <string>

namespace flyball::cli {

/// A field of a variant as people wrote it: contents as their text, facts as `${{ facts.os.id }}`, what is sensitive
/// masked, what is binary or long told by its size.
Json shown_field(const compile::Fleet& fleet, const Variant& variant, std::string_view field, const Json& value);

/// The whole variant as it would stand in YAML: fields and relations.
Json shown_variant(const compile::Fleet& fleet, std::string_view kind, const Variant& variant);

}  // namespace flyball::cli
