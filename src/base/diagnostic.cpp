#include "base/diagnostic.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball {
namespace {

struct Excerpt {
  std::string before;  // What the caret stands under, as spaces of the same width.
  std::string shown;
  std::size_t room = 0;  // How many characters are shown from the caret on.
};

constexpr std::uint32_t widest = 160;

// The part of a line around a column, at most `widest` characters. Tabs are shown as one space each, and control
// characters as `?`, so that the caret stands where it should.
Excerpt excerpt(std::string_view line, std::uint32_t column) {
  const std::uint32_t first = column > widest * 3 / 4 ? column - widest / 2 : 1;
  Excerpt out;
  if (first > 1) out = {.before = " ", .shown = "…"};
  std::uint32_t at = 0;
  for (const char c : line) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    if (!continues) ++at;
    if (at >= first + widest) {
      out.shown += "…";
      break;
    }
    if (at < first) continue;
    if (!continues && at < column) out.before += ' ';
    if (!continues && at >= column) ++out.room;
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out.shown += control ? (c == '\t' ? ' ' : '?') : c;
  }
  return out;
}

void show(std::string& out, const Place& at, std::string_view help, std::string_view mark, const SourceLines& lines,
          std::size_t margin) {
  const std::string gap(margin, ' ');
  out += text(gap, "--> ", at.str(), '\n');
  const auto line = at.line > 0 ? lines(at.file, at.line) : std::nullopt;
  if (!line) {
    if (!help.empty()) out += text(gap, " = help: ", help, '\n');
    return;
  }
  const auto shown = excerpt(*line, at.column);
  const auto number = text(at.line);
  out += text(gap, " |\n", std::string(margin - number.size(), ' '), number, " | ");
  const auto length = std::clamp<std::size_t>(at.length, 1, std::max<std::size_t>(shown.room, 1));
  out += text(shown.shown, '\n', gap, " | ", shown.before, std::string(length, mark[0]));
  if (!help.empty()) out += text(" help: ", help);
  out += '\n';
}

}  // namespace

std::string Place::str() const {
  if (line == 0) return file;
  return column == 0 ? text(file, ':', line) : text(file, ':', line, ':', column);
}

std::string render(const Diagnostic& diagnostic, const SourceLines& lines) {
  std::size_t margin = text(diagnostic.at.line).size();
  for (const auto& note : diagnostic.notes) margin = std::max(margin, text(note.at.line).size());
  margin = std::max<std::size_t>(margin, 2);
  std::string out = text(diagnostic.severity == Severity::error ? "error[" : "warning[", diagnostic.code,
                         "]: ", diagnostic.message, '\n');
  show(out, diagnostic.at, diagnostic.help, "^", lines, margin);
  for (const auto& note : diagnostic.notes) {
    out += text(std::string(margin, ' '), " = note: ", note.message, '\n');
    show(out, note.at, {}, "-", lines, margin);
  }
  return out;
}

}  // namespace flyball
