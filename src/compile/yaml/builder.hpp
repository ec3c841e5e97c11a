#pragma once

#include "compile/yaml/events.hpp"
#include "compile/yaml/node.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace flyball::compile::yaml {

/// Makes the nodes of one document, in memory that the document then owns.
class Builder {
 public:
  /// `size` of the file in bytes: most files then need one block of memory.
  Builder(const std::string& file, std::size_t size);

  Spot spot(Mark at, std::uint32_t length) const;
  Node scalar(std::string_view text, Style style, Type type, Spot at, std::uint8_t indent);
  Node sequence(std::span<const Node> items, Spot at);
  Node mapping(std::span<const Node> keys_and_values, Spot at);  ///< In turn; dropped keys leave with their values.

  static Node repeated(Node node, Spot at);  ///< What an alias at that place stands for.
  static void drop(Node& key);               ///< It will not be in the mapping.

  Document document(const Node* root, bool complete) const;

 private:
  struct Memory;
  std::shared_ptr<Memory> memory_;
};

}  // namespace flyball::compile::yaml
