#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flyball::compile {

/// What a diff may take of the reader's time and of a report's room.
struct DiffBounds {
  std::size_t lines = 200;
  std::size_t bytes = std::size_t{64} * 1024;
  std::size_t columns = 400;  ///< In bytes; longer lines are cut at a character.
};

/// Whether these bytes can be shown line by line.
bool is_text(std::string_view bytes);

/// The lines that differ, `-` those that go and `+` those that come, as `diff -U0` finds them (Myers, "An O(ND)
/// difference algorithm", 1986) but without numbers, so that the same edit of different files is the same text. Lines
/// that stay between two edits are one `…`. Control characters are written as escapes. Empty when nothing differs.
std::string text_diff(std::string_view before, std::string_view after, const DiffBounds& bounds = {});

}  // namespace flyball::compile
