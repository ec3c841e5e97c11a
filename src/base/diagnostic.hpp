#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// A place in a file of the repository. Lines and columns count from 1; a column counts characters, not bytes.
struct Place {
  std::string file;
  std::uint32_t line = 0;  ///< 0: the file as a whole.
  std::uint32_t column = 0;
  std::uint32_t length = 1;  ///< How many characters the caret underlines.
  std::string str() const;   ///< `groups/kiosks.yaml:19:5`
  auto operator<=>(const Place&) const = default;
};

enum class Severity { error, warning };

/// What the author of a repository did wrong, as a value: a run collects them all.
struct Diagnostic {
  /// A second place that belongs to it: `first set here`.
  struct Note {
    Place at;
    std::string message;
    bool operator==(const Note&) const = default;
  };

  Severity severity = Severity::error;
  std::string code;  ///< `E0101`: stable, listed in compile/codes.hpp.
  Place at;
  std::string message;  ///< One line, without a full stop.
  std::string help;     ///< What to do, or empty.
  std::vector<Note> notes;
  bool operator==(const Diagnostic&) const = default;
};

/// The line of that file and number, without its end; nothing when it is unknown.
using SourceLines = std::function<std::optional<std::string>(const std::string& file, std::uint32_t line)>;

/// As `flyball validate` prints it: code and message, place, excerpt with caret, help. Ends in a line end.
std::string render(const Diagnostic& diagnostic, const SourceLines& lines);

}  // namespace flyball
