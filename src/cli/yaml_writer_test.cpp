#include "cli/yaml_writer.hpp"

#include "compile/yaml/reader.hpp"

#include <gtest/gtest.h>

namespace flyball::cli {
namespace {

Json read_back(const compile::yaml::Node& node) {
  if (node.is_mapping()) {
    Json out{Json::Object{}};
    for (const auto& entry : node.entries()) out[entry.key.text()] = read_back(entry.value);
    return out;
  }
  if (node.is_sequence()) {
    Json::Array out;
    for (const auto& item : node.items()) out.push_back(read_back(item));
    return out;
  }
  if (node.is_null()) return {};
  if (const auto value = node.boolean()) return *value;
  if (const auto value = node.integer()) return *value;
  return std::string(node.text());
}

TEST(YamlWriter, WhatIsWrittenReadsBackTheSame) {
  const char* const texts[] = {
      R"({})",
      R"([])",
      R"("x")",
      R"(null)",
      R"({"a":{}})",
      R"({"a":[]})",
      R"({"a":null,"b":true,"c":-7})",
      R"({"a":["x","y"],"b":[["z"]],"c":[{"d":"e","f":["g"]}]})",
      R"({"true":"true","null":"null","0":"0644","no":"no","~":"~","":""})",
      R"({"mode":"0644","version":">=150","path":"/etc/motd","id":"file:/etc/motd","n":"1e3","h":"0x1f"})",
      R"({"quotes":"it's \"so\"","colon":"a: b","hash":"a #b","dash":"- a","star":"*a","amp":"&a","bang":"!a"})",
      R"({"block":"a\nb\n","no end":"a\nb","more":"a\n\n\n","blank inside":"a\n\nb\n","space":" a\nb\n","tab":"a\n\tb\n"})",
      R"({"only ends":"\n\n","control":"\u0001","text":"Größe","edges":" a ","wide":"a  b","reference":"${{ vars.x }}"})",
      R"([{"a":"x\ny\n"},{"b":[1,2]}])"};
  for (const auto* given : texts) {
    const auto json = *Json::parse(given);
    const auto yaml = to_yaml(json);
    std::vector<Diagnostic> wrong;
    const auto document = compile::yaml::read(yaml, "written", wrong);
    ASSERT_TRUE(wrong.empty()) << wrong.front().message << '\n' << yaml;
    ASSERT_NE(document.root(), nullptr) << yaml;
    EXPECT_EQ(read_back(*document.root()).canonical(), json.canonical()) << yaml;
  }
}

TEST(YamlWriter, IsWrittenAsPeopleWould) {
  EXPECT_EQ(
      to_yaml(*Json::parse(R"({"files":{"/etc/motd":{"mode":"0644","content":"a\nb\n"}},"list":["x",{"a":1,"b":2}]})")),
      "files:\n  /etc/motd:\n    content: |\n      a\n      b\n    mode: \"0644\"\nlist:\n  - x\n  - a: 1\n    b: 2\n");
}

}  // namespace
}  // namespace flyball::cli
