#include "compile/yaml/reader.hpp"
#include "compile/yaml/source.hpp"

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

// What the author of such a file sees.
std::string shown(std::string_view bytes) {
  std::vector<Diagnostic> mistakes;
  read(bytes, "groups/kiosks.yaml", mistakes);
  std::string out = "\n";
  for (const auto& mistake : mistakes) {
    out += render(mistake, [&](const std::string&, std::uint32_t number) { return shown_line(bytes, number); });
  }
  return out;
}

TEST(SyntaxError, SaysWhereTheMistakeIsAndHowItIsMended) {
  struct {
    std::string_view name;
    std::string_view given;
    std::string want;
  } const cases[] = {
      {"no space after a colon", "files:\n  owner: root\n  mode:0644\n  group: x\n", R"(
error[E0105]: no space after `:`
  --> groups/kiosks.yaml:3:7
   |
 3 |   mode:0644
   |       ^ help: write `mode: 0644`
)"},
      {"no space after the first colon of a map", "files:\n  mode:0644\n  owner: root\n", R"(
error[E0105]: no space after `:`
  --> groups/kiosks.yaml:2:7
   |
 2 |   mode:0644
   |       ^ help: write `mode: 0644`
)"},
      {"no space after the last colon", "a: 1\nb:2\n", R"(
error[E0105]: no space after `:`
  --> groups/kiosks.yaml:2:2
   |
 2 | b:2
   |  ^ help: write `b: 2`
)"},
      {"no space after a colon in braces", "a: {mode:0644}\n", R"(
error[E0105]: no space after `:`
  --> groups/kiosks.yaml:1:9
   |
 1 | a: {mode:0644}
   |         ^ help: write `mode: 0644`
)"},
      {"a colon in a value", "- title: Lobby: north # main door\n", R"(
error[E0106]: a value with `: ` in it needs quotes
  --> groups/kiosks.yaml:1:10
   |
 1 | - title: Lobby: north # main door
   |          ^^^^^^^^^^^^ help: write "Lobby: north"
)"},
      {"a colon in a value with quotes in it", "say: she said: \"hi\"\n", R"(
error[E0106]: a value with `: ` in it needs quotes
  --> groups/kiosks.yaml:1:6
   |
 1 | say: she said: "hi"
   |      ^^^^^^^^^^^^^^ help: put it in single quotes
)"},
      {"a colon in a value in braces", "a: {b: c: d}\n", R"(
error[E0106]: a value with `: ` in it needs quotes
  --> groups/kiosks.yaml:1:9
   |
 1 | a: {b: c: d}
   |         ^ help: quote it
)"},
      {"a tab before a key", "a:\n\tb: 1\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:2:1
   |
 2 |  b: 1
   | ^ help: indent with spaces
)"},
      {"a tab after a line that was indented well", "a:\n  b: 1\n\tc: 2\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:3:1
   |
 3 |  c: 2
   | ^ help: indent with spaces
)"},
      {"tabs in brackets", "a: [1,\n\t\t2]\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:2:1
   |
 2 |   2]
   | ^^ help: indent with spaces
)"},
      {"a tab before a comment", "a: 1\n\t# b\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:2:1
   |
 2 |  # b
   | ^ help: indent with spaces
)"},
      {"a tab before the text of a block", "a: |\n\tx\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:2:1
   |
 2 |  x
   | ^ help: indent with spaces
)"},
      {"a tab as the first character of the text of a block", "a: |\n  \tx\n", R"(
error[E0104]: a tab is used for indentation
  --> groups/kiosks.yaml:2:3
   |
 2 |    x
   |   ^ help: if it belongs to the text, say how many spaces come before it: `|2`
)"},
      {"indentation that fits nothing", "a:\n    b: 1\n  c: 2\n", R"(
error[E0103]: this indentation fits nothing above
  --> groups/kiosks.yaml:3:3
   |
 3 |   c: 2
   |   ^^^^ help: indent it like the entry it belongs beside
   = note: the map begins here
  --> groups/kiosks.yaml:1:1
   |
 1 | a:
   | -
)"},
      {"a value below a value", "a: 1\n  b: 2\n", R"(
error[E0103]: a key cannot be indented below a line that already has a value
  --> groups/kiosks.yaml:2:3
   |
 2 |   b: 2
   |   ^ help: indent it like the line above, or move the value
   = note: the line above
  --> groups/kiosks.yaml:1:1
   |
 1 | a: 1
   | -
)"},
      {"a line without a colon", "kind: group\nfoo bar\nname: x\n", R"(
error[E0103]: `foo` is not followed by `:`
  --> groups/kiosks.yaml:2:1
   |
 2 | foo bar
   | ^^^^^^^ help: a line of a map reads `key: value`
)"},
      {"a first line without a colon", "foo bar\nbaz: 1\n", R"(
error[E0103]: `foo` is not followed by `:`
  --> groups/kiosks.yaml:1:1
   |
 1 | foo bar
   | ^^^^^^^ help: a line of a map reads `key: value`
)"},
      {"a first line that is indented", "  a: 1\nb: 2\n", R"(
error[E0103]: this does not belong to what stands above it
  --> groups/kiosks.yaml:2:1
   |
 2 | b: 2
   | ^^^^ help: give the lines of one map the same indentation
)"},
      {"a list in a map", "a: 1\n- b\n", R"(
error[E0103]: an entry of a list in the middle of a map
  --> groups/kiosks.yaml:2:1
   |
 2 | - b
   | ^ help: indent a list below the key it belongs to
   = note: the map begins here
  --> groups/kiosks.yaml:1:1
   |
 1 | a: 1
   | -
)"},
      {"a map in a list", "a:\n  - b\n  c: d\n", R"(
error[E0103]: this stands among the entries of a list
  --> groups/kiosks.yaml:3:3
   |
 3 |   c: d
   |   ^^^^ help: begin it with `- `, or indent it like the key it belongs beside
   = note: the list begins here
  --> groups/kiosks.yaml:2:3
   |
 2 |   - b
   |   -
)"},
      {"a list on the line of its key", "a: - b\n", R"(
error[E0103]: a list cannot begin on the line of its key
  --> groups/kiosks.yaml:1:4
   |
 1 | a: - b
   |    ^ help: put each `- ` on a line of its own, or write `[a, b]`
)"},
      {"text after a quote", "a: \"x\" y\n", R"(
error[E0103]: text after the closing quote
  --> groups/kiosks.yaml:1:8
   |
 1 | a: "x" y
   |        ^ help: quote the value as a whole; inside single quotes a quote is written twice
)"},
      {"a quote in single quotes", "a: 'it's'\n", R"(
error[E0103]: text after the closing quote
  --> groups/kiosks.yaml:1:8
   |
 1 | a: 'it's'
   |        ^^ help: quote the value as a whole; inside single quotes a quote is written twice
)"},
      {"a quote that is never closed", "a: \"x\nb: 1\n", R"(
error[E0115]: this quote is never closed
  --> groups/kiosks.yaml:1:4
   |
 1 | a: "x
   |    ^ help: add the closing `"`
)"},
      {"an unknown escape", "a: \"C:\\dir\"\n", R"(
error[E0103]: this escape is not known in double quotes
  --> groups/kiosks.yaml:1:7
   |
 1 | a: "C:\dir"
   |       ^ help: write `\\` for a backslash, or use single quotes
   = note: the text begins here
  --> groups/kiosks.yaml:1:4
   |
 1 | a: "C:\dir"
   |    -
)"},
      {"a bracket that is never closed", "größe: [1, \"ü\"\n", R"(
error[E0115]: this `[` is never closed
  --> groups/kiosks.yaml:1:8
   |
 1 | größe: [1, "ü"
   |        ^ help: add the closing `]`
)"},
      {"a bracket that is never closed, and lines follow", "a: {b: 1,\nc: [2]\nd: 3\n", R"(
error[E0115]: this `{` is never closed
  --> groups/kiosks.yaml:1:4
   |
 1 | a: {b: 1,
   |    ^ help: add the closing `}`
   = note: what follows does not fit inside it
  --> groups/kiosks.yaml:3:1
   |
 3 | d: 3
   | -
)"},
      {"a brace that ends with the file", "a: {b: 1,\n", R"(
error[E0115]: this `{` is never closed
  --> groups/kiosks.yaml:1:4
   |
 1 | a: {b: 1,
   |    ^ help: add the closing `}`
)"},
      {"a bracket that closes nothing", "a: [1]]\n", R"(
error[E0103]: `]` closes nothing
  --> groups/kiosks.yaml:1:7
   |
 1 | a: [1]]
   |       ^ help: remove it
)"},
      {"a bracket at the start of a value", "a: ]x\n", R"(
error[E0103]: `]` closes nothing
  --> groups/kiosks.yaml:1:4
   |
 1 | a: ]x
   |    ^ help: remove it, or quote the text it belongs to
)"},
      {"a comma too many", "a: [1,,2]\n", R"(
error[E0103]: a value is expected here
  --> groups/kiosks.yaml:1:7
   |
 1 | a: [1,,2]
   |       ^
)"},
      {"a comma forgotten", "a: [\"x\" \"y\"]\n", R"(
error[E0103]: `,` or `]` is expected here
  --> groups/kiosks.yaml:1:9
   |
 1 | a: ["x" "y"]
   |         ^ help: separate entries with `,`; quote what holds one of `[ ] { } ,`
   = note: inside this `[`
  --> groups/kiosks.yaml:1:4
   |
 1 | a: ["x" "y"]
   |    -
)"},
      {"a variable without quotes in braces", "u: { url: ${{ vars.x }} }\n", R"(
error[E0103]: `${{` inside `{ }` needs quotes
  --> groups/kiosks.yaml:1:11
   |
 1 | u: { url: ${{ vars.x }} }
   |           ^^^ help: write "${{ vars.name }}", in quotes
)"},
      {"an at sign", "a: @home\n", R"(
error[E0103]: unquoted text cannot begin with `@`
  --> groups/kiosks.yaml:1:4
   |
 1 | a: @home
   |    ^^^^^ help: put it in quotes
)"},
      {"a star that is no alias", "a: *.conf\n", R"(
error[E0103]: `*` begins an alias, and no name follows
  --> groups/kiosks.yaml:1:4
   |
 1 | a: *.conf
   |    ^^^^^^ help: put text that begins with it in quotes
)"},
      {"an ampersand", "a: & b\n", R"(
error[E0103]: `&` begins an anchor, and no name follows
  --> groups/kiosks.yaml:1:4
   |
 1 | a: & b
   |    ^ help: put text that begins with it in quotes
)"},
      {"text after the sign of a block", "a: | text\n  b\n", R"(
error[E0103]: nothing may follow `|` on its line
  --> groups/kiosks.yaml:1:6
   |
 1 | a: | text
   |      ^^^^ help: the text begins on the next line, indented
)"},
      {"a text that falls out of its block", "a: |\n    one\n  two\n", R"(
error[E0103]: this indentation fits nothing above
  --> groups/kiosks.yaml:3:3
   |
 3 |   two
   |   ^^^ help: indent it like the entry it belongs beside
   = note: the map begins here
  --> groups/kiosks.yaml:1:1
   |
 1 | a: |
   | -
)"},
      {"a key without a name", "a: 1\n: v\n", R"(
error[E0108]: a key is missing before `:`
  --> groups/kiosks.yaml:2:1
   |
 2 | : v
   | ^
)"},
      {"a directive", "%YAML 2.0\n---\na: 1\n", R"(
error[E0103]: a line that begins with `%` is a directive, and this one is not understood
  --> groups/kiosks.yaml:1:1
   |
 1 | %YAML 2.0
   | ^ help: remove the line
)"},
      {"text after the end", "a: 1\n...\nb: 2\n", R"(
error[E0103]: this does not belong to what stands above it
  --> groups/kiosks.yaml:3:1
   |
 3 | b: 2
   | ^^^^ help: give the lines of one map the same indentation
)"},
  };
  for (const auto& c : cases) EXPECT_EQ(shown(c.given), c.want) << c.name;
}

}  // namespace
}  // namespace flyball::compile::yaml
