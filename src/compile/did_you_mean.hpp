#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flyball::compile {

/// The candidate that a slip of the finger would turn into `name`: at most a third of its letters added, left out,
/// changed or swapped with a neighbour (Damerau-Levenshtein, optimal string alignment); case, `-` and `_` count as
/// nothing. The first of equally near ones. Names over 64 bytes are like no other.
std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates);

/// "did you mean `restart_on`?", or empty: the help of a diagnostic.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace flyball::compile
