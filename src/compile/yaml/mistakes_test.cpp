#include "compile/yaml/reader.hpp"
#include "compile/yaml/source.hpp"

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

using std::literals::operator""sv;

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

TEST(Mistakes, ThatTheParserLetsPassAreShownWithTheirPlaces) {
  struct {
    std::string_view name;
    std::string_view given;
    std::string want;
  } const cases[] = {
      {"the same key twice", "name: a\nfiles: {}\n\"name\": b\n", R"(
error[E0102]: the key `name` is set twice
  --> groups/kiosks.yaml:3:1
   |
 3 | "name": b
   | ^^^^^^ help: keep one of them
   = note: first set here
  --> groups/kiosks.yaml:1:1
   |
 1 | name: a
   | ----
)"},
      {"the same key three times", "a: {x: 1, x: 2, x: 3}\n", R"(
error[E0102]: the key `x` is set twice
  --> groups/kiosks.yaml:1:11
   |
 1 | a: {x: 1, x: 2, x: 3}
   |           ^ help: keep one of them
   = note: first set here
  --> groups/kiosks.yaml:1:5
   |
 1 | a: {x: 1, x: 2, x: 3}
   |     -
error[E0102]: the key `x` is set twice
  --> groups/kiosks.yaml:1:17
   |
 1 | a: {x: 1, x: 2, x: 3}
   |                 ^ help: keep one of them
   = note: first set here
  --> groups/kiosks.yaml:1:5
   |
 1 | a: {x: 1, x: 2, x: 3}
   |     -
)"},
      {"a merge key", "base: &base {a: 1}\nb:\n  <<: *base\n", R"(
error[E0107]: merge keys (`<<`) are not read
  --> groups/kiosks.yaml:3:3
   |
 3 |   <<: *base
   |   ^^ help: put what is shared into a profile, or repeat it
)"},
      {"a list as a key", "? [a]\n: b\n", R"(
error[E0108]: a list cannot be a key
  --> groups/kiosks.yaml:1:3
   |
 1 | ? [a]
   |   ^^^ help: a key is text
)"},
      {"a template of another tool", "a: {{ name }}\n", R"(
error[E0108]: a map cannot be a key
  --> groups/kiosks.yaml:1:5
   |
 1 | a: {{ name }}
   |     ^^^^^^^^ help: for a variable write "${{ vars.name }}", in quotes
)"},
      {"a tag of one's own", "a: !vault x\n", R"(
error[E0109]: the tag `!vault` is not read
  --> groups/kiosks.yaml:1:4
   |
 1 | a: !vault x
   |    ^^^^^^ help: remove it, or quote a value that begins with `!`
)"},
      {"a tag in full", "a: !<tag:example.com,2026:x> x\n", R"(
error[E0109]: the tag `tag:example.com,2026:x` is not read
  --> groups/kiosks.yaml:1:4
   |
 1 | a: !<tag:example.com,2026:x> x
   |    ^^^^^^^^^^^^^^^^^^^^^^ help: remove it, or quote a value that begins with `!`
)"},
      {"a tag that is not defined", "a: !e!x 1\n", R"(
error[E0109]: text that begins with `!` is a tag
  --> groups/kiosks.yaml:1:4
   |
 1 | a: !e!x 1
   |    ^^^^ help: put it in quotes
)"},
      {"a core tag that is not true", "a: !!int x\n", R"(
error[E0109]: `x` is not `!!int`
  --> groups/kiosks.yaml:1:4
   |
 1 | a: !!int x
   |    ^^^^^ help: remove the tag
)"},
      {"a core tag on the wrong thing", "a: !!map [1]\n", R"(
error[E0109]: the tag `!!map` is not read
  --> groups/kiosks.yaml:1:4
   |
 1 | a: !!map [1]
   |    ^^^^^ help: remove it, or quote a value that begins with `!`
)"},
      {"an alias of nothing", "a: *nope\n", R"(
error[E0110]: no `&nope` above in this file
  --> groups/kiosks.yaml:1:4
   |
 1 | a: *nope
   |    ^^^^^ help: quote a value that begins with `*`
)"},
      {"an alias with a slip in its name", "a: &base 1\nb: *bsae\n", R"(
error[E0110]: no `&bsae` above in this file
  --> groups/kiosks.yaml:2:4
   |
 2 | b: *bsae
   |    ^^^^^ help: did you mean `base`?
)"},
      {"an alias of what comes later", "a: *b\nb: &b 1\n", R"(
error[E0110]: no `&b` above in this file
  --> groups/kiosks.yaml:1:4
   |
 1 | a: *b
   |    ^^ help: quote a value that begins with `*`
)"},
      {"an alias inside its anchor", "a: &x [*x, 1]\n", R"(
error[E0111]: `*x` stands inside what `&x` marks
  --> groups/kiosks.yaml:1:8
   |
 1 | a: &x [*x, 1]
   |        ^^
)"},
      {"a second document", "a: 1\n---\nb: 2\n", R"(
error[E0114]: a second document begins here
  --> groups/kiosks.yaml:2:1
   |
 2 | ---
   | ^^^ help: put it into a file of its own
)"},
      {"a NUL", "a: x\000y\n"sv, R"(
error[E0603]: a NUL byte: this is not a text file
  --> groups/kiosks.yaml:1:5
   |
 1 | a: x?y
   |     ^ help: convert it to UTF-8, or keep it under `files/` and name it by `source`
)"},
      {"bytes of Latin-1", "a: 1\nb: \303\274 caf\351 \n", R"(
error[E0602]: byte 0xE9 is not UTF-8
  --> groups/kiosks.yaml:2:9
   |
 2 | b: ü caf? 
   |         ^ help: save the file as UTF-8
)"},
      {"UTF-16", "\377\376a\000:\000"sv, R"(
error[E0602]: this file is UTF-16, not UTF-8
  --> groups/kiosks.yaml:1:1
   |
 1 | ??a?:?
   | ^ help: save the file as UTF-8
)"},
      {"a control character", "a: \033[31m\n", R"(
error[E0603]: the control character 0x1B
  --> groups/kiosks.yaml:1:4
   |
 1 | a: ?[31m
   |    ^ help: remove it, or write it as an escape in double quotes
)"},
      {"a control character of two bytes", "a: x\302\233y\n", R"(
error[E0603]: the control character U+009B
  --> groups/kiosks.yaml:1:5
   |
 1 | a: x?y
   |     ^ help: remove it, or write it as an escape in double quotes
)"},
      {"an invisible line separator", "a: b\342\200\250c\n", R"(
error[E0603]: an invisible line separator, which only some programs take for a line end
  --> groups/kiosks.yaml:1:5
   |
 1 | a: b?c
   |     ^ help: remove it, or write it as an escape in double quotes
)"},
      {"a lone carriage return", "a: b\rc: d\n", R"(
error[E0603]: a carriage return without a line feed
  --> groups/kiosks.yaml:1:5
   |
 1 | a: b?c: d
   |     ^ help: save the file with line ends of Unix or Windows
)"},
      {"a mark that reverses text", "a: b\342\200\256c\n", R"(
error[E0603]: an invisible mark that reverses the text around it
  --> groups/kiosks.yaml:1:5
   |
 1 | a: b?c
   |     ^ help: remove it, or write it as an escape in double quotes
)"},
      {"a byte order mark inside", "a: 1\n\357\273\277b: 2\n", R"(
error[E0603]: a byte order mark (U+FEFF) in the middle of the file
  --> groups/kiosks.yaml:2:1
   |
 2 | ?b: 2
   | ^ help: remove it, or write it as an escape in double quotes
)"},
  };
  for (const auto& c : cases) EXPECT_EQ(shown(c.given), c.want) << c.name;
}

}  // namespace
}  // namespace flyball::compile::yaml
