#pragma once

#include "base/diagnostic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile::yaml {

/// A position in the file; both count from 1, columns in characters.
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// The bytes of a file by line, for excerpts and hints. Keeps a view of the bytes. Lines count from 1 and end in `\n`
/// or `\r\n`; a line is given without its end.
class Source {
 public:
  Source(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  std::string_view line(std::uint32_t number) const;  ///< Empty beyond the end.
  std::uint32_t lines() const;
  const std::string& file() const { return file_; }

  /// The rest of the line from that character on.
  std::string_view from(std::uint32_t line, std::uint32_t column) const;
  /// The same mark, or the end of the file when it lies beyond: parsers count a line more after a last line without
  /// end.
  Mark within(Mark mark) const;
  /// A place, its length cut at the end of the line.
  Place place(std::uint32_t line, std::uint32_t column, std::uint32_t length) const;

 private:
  void index() const;

  std::string_view bytes_;
  const std::string& file_;
  mutable std::vector<std::uint32_t> starts_;  // Filled when first asked: most files need no excerpt.
};

/// That line of a file as it may be shown: what is not UTF-8 or not visible becomes `?`. Nothing beyond the end. What a
/// `SourceLines` of base calls.
std::optional<std::string> shown_line(std::string_view bytes, std::uint32_t number);

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Some editors put one at the start of a file. It is no character of the first line.
inline std::string_view without_byte_order_mark(std::string_view bytes) {
  return bytes.starts_with(byte_order_mark) ? bytes.substr(byte_order_mark.size()) : bytes;
}

/// How many characters these bytes are.
std::uint32_t characters(std::string_view bytes);

/// Whether a character beyond ASCII is none that people see: control characters, byte order marks, line separators, and
/// the marks that reverse the direction of what stands around them (U+202A to U+202E, U+2066 to U+2069).
bool is_invisible(std::string_view character);

/// How many bytes the first character takes; 0 when it is not well-formed UTF-8, or there is none.
std::size_t sequence_length(std::string_view bytes);

}  // namespace flyball::compile::yaml
