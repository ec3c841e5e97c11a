#include "base/diagnostic.hpp"

#include "base/text.hpp"

namespace flyball {
namespace {

struct Excerpt {
  std::string before;  // What the caret stands under, as spaces of the same width.
  std::string shown;
};

// Tabs are shown as one space each, and control characters as `?`, so that the caret stands where it should.
Excerpt excerpt(std::string_view line, std::uint32_t column) {
  Excerpt out;
  std::uint32_t at = 0;
  for (const char c : line) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    if (!continues && ++at < column) out.before += ' ';
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
  constexpr std::size_t widest = 160;
  const auto shown = excerpt(*line, at.column);
  const auto number = text(at.line);
  out += text(gap, " |\n", std::string(margin - number.size(), ' '), number, " | ");
  out += shown.shown.size() > widest ? text(shown.shown.substr(0, widest), "…") : shown.shown;
  out += text('\n', gap, " | ");
  if (at.column <= widest)
    out += shown.before + std::string(at.length == 0 ? 1 : at.length > widest ? widest : at.length, mark[0]);
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
