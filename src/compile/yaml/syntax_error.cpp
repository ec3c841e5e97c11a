// libyaml says where it noticed ("did not find expected key, 12:3") and where what it was reading began ("while parsing
// a block mapping, 2:1"). The mistake is often at neither: a colon without a space is noticed at the next line, a quote
// that is never closed at the end of the file. Each function below knows one family of its messages, looks at the lines
// around both places, and says what is most likely meant. What none of them knows keeps libyaml's words.
#include "compile/yaml/syntax_error.hpp"

#include "base/text.hpp"
#include "compile/codes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace flyball::compile::yaml {
namespace {

using Explained = std::optional<Diagnostic>;

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t indent_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::find_if_not(line, is_space) - line.begin());
}

bool says_nothing(std::string_view line) {
  const auto indent = indent_of(line);
  return indent == line.size() || line[indent] == '#';
}

// A line without its comment. Quotes are not followed: this serves hints only.
std::string_view without_comment(std::string_view line) {
  const auto at = line.find(" #");
  return trimmed(line.substr(0, at));
}

std::uint32_t line_before(const Source& source, std::uint32_t line) {
  while (line > 1 && says_nothing(source.line(line - 1))) --line;
  return line - 1;
}

char at(const Source& source, Mark mark) {
  const auto rest = source.from(mark.line, mark.column);
  return rest.empty() ? '\0' : rest[0];
}

// Whether nothing but space follows in the file.
bool is_end(const Source& source, Mark mark) {
  if (!says_nothing(source.from(mark.line, mark.column))) return false;
  for (auto line = mark.line + 1; line <= source.lines(); ++line) {
    if (!says_nothing(source.line(line))) return false;
  }
  return true;
}

std::string word_at(std::string_view rest) {
  const auto end = rest.find_first_of(" \t,]}");
  const auto word = rest.substr(0, end);
  constexpr std::size_t longest = 40;
  std::size_t size = 0;
  while (size < word.size()) {
    const auto next = sequence_length(word.substr(size));
    if (next == 0 || size + next > longest) break;
    size += next;
  }
  return size < word.size() ? text(word.substr(0, size), "…") : std::string(word);
}

Diagnostic error(Code code, const Source& source, Mark at, std::uint32_t length, std::string message,
                 std::string help = {}) {
  return diagnose(code, source.place(at.line, at.column, length), std::move(message), std::move(help));
}

Diagnostic with_note(Diagnostic diagnostic, const Source& source, Mark at, std::string message) {
  diagnostic.notes.push_back({.at = source.place(at.line, at.column, 1), .message = std::move(message)});
  return diagnostic;
}

// `mode:0644` where `mode: 0644` is meant: a word of a key's letters, a colon, and something that is no URL.
Explained no_space_after_colon(const Source& source, std::uint32_t number) {
  const auto line = without_comment(source.line(number));
  auto start = indent_of(line);
  while (start + 1 < line.size() && line[start] == '-' && line[start + 1] == ' ') start += 2;
  const auto colon = line.find(':', start);
  if (colon == std::string_view::npos || colon == start || colon + 1 >= line.size()) return std::nullopt;
  const auto key = line.substr(start, colon - start);
  const auto value = line.substr(colon + 1);
  if (is_space(value[0]) || value.starts_with("//") || key.find_first_of(" \t\"'{}[],") != std::string_view::npos)
    return std::nullopt;
  const auto column = characters(line.substr(0, colon)) + 1;
  std::string help = value.size() <= 40 ? text("write `", key, ": ", value, "`") : std::string("write `: `");
  return error(Code::no_space_after_colon, source, {number, column}, 1, "no space after `:`", std::move(help));
}

// `title: Lobby: north`; the fault stands at the second colon.
Explained colon_in_value(const Source& source, Mark fault) {
  const auto line = without_comment(source.line(fault.line));
  const auto tail = source.from(fault.line, fault.column);
  const auto whole = source.line(fault.line);
  const auto first = line.find(": ");
  const auto second = whole.size() - tail.size();
  if (first == std::string_view::npos || first >= second) return std::nullopt;
  const auto start = line.find_first_not_of(' ', first + 1);
  if (start == std::string_view::npos || start >= second) return std::nullopt;
  const auto value = line.substr(start);
  const bool simple = value.size() <= 60 && value.find_first_of("\"\\") == std::string_view::npos;
  return error(Code::colon_in_value, source, {fault.line, characters(line.substr(0, start)) + 1}, characters(value),
               "a value with `: ` in it needs quotes",
               simple ? text("write \"", value, "\"") : std::string("put it in single quotes"));
}

Diagnostic missing_colon(const Source& source, Mark start) {
  const auto rest = without_comment(source.from(start.line, start.column));
  return error(Code::syntax, source, start, characters(rest), text("`", word_at(rest), "` is not followed by `:`"),
               "a line of a map reads `key: value`");
}

Diagnostic not_a_key_here(const Fault& fault, const Source& source) {
  if (auto colon = colon_in_value(source, fault.at)) return *colon;
  const auto above = line_before(source, fault.at.line);
  if (auto space = no_space_after_colon(source, above)) return *space;
  const auto indent = static_cast<std::uint32_t>(indent_of(source.line(fault.at.line)));
  const Mark start{fault.at.line, indent + 1};
  const auto length = fault.at.column > start.column ? fault.at.column - start.column : 1;
  const auto line = source.line(above);
  if (above == 0 || says_nothing(line)) {
    return error(Code::syntax, source, start, length, "a key is not possible here");
  }
  const Mark before{above, static_cast<std::uint32_t>(indent_of(line)) + 1};
  if (indent <= indent_of(line)) return missing_colon(source, before);
  return with_note(
      error(Code::syntax, source, start, length, "a key cannot be indented below a line that already has a value",
            "indent it like the line above, or move the value"),
      source, before, "the line above");
}

Diagnostic no_colon(const Fault& fault, const Source& source) {
  const auto start = fault.context_at.value_or(fault.at);
  if (auto space = no_space_after_colon(source, start.line)) return *space;
  return missing_colon(source, start);
}

Diagnostic in_quotes(const Fault& fault, const Source& source) {
  const auto start = fault.context_at.value_or(fault.at);
  if (fault.problem.starts_with("found unexpected end") || fault.problem.starts_with("found unexpected document")) {
    return error(Code::not_closed, source, start, 1, "this quote is never closed",
                 text("add the closing `", std::string(1, at(source, start)), "`"));
  }
  if (fault.problem.find("escape") != std::string::npos || fault.problem.find("hexdec") != std::string::npos) {
    return with_note(error(Code::syntax, source, fault.at, 1, "this escape is not known in double quotes",
                           "write `\\\\` for a backslash, or use single quotes"),
                     source, start, "the text begins here");
  }
  return with_note(error(Code::syntax, source, fault.at, 1, fault.problem), source, start, "the text begins here");
}

Diagnostic not_closed(const Source& source, Mark bracket) {
  const bool list = at(source, bracket) == '[';
  return error(Code::not_closed, source, bracket, 1, text("this `", list ? '[' : '{', "` is never closed"),
               text("add the closing `", list ? ']' : '}', "`"));
}

// Inside `[ ]` or `{ }`.
Diagnostic in_brackets(const Fault& fault, const Source& source, char open, char close) {
  const auto start = fault.context_at.value_or(fault.at);
  const auto before = source.line(fault.at.line);
  const auto offset = before.size() - source.from(fault.at.line, fault.at.column).size();
  if (at(source, fault.at) == '{' && offset > 0 && before[offset - 1] == '$') {
    const Mark dollar{fault.at.line, fault.at.column - 1};
    return error(Code::syntax, source, dollar, 3, text("`${{` inside `", open, " ", close, "` needs quotes"),
                 "write \"${{ vars.name }}\", in quotes");
  }
  const auto line_indent = indent_of(source.line(start.line));
  const bool ended = is_end(source, fault.at);
  const bool fell_out = !ended && fault.at.line > start.line && indent_of(before) <= line_indent;
  if (ended || fell_out) {
    auto out = not_closed(source, start);
    if (!fell_out) return out;
    return with_note(std::move(out), source, fault.at, "what follows does not fit inside it");
  }
  if (at(source, fault.at) == ':') {
    if (auto colon = colon_in_value(source, fault.at)) {
      return error(Code::colon_in_value, source, fault.at, 1, "a value with `: ` in it needs quotes", "quote it");
    }
  }
  return with_note(error(Code::syntax, source, fault.at, 1, text("`,` or `", close, "` is expected here"),
                         "separate entries with `,`; quote what holds one of `[ ] { } ,`"),
                   source, start, text("inside this `", open, "`"));
}

// In a map or list by indentation; `what` is "map" or "list".
Diagnostic in_block(const Fault& fault, const Source& source, std::string_view what) {
  const auto line = source.line(fault.at.line);
  const auto rest = source.from(fault.at.line, fault.at.column);
  const auto offset = line.size() - rest.size();
  const auto start = fault.context_at.value_or(fault.at);
  const auto before = trimmed(line.substr(0, offset));
  const bool first_on_line = before.empty();
  if (!first_on_line && (before.back() == '"' || before.back() == '\'')) {
    return error(Code::syntax, source, fault.at, characters(trimmed(rest)), "text after the closing quote",
                 "quote the value as a whole; inside single quotes a quote is written twice");
  }
  if (!rest.empty() && (rest[0] == ']' || rest[0] == '}')) {
    return error(Code::syntax, source, fault.at, 1, text("`", rest.substr(0, 1), "` closes nothing"), "remove it");
  }
  if (first_on_line && what == "map" && (rest == "-" || rest.starts_with("- "))) {
    return with_note(error(Code::syntax, source, fault.at, 1, "an entry of a list in the middle of a map",
                           "indent a list below the key it belongs to"),
                     source, start, "the map begins here");
  }
  if (rest.starts_with(':')) {
    return error(Code::key_not_a_word, source, fault.at, 1, "a key is missing before `:`");
  }
  if (first_on_line && fault.at.column != start.column) {
    return with_note(error(Code::syntax, source, fault.at, characters(without_comment(rest)),
                           "this indentation fits nothing above", "indent it like the entry it belongs beside"),
                     source, start, text("the ", what, " begins here"));
  }
  return with_note(error(Code::syntax, source, fault.at, characters(without_comment(rest)),
                         what == "map" ? "`key: value` is expected here" : "this stands among the entries of a list",
                         what == "map" ? "" : "begin it with `- `, or indent it like the key it belongs beside"),
                   source, start, text("the ", what, " begins here"));
}

Diagnostic unusable_start(const Fault& fault, const Source& source) {
  const auto rest = source.from(fault.at.line, fault.at.column);
  const auto sign = rest.substr(0, sequence_length(rest));
  return error(Code::syntax, source, fault.at, characters(word_at(rest)),
               text("unquoted text cannot begin with `", sign, "`"), "put it in quotes");
}

Diagnostic odd_anchor(const Fault& fault, const Source& source) {
  const auto start = fault.context_at.value_or(fault.at);
  const auto rest = source.from(start.line, start.column);
  return error(Code::syntax, source, start, characters(word_at(rest)),
               text("`", rest.substr(0, 1), "` begins ", rest.starts_with('*') ? "an alias" : "an anchor",
                    ", and no name follows"),
               "put text that begins with it in quotes");
}

Diagnostic odd_tag(const Fault& fault, const Source& source) {
  const auto start = fault.context_at.value_or(fault.at);
  const auto rest = source.from(start.line, start.column);
  return error(Code::tag, source, start, characters(word_at(rest)), "text that begins with `!` is a tag",
               "put it in quotes");
}

Diagnostic no_value(const Fault& fault, const Source& source, std::optional<Mark> bracket) {
  if (bracket && is_end(source, fault.at)) return not_closed(source, *bracket);
  const auto rest = source.from(fault.at.line, fault.at.column);
  const bool closes = rest.starts_with(']') || rest.starts_with('}');
  return error(Code::syntax, source, fault.at, 1,
               closes ? text("`", rest.substr(0, 1), "` closes nothing") : std::string("a value is expected here"),
               closes ? "remove it, or quote the text it belongs to" : "");
}

Diagnostic directive(const Fault& fault, const Source& source) {
  return error(Code::syntax, source, fault.context_at.value_or(fault.at), 1,
               "a line that begins with `%` is a directive, and this one is not understood", "remove the line");
}

Diagnostic outside_document(const Fault& fault, const Source& source) {
  const auto rest = source.from(fault.at.line, fault.at.column);
  return error(Code::syntax, source, fault.at, characters(without_comment(rest)),
               "this does not belong to what stands above it", "give the lines of one map the same indentation");
}

Diagnostic plain_words(const Fault& fault, const Source& source) {
  auto out = error(Code::syntax, source, fault.at, 1, fault.problem.empty() ? "not valid YAML" : fault.problem);
  if (!fault.context_at || fault.context.empty()) return out;
  return with_note(std::move(out), source, *fault.context_at, fault.context);
}

Diagnostic block_header(const Fault& fault, const Source& source) {
  const auto start = fault.context_at.value_or(fault.at);
  const auto rest = source.from(fault.at.line, fault.at.column);
  return error(Code::syntax, source, fault.at, characters(trimmed(rest)),
               text("nothing may follow `", source.from(start.line, start.column).substr(0, 1), "` on its line"),
               "the text begins on the next line, indented");
}

// Only where the indentation of the text is still to be found; further lines may begin with tabs.
Diagnostic tab_first(const Fault& fault, const Source& source) {
  auto out = tab_error(source, fault.at);
  out.help = "if it belongs to the text, say how many spaces come before it: `|2`";
  return out;
}

}  // namespace

Diagnostic tab_error(const Source& source, Mark mark) {
  const auto rest = source.from(mark.line, mark.column);
  const auto tabs = rest.find_first_not_of('\t');
  return error(Code::tab, source, mark, static_cast<std::uint32_t>(std::min(tabs, rest.size())),
               "a tab is used for indentation", "indent with spaces");
}

Diagnostic syntax_error(Fault fault, const Source& source, std::optional<Mark> bracket) {
  fault.at = source.within(fault.at);
  const auto problem = [&](std::string_view part) { return fault.problem.find(part) != std::string::npos; };
  const auto context = [&](std::string_view part) { return fault.context.find(part) != std::string::npos; };
  if (problem("indentation space is expected") && fault.at.column > 1) return tab_first(fault, source);
  if (problem("tab character") || (problem("cannot start any token") && at(source, fault.at) == '\t'))
    return tab_error(source, fault.at);
  if (problem("cannot start any token")) return unusable_start(fault, source);
  if (problem("mapping values are not allowed")) return not_a_key_here(fault, source);
  if (problem("could not find expected ':'")) return no_colon(fault, source);
  if (problem("sequence entries are not allowed")) {
    return error(Code::syntax, source, fault.at, 1, "a list cannot begin on the line of its key",
                 "put each `- ` on a line of its own, or write `[a, b]`");
  }
  if (context("quoted scalar")) return in_quotes(fault, source);
  if (context("flow sequence")) return in_brackets(fault, source, '[', ']');
  if (context("flow mapping")) return in_brackets(fault, source, '{', '}');
  if (context("block mapping")) return in_block(fault, source, "map");
  if (context("block collection")) return in_block(fault, source, "list");
  if (problem("expected node content")) return no_value(fault, source, bracket);
  if (context("directive") || problem("directive") || problem("incompatible YAML")) return directive(fault, source);
  if (context("anchor") || context("alias")) return odd_anchor(fault, source);
  if (context("tag") || problem("undefined tag handle")) return odd_tag(fault, source);
  if (context("block scalar") && problem("comment or line break")) return block_header(fault, source);
  if (problem("<document start>")) return outside_document(fault, source);
  return plain_words(fault, source);
}

}  // namespace flyball::compile::yaml
