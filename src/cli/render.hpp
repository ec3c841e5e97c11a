#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How things look on a terminal.
namespace flyball::cli {

std::string grouped(std::uint64_t number);  ///< `4 310`
std::string counted(std::uint64_t number, std::string_view one,
                    std::string_view many = {});                 ///< `1 device`, `2 devices`
std::size_t columns_of(std::string_view text);                   ///< How many characters wide.
std::string padded(std::string_view text, std::size_t columns);  ///< With spaces behind, at least that wide.
std::string cut(std::string_view text, std::size_t columns);     ///< At most that wide, `…` where something is missing.
std::string value_text(const Json& value);                       ///< Of a field: texts as they are, the rest as JSON.
/// Control characters as escapes: what a repository or device says must not steer the terminal.
std::string harmless(std::string_view text);

/// Rows in columns of their own widths, two spaces between. The last column is cut so that a row fits `width` (0: not).
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width);

enum class Colour { red, green, yellow, blue, dim, bold };
/// The text in that colour, or as it is.
std::string painted(std::string_view text, Colour colour, bool wanted);

}  // namespace flyball::cli
