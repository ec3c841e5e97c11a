#include "compile/yaml/node.hpp"

#include "compile/yaml/source.hpp"

#include <algorithm>

namespace flyball::compile::yaml {
std::string_view Node::text() const {
  return is_scalar() ? std::string_view(static_cast<const char*>(data_), size_) : std::string_view();
}

std::span<const Node> Node::items() const {
  return is_sequence() ? std::span(static_cast<const Node*>(data_), size_) : std::span<const Node>();
}

std::span<const Entry> Node::entries() const {
  return is_mapping() ? std::span(static_cast<const Entry*>(data_), size_) : std::span<const Entry>();
}

const Node* Node::find(std::string_view key) const {
  for (const auto& entry : entries()) {
    if (entry.key.text() == key) return &entry.value;
  }
  return nullptr;
}

std::optional<bool> Node::boolean() const {
  return is_scalar() && type_ == Type::boolean ? boolean_of(text()) : std::nullopt;
}

std::optional<std::int64_t> Node::integer() const {
  return is_scalar() && type_ == Type::integer ? integer_of(text()) : std::nullopt;
}

std::optional<double> Node::decimal() const {
  return is_scalar() && (type_ == Type::integer || type_ == Type::decimal) ? decimal_of(text()) : std::nullopt;
}

Spot Node::spot(std::size_t offset, std::size_t length) const {
  const auto all = text();
  if (offset > all.size()) return spot_;
  const auto before = all.substr(0, offset);
  const auto part = all.substr(offset, length);
  Spot at = spot_;
  at.length = std::max(1U, characters(part.substr(0, part.find('\n'))));
  if (style_ == Style::literal && indent_ > 0) {
    // Line for line as in the file, each behind the same spaces.
    const auto line_start = before.rfind('\n') + 1;
    at.line += 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
    at.column = indent_ + characters(before.substr(line_start)) + 1;
    return at;
  }
  const std::uint32_t quotes = style_ == Style::plain ? 0 : 2;
  const bool verbatim = style_ < Style::literal && spot_.length == characters(all) + quotes;
  if (!verbatim) return spot_;
  at.column += quotes / 2 + characters(before);
  return at;
}

std::string_view describe(const Node& node) {
  if (node.is_mapping()) return "a map";
  if (node.is_sequence()) return "a list";
  switch (node.type()) {
    case Type::null:
      return "`null`";
    case Type::boolean:
      return "`true` or `false`";
    case Type::integer:
    case Type::decimal:
      return "a number";
    case Type::string:
      break;
  }
  return "text";
}

}  // namespace flyball::compile::yaml
