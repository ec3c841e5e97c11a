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
    {Code::wrong_type, "E0201", "a value of another type",
     "Each key takes a value of one type: text, a number, true or false, a list, a map. YAML 1.2 decides what an "
     "unquoted word is: `no`, `on`, `12:30` and `0644` are text."},
    {Code::bad_value, "E0202", "a value that cannot be",
     "The type is right, but not what it says: a mode that is not octal, a version that is none, fields that "
     "contradict "
     "each other."},
    {Code::missing_key, "E0203", "something is missing",
     "A file or resource of this kind says nothing without this key."},
    {Code::bad_name, "E0204", "a name that cannot be",
     "Names are checked where they are written, since a device could only refuse them later: paths are absolute and "
     "normal (no `..`, no double slash), packages, units and accounts are named as the system names them."},
    {Code::not_supported, "E0205", "not supported by this version",
     "This is part of the language, but this version of Flyball does not do it yet. It is an error, since a wish that "
     "is "
     "ignored looks like one that is granted."},
    {Code::unknown_variable, "E0301", "unknown variable",
     "`${{ vars.name }}` is set in fleet.yaml, a profile, a group, a device or an override that applies to the device. "
     "`${{ device.name }}`, `${{ device.group }}` and `${{ device.labels.name }}` come from devices/. To write `${{` "
     "itself, double the dollar: `$${{`."},
    {Code::bad_reference, "E0302", "a reference that cannot be read",
     "A reference is `${{ vars.name }}`, `${{ device.name }}`, `${{ device.labels.name }}` or `${{ facts.name }}`: "
     "names "
     "with dots between, no loops, conditions or calls."},
    {Code::variable_cycle, "E0303", "variables that need each other",
     "A variable's value refers back to the variable itself, so it has none."},
    {Code::unknown_resource, "E0304", "no such resource on this device",
     "`needs`, `restart_on`, `reload_on` and `on_change` name resources that the same device has, as `kind:name`: "
     "`package:nginx`, `file:/etc/motd`."},
    {Code::dependency_cycle, "E0305", "resources that wait for each other",
     "Following `needs` from a resource leads back to it, so none of them could ever be first."},
    {Code::unknown_fact, "E0306", "unknown fact",
     "A condition or reference names a fact that agents do not tell. A fact that is never known would leave its "
     "resource waiting for ever."},
    {Code::profiles_disagree, "E0401", "two profiles disagree",
     "Two profiles that one group uses set the same field to different values, and the group itself does not say which "
     "holds. Nothing is won by order: set the field in the group."},
    {Code::too_many_variants, "E0402", "too many variants",
     "Each condition that only the device can decide (`facts`, an override's `until`) doubles the ways in which a "
     "resource may come out. At most 16 are written into a manifest."},
    {Code::path_conflict, "E0403", "one path, two kinds",
     "A path is a file, a directory or a link; here two of them are wanted at once."},
    {Code::unknown_profile, "E0404", "no such profile",
     "`use` names profiles by the `name:` in their files under profiles/."},
    {Code::declared_twice, "E0405", "declared twice",
     "A device, group, profile or override has one declaration; the name of the file means nothing."},
    {Code::member_conflict, "E0406", "members decided twice",
     "`members` of a group of users is exact, and `groups` of a user adds to such a group. Both for one group would "
     "undo "
     "each other at every check."},
    {Code::no_fleet, "E0501", "no fleet.yaml",
     "A repository begins with fleet.yaml at its root: `kind: fleet`, an `id` and a `name`. `flyball init` writes "
     "one."},
    {Code::empty_fleet, "E0502", "an empty fleet",
     "There are no devices and no groups. That would mean to take Flyball's hands off every device at once, and is "
     "most "
     "likely a wrong branch or a deleted folder."},
    {Code::unknown_group, "E0503", "no such group",
     "Every device is in one group of the tree, declared by a file under groups/."},
    {Code::unknown_device, "E0504", "no such device",
     "An override names devices that are declared under devices/. A slip in the name would leave the wish ungranted, "
     "and nobody told."},
    {Code::bad_selector, "E0505", "a selector that cannot be read",
     "`match` takes `all`, `any` and `none`: lists of `label=value`, `label` or `group=path` (with the groups below)."},
    {Code::missing_file, "E0604", "no such file",
     "`source` and `template` name files of the repository by their path from its root."},
    {Code::outside_repository, "E0605", "a link or path that leads away",
     "Contents come from the repository alone. A symbolic link, a submodule, an absolute path or `..` could lead "
     "elsewhere, so they are not followed."},
    {Code::not_text, "E0606", "not text",
     "A template is text in UTF-8. Something binary is sent as it is with `source`."},
    {Code::content_too_large, "E0607", "content too large",
     "A file for devices may have 16 MiB. Ship larger things as packages."},
    {Code::gate, "E0701", "refused by the gate",
     "The agent's own reader or planner, or the server, does not accept what this revision compiles to."},
    {Code::empty_file, "W0501", "an empty file",
     "The file says nothing. If it was emptied by accident, restore it; else remove it."},
    {Code::not_read, "W0502", "a file that is not read",
     "Configuration is read from fleet.yaml and the folders devices/, groups/, profiles/ and overrides/. YAML "
     "elsewhere "
     "is left alone."},
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
