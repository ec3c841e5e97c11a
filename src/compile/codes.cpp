#include "compile/codes.hpp"

#include <algorithm>
#include <utility>

namespace flyball::compile {
namespace {

constexpr CodeInfo table[] = {
    {Code::unknown_key, "E0101", "unknown key",
     "Each kind of file and of resource has its keys, and no others: a key that nothing reads would be a wish that is "
     "silently not granted. Look for a slip of the finger, or for a key that belongs one level up or down."},
    {Code::duplicate_key, "E0102", "the same key twice",
     "A map holds each key once. YAML readers differ in which of two they keep, so neither is taken. Keep one; if both "
     "lists or maps were meant, write their entries together under one key."},
    {Code::syntax, "E0103", "not valid YAML",
     "The file cannot be read on from this place. What stands above it was read and checked; what follows was not, so "
     "further mistakes may show once this one is gone. When the place looks right, look at the line before it: most "
     "often its indentation, a quote or a colon is amiss."},
    {Code::tab, "E0104", "tab used for indentation",
     "YAML is indented with spaces, since a tab has no certain width. Set the editor to insert spaces in YAML files. "
     "Inside the text of a block (`content: |`) tabs may follow the indentation and are kept."},
    {Code::no_space_after_colon, "E0105", "no space after a colon",
     "`key: value` needs a space (or the end of the line) after the colon; `key:value` is one word. So `12:30` and "
     "`http://example.com` need no quotes."},
    {Code::colon_in_value, "E0106", "colon in an unquoted value",
     "A colon followed by a space ends a key, so a value that holds one must be quoted: `title: \"Lobby: north\"`."},
    {Code::merge_key, "E0107", "merge keys are not read",
     "`<<: *name` was an extension of YAML 1.1 and is not part of YAML 1.2. It would also be a second way to merge "
     "beside the layers. Put what is shared into a profile and name it under `use`, or repeat it."},
    {Code::key_not_a_word, "E0108", "a key that is not a word",
     "Keys are text. A list, a map or nothing at all cannot be a key. Where a template was meant, note that `{` begins "
     "a map: write `${{ vars.name }}`, in quotes inside `{ }` and `[ ]`."},
    {Code::tag, "E0109", "tags are not read",
     "A value that begins with `!` carries a tag, which tells a program to build something special. Only the tags of "
     "the core schema (`!!str`, `!!int` and so on) are read, and only where they are true. Quote the value if the `!` "
     "belongs to it."},
    {Code::undefined_alias, "E0110", "alias of nothing",
     "`*name` repeats what `&name` marked earlier in the same file. Anchors do not reach into other files: use a "
     "profile or a variable for that. A value that only begins with `*` must be quoted."},
    {Code::alias_cycle, "E0111", "an alias inside its own anchor",
     "`&name` marks a value that contains `*name`, so it would contain itself for ever."},
    {Code::too_many_aliases, "E0112", "aliases beyond the bound",
     "A few lines of aliases that repeat each other can stand for billions of values. A file may hold 1,000 aliases, "
     "and they may repeat 100,000 values in all."},
    {Code::too_deep, "E0113", "nested too deep",
     "Nothing in a repository needs more than 32 levels of maps and lists, with aliases followed. A file that has more "
     "was generated wrongly, or is meant to harm."},
    {Code::second_document, "E0114", "a second document in one file",
     "`---` in the middle of a file begins another document, which many readers drop unseen. A file holds one. Move "
     "the second into a file of its own; the name is free."},
    {Code::not_closed, "E0115", "a quote or bracket is not closed",
     "What was opened here runs to the end of the file or into lines that do not fit inside it. Inside single quotes a "
     "quote is written twice: 'it''s'. Inside double quotes it is written \\\"."},
    {Code::too_many_mistakes, "E0116", "too many mistakes in one file",
     "Reading stops after the hundredth mistake of one file; the rest of the file is not judged."},
    {Code::file_too_large, "E0601", "file too large",
     "A file of configuration may have 4 MiB. Split it: folders hold as many files as you like, and their names carry "
     "no meaning. What devices should receive as it is belongs under `files/` and is named by `source`."},
    {Code::not_utf8, "E0602", "not UTF-8",
     "Configuration is text in UTF-8. Another encoding (Latin-1, UTF-16) must be converted; something binary belongs "
     "under `files/` and is named by `source`."},
    {Code::control_character, "E0603", "a character that does not belong in text",
     "Control characters, byte order marks inside a file, separators that only some programs take for line ends, and "
     "marks that reverse the direction of text "
     "make two readers see two different files. In double quotes they can be written as escapes: \"\\x1b\", "
     "\"\\u2028\"."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(table); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table has the order of the enumeration");

bool same_letters(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(a, b, {}, upper, upper);
}

}  // namespace

std::span<const CodeInfo> codes() { return table; }

const CodeInfo& info(Code code) { return table[static_cast<std::size_t>(code)]; }

const CodeInfo* find_code(std::string_view id) {
  const auto* const row = std::ranges::find_if(table, [&](const CodeInfo& i) { return same_letters(i.id, id); });
  return row == std::end(table) ? nullptr : row;
}

Diagnostic diagnose(Code code, Place at, std::string message, std::string help) {
  const auto id = info(code).id;
  return {.severity = id.starts_with('W') ? Severity::warning : Severity::error,
          .code = std::string(id),
          .at = std::move(at),
          .message = std::move(message),
          .help = std::move(help)};
}

}  // namespace flyball::compile
