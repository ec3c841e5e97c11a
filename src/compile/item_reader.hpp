#pragma once

#include "compile/codes.hpp"
#include "compile/declarations.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile {

/// Reads the keys of one map by the table of its item: unknown keys and values of the wrong type are told, each at
/// its place; what is right comes out.
class ItemReader {
 public:
  ItemReader(const yaml::Node& map, std::string_view item, std::vector<Diagnostic>& out);

  const yaml::Node& map() const { return map_; }
  const yaml::Entry* find(std::string_view key) const;
  std::string text(std::string_view key) const;  ///< Empty when it is not there or no text.
  /// The same, told as missing when it is not there.
  std::string required(std::string_view key, const yaml::Spot& at) const;
  std::vector<NameAt> list(std::string_view key) const;
  std::map<std::string, Written, std::less<>> entries(std::string_view key) const;

 private:
  const yaml::Node& map_;
  std::string_view item_;
  std::vector<Diagnostic>& out_;
};

/// Whether a node is a map; told when it is not, unless it is null and `null_is_empty`.
bool expect_map(const yaml::Node& node, std::string_view what, std::vector<Diagnostic>& out);

/// The names of a table, for "did you mean".
std::vector<std::string_view> names_of(const std::vector<KeyInfo>& keys);

Selector read_selector(const yaml::Node& node, std::vector<Diagnostic>& out);
When read_facts(const yaml::Node& node, std::vector<Diagnostic>& out);

}  // namespace flyball::compile
