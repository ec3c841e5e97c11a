#include "compile/yaml/node.hpp"

#include "base/text.hpp"
#include "compile/yaml/reader.hpp"

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

Document read_well(std::string_view bytes) {
  std::vector<Diagnostic> mistakes;
  auto document = read(bytes, "f.yaml", mistakes);
  EXPECT_TRUE(mistakes.empty() && document.complete()) << bytes;
  return document;
}

// Every node in the order of the file: `line:column+length text`, keys with a colon behind.
void list(const Node& node, std::string_view after, std::string& out) {
  const auto at = node.spot().place();
  const std::string_view what = node.is_mapping() ? "{}" : node.is_sequence() ? "[]" : node.text();
  out += text(at.line, ':', at.column, '+', at.length, ' ', what, after, '\n');
  for (const auto& item : node.items()) list(item, "", out);
  for (const auto& entry : node.entries()) {
    list(entry.key, ":", out);
    list(entry.value, "", out);
  }
}

std::string listed(std::string_view bytes) {
  const auto document = read_well(bytes);
  std::string out;
  if (!document.empty()) list(*document.root(), "", out);
  return out;
}

TEST(Node, StandsWhereItIsWritten) {
  struct {
    std::string_view name;
    std::string_view given;
    std::string_view want;
  } const cases[] = {
      {"a map by indentation", "kind: group\nfiles:\n  /etc/motd: {mode: \"0644\"}\n",
       "1:1+4 {}\n1:1+4 kind:\n1:7+5 group\n2:1+5 files:\n3:3+9 {}\n3:3+9 /etc/motd:\n3:14+14 {}\n3:15+4 mode:\n"
       "3:21+6 0644\n"},
      {"columns count characters, not bytes", "größe: 'süß' # ö\n\"日本\": [é, 'ü']\n",
       "1:1+5 {}\n1:1+5 größe:\n1:8+5 süß\n2:1+4 日本:\n2:7+8 []\n2:8+1 é\n2:11+3 ü\n"},
      {"a list of maps", "- a: 1\n  b: 2\n-\n  - x\n",
       "1:1+1 []\n1:3+1 {}\n1:3+1 a:\n1:6+1 1\n2:3+1 b:\n2:6+1 2\n4:3+1 []\n4:5+1 x\n"},
      {"block text stands at its sign", "a: |\n  x\n  y\nb: >-\n  p\n  q\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+1 x\ny\n\n4:1+1 b:\n4:4+1 p q\n"},
      {"text over several lines reaches to the end of the first", "a: one\n  two\nb: \"three\n  four\"\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+3 one two\n3:1+1 b:\n3:4+6 three four\n"},
      {"nothing stands after the colon", "a:\nb: ~\n", "1:1+1 {}\n1:1+1 a:\n1:3+0 \n2:1+1 b:\n2:4+1 ~\n"},
      {"brackets over several lines", "a: [\n  1,\n  {b: 2}]\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+1 []\n2:3+1 1\n3:3+6 {}\n3:4+1 b:\n3:7+1 2\n"},
      {"an alias stands where it is used, its children where they are written", "a: &x [1]\nb: *x\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+6 []\n1:8+1 1\n2:1+1 b:\n2:4+2 []\n1:8+1 1\n"},
      {"a byte order mark takes no column",
       "\xef\xbb\xbf"
       "a: 1\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+1 1\n"},
      {"line ends of Windows count once", "a: 1\r\nb: |\r\n  x\r\n",
       "1:1+1 {}\n1:1+1 a:\n1:4+1 1\n2:1+1 b:\n2:4+1 x\n\n"},
      {"a document may be marked", "%YAML 1.2\n---\na: 1\n...\n", "3:1+1 {}\n3:1+1 a:\n3:4+1 1\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(listed(c.given), c.want) << c.name;
}

TEST(Node, APartOfATextHasItsOwnPlaceWhereTheFileShowsIt) {
  struct {
    std::string_view name;
    std::string_view given;
    std::string_view part;
    std::string_view want;  // Of the value of `a`.
  } const cases[] = {
      {"unquoted", "a: héllo ${{ x }}\n", "${{ x }}", "1:10+8"},
      {"quoted", "a: 'héllo ${{ x }}'\n", "${{ x }}", "1:11+8"},
      {"quoted twice", "a: \"go ${{ x }}\"\n", "${{ x }}", "1:8+8"},
      {"literal", "a: |\n    one\n      twö ${{ x }}\n", "${{ x }}", "3:11+8"},
      {"literal that begins with empty lines", "a: |\n\n\n  ${{ x }}\n", "${{ x }}", "4:3+8"},
      {"literal with its indentation said", "a: |2\n     one\n  ${{ x }}\n", "${{ x }}", "3:3+8"},
      {"literal that ends without a line end", "a: |-\n  ${{ x }}", "${{ x }}", "2:3+8"},
      {"literal with line ends of Windows", "a: |\r\n  one\r\n  ${{ x }}\r\n", "${{ x }}", "3:3+8"},
      {"a part over lines ends with its first", "a: |\n  x ${{ y\n  }}\n", "${{ y\n}}", "2:5+5"},
      {"escapes hide it", "a: \"\\t ${{ x }}\"\n", "${{ x }}", "1:4+13"},
      {"folding hides it", "a: >\n  one\n  ${{ x }}\n", "${{ x }}", "1:4+1"},
      {"so does a second line", "a: one\n  ${{ x }}\n", "${{ x }}", "1:4+3"},
      {"an alias hides it", "z: &z ${{ x }}\na: *z\n", "${{ x }}", "2:4+2"},
  };
  for (const auto& c : cases) {
    const auto document = read_well(c.given);
    const auto* const a = document.root()->find("a");
    ASSERT_NE(a, nullptr) << c.name;
    const auto offset = a->text().find(c.part);
    ASSERT_NE(offset, std::string_view::npos) << c.name;
    const auto at = a->spot(offset, c.part.size()).place();
    EXPECT_EQ(text(at.line, ':', at.column, '+', at.length), c.want) << c.name;
  }
}

TEST(Node, KeepsTextStyleAndTypeApart) {
  const auto document = read_well("a: 0644\nb: \"true\"\nc: 12\nd: |\n  1\ne: >\n  x\nf: '~'\ng: [true, 1.5, ~]\n");
  const auto& root = *document.root();
  EXPECT_EQ(root.find("a")->type(), Type::string);
  EXPECT_EQ(root.find("b")->type(), Type::string);
  EXPECT_EQ(root.find("b")->style(), Style::double_quoted);
  EXPECT_EQ(root.find("b")->boolean(), std::nullopt);
  EXPECT_EQ(root.find("c")->integer(), 12);
  EXPECT_EQ(root.find("c")->text(), "12");
  EXPECT_EQ(root.find("d")->style(), Style::literal);
  EXPECT_EQ(root.find("d")->type(), Type::string);
  EXPECT_EQ(root.find("e")->style(), Style::folded);
  EXPECT_EQ(root.find("f")->style(), Style::single_quoted);
  EXPECT_FALSE(root.find("f")->is_null());
  const auto items = root.find("g")->items();
  EXPECT_EQ(items[0].boolean(), true);
  EXPECT_EQ(items[1].decimal(), 1.5);
  EXPECT_TRUE(items[2].is_null());
  EXPECT_EQ(root.find("h"), nullptr);
  EXPECT_EQ(items[0].find("x"), nullptr);
  EXPECT_EQ(describe(root), "a map");
  EXPECT_EQ(describe(*root.find("g")), "a list");
  EXPECT_EQ(describe(items[1]), "a number");
}

TEST(Node, LivesAsLongAsAnyCopyOfItsDocument) {
  const Node* value = nullptr;
  Document kept;
  {
    std::string bytes = "a: some text that is longer than a short string\n";
    const auto document = read_well(bytes);
    value = document.root()->find("a");
    kept = document;
    bytes.assign(bytes.size(), '#');
  }
  EXPECT_EQ(value->text(), "some text that is longer than a short string");
  EXPECT_EQ(*value->spot().file, "f.yaml");
}

}  // namespace
}  // namespace flyball::compile::yaml
