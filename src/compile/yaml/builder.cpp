#include "compile/yaml/builder.hpp"

#include <algorithm>
#include <cstring>
#include <memory_resource>

namespace flyball::compile::yaml {

static_assert(sizeof(Node) == 40, "a repository is mostly nodes");
static_assert(std::is_trivially_copyable_v<Entry> && std::is_trivially_destructible_v<Entry>);

struct Builder::Memory {
  Memory(const std::string& name, std::size_t block) : file(name), pool(block) {}
  std::string file;
  std::pmr::monotonic_buffer_resource pool;
  Node root;

  template <class T>
  T* room(std::size_t count) {
    return static_cast<T*>(pool.allocate(count * sizeof(T), alignof(T)));
  }
};

Builder::Builder(const std::string& file, std::size_t size)
    : memory_(std::make_shared<Memory>(file, std::clamp<std::size_t>(size * 4, 512, std::size_t{1} << 20U))) {}

Spot Builder::spot(Mark at, std::uint32_t length) const { return {&memory_->file, at.line, at.column, length}; }

Node Builder::scalar(std::string_view text, Style style, Type type, Spot at, std::uint8_t indent) {
  auto* const copy = memory_->room<char>(std::max<std::size_t>(text.size(), 1));
  std::ranges::copy(text, copy);
  Node out;
  out.spot_ = at;
  out.style_ = style;
  out.type_ = type;
  out.indent_ = indent;
  out.size_ = static_cast<std::uint32_t>(text.size());
  out.data_ = copy;
  return out;
}

Node Builder::sequence(std::span<const Node> items, Spot at) {
  auto* const copy = memory_->room<Node>(std::max<std::size_t>(items.size(), 1));
  std::ranges::uninitialized_copy(items, std::span(copy, items.size()));
  Node out;
  out.spot_ = at;
  out.kind_ = Kind::sequence;
  out.type_ = Type::string;
  out.size_ = static_cast<std::uint32_t>(items.size());
  out.data_ = copy;
  return out;
}

Node Builder::mapping(std::span<const Node> keys_and_values, Spot at) {
  auto* const entries = memory_->room<Entry>(std::max<std::size_t>(keys_and_values.size() / 2, 1));
  std::uint32_t count = 0;
  for (std::size_t i = 0; i + 1 < keys_and_values.size(); i += 2) {
    if (!keys_and_values[i].is_scalar()) continue;
    std::construct_at(entries + count, keys_and_values[i], keys_and_values[i + 1]);
    ++count;
  }
  Node out;
  out.spot_ = at;
  out.kind_ = Kind::mapping;
  out.type_ = Type::string;
  out.size_ = count;
  out.data_ = entries;
  return out;
}

Node Builder::repeated(Node node, Spot at) {
  node.spot_ = at;
  node.indent_ = 0;  // The text is not written here, so that parts of it have no place of their own.
  return node;
}

void Builder::drop(Node& key) {
  key.kind_ = Kind::sequence;
  key.size_ = 0;
}

Document Builder::document(const Node* root, bool complete) const {
  Document out;
  if (root != nullptr) {
    memory_->root = *root;
    out.root_ = &memory_->root;
  }
  out.memory_ = memory_;
  out.file_ = &memory_->file;
  out.complete_ = complete;
  return out;
}

}  // namespace flyball::compile::yaml
