#pragma once

#include "base/diagnostic.hpp"
#include "compile/yaml/scalar.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flyball::compile::yaml {

enum class Kind : std::uint8_t { scalar, sequence, mapping };
enum class Style : std::uint8_t { plain, single_quoted, double_quoted, literal, folded };

/// A `Place` that is cheap to copy. The file's name belongs to the `Document` it came from.
struct Spot {
  const std::string* file = nullptr;
  std::uint32_t line = 0;    ///< From 1.
  std::uint32_t column = 0;  ///< From 1, in characters.
  std::uint32_t length = 0;  ///< In characters, on its first line.
  Place place() const { return file == nullptr ? Place{} : Place{*file, line, column, length}; }
};

struct Entry;

/// A value as its author wrote it. A view into a `Document`, valid and unchanging as long as that lives; copying one
/// copies no text and no children. Any thread.
class Node {
 public:
  Kind kind() const { return kind_; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_sequence() const { return kind_ == Kind::sequence; }
  bool is_mapping() const { return kind_ == Kind::mapping; }
  bool is_null() const { return is_scalar() && type_ == Type::null; }

  std::string_view text() const;                 ///< Of a scalar: escapes and folding undone; else empty.
  Type type() const { return type_; }            ///< Of a scalar; `string` for collections.
  Style style() const { return style_; }         ///< Of a scalar.
  std::span<const Node> items() const;           ///< Of a sequence, else empty.
  std::span<const Entry> entries() const;        ///< Of a mapping as written, keys unique; else empty.
  const Node* find(std::string_view key) const;  ///< The value of that key, or null. Linear in the entries.

  /// Values of a scalar of that type; nothing for another type, or a number that does not fit.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> decimal() const;  ///< An integer is one too.

  /// Where it is written. An alias stands where `*name` does; its children stand below the anchor.
  const Spot& spot() const { return spot_; }
  /// Where a part of the text is written, `offset` and `length` in bytes. Where escapes or folding hide it, the place
  /// of the whole.
  Spot spot(std::size_t offset, std::size_t length) const;

 private:
  friend class Builder;

  Spot spot_;
  Kind kind_ = Kind::scalar;
  Style style_ = Style::plain;
  Type type_ = Type::null;
  std::uint8_t indent_ = 0;  // Of a literal: the spaces before each line in the file. 0: not known.
  std::uint32_t size_ = 0;
  const void* data_ = nullptr;  // char, Node or Entry, by kind.
};

/// `key: value`. The key is a scalar.
struct Entry {
  Node key;
  Node value;
};

/// What a node is, for messages: "a map", "a list", "text", "a number", "`true` or `false`", "`null`".
std::string_view describe(const Node& node);

/// One file, read. Cheap to copy; nodes live as long as any copy.
class Document {
 public:
  const Node* root() const { return root_; }       ///< Null when there is nothing to read.
  bool empty() const { return root_ == nullptr; }  ///< Nothing but space and comments, or unreadable.
  /// False when reading ended early: what came before the fault is there, what follows is not, so that something
  /// missing means nothing.
  bool complete() const { return complete_; }
  const std::string& file() const { return *file_; }

 private:
  friend class Builder;

  std::shared_ptr<const void> memory_;
  const std::string* file_ = nullptr;
  const Node* root_ = nullptr;
  bool complete_ = true;
};

}  // namespace flyball::compile::yaml
