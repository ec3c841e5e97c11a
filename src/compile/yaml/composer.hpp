#pragma once

#include "base/diagnostic.hpp"
#include "compile/codes.hpp"
#include "compile/yaml/builder.hpp"
#include "compile/yaml/events.hpp"
#include "compile/yaml/source.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::compile::yaml {

/// Turns the events of one file into its nodes, and holds them to our rules: what libyaml lets pass (keys twice,
/// aliases without bounds, cycles, any depth, any tag) ends here.
class Composer {
 public:
  Composer(EventReader& events, const Source& source, Builder& builder, std::vector<Diagnostic>& out)
      : events_(events), source_(source), builder_(builder), out_(out) {
    frames_.reserve(16);  // Enough for most files.
    stack_.reserve(64);
  }

  Document compose();

 private:
  struct Anchor {
    Node node;
    std::size_t definition = 0;  // A name may be given again; the newest counts.
    bool open = true;            // We are still inside what it marks.
    std::size_t nodes = 0;
    std::uint32_t height = 0;
  };
  struct Frame {
    bool mapping = false;
    bool flow = false;
    Mark at;
    std::size_t first = 0;     // Its children begin there on the stack.
    std::size_t begun = 0;     // Nodes before it.
    std::uint32_t height = 1;  // Levels from here down.
    Anchor* anchor = nullptr;
    std::size_t definition = 0;
  };

  void step(const Event& event);
  void begin_document(const Event& event);
  void scalar(const Event& event);
  void alias(const Event& event);
  void begin(const Event& event, bool mapping);
  void end(Mark at);
  void close_what_is_open();

  void add(const Node& node, std::size_t nodes, std::uint32_t height);
  void check_key(Node& key);
  void check_colon(const Node& key, const Node& value);
  void drop_duplicates(std::size_t first);
  void duplicate(const Node& before, Node& key);
  void check_indent(const Event& event);
  Type type_of(const Event& event);
  bool is_known_tag(const Event& event);
  std::optional<Mark> open_bracket() const;
  Anchor* define(const Event& event);
  Spot spot_of(const Event& event) const;
  std::uint8_t indent_of(const Event& event) const;

  void report(Diagnostic diagnostic);
  void report(Code code, const Spot& at, std::string message, std::string help = {});

  EventReader& events_;
  const Source& source_;
  Builder& builder_;
  std::vector<Diagnostic>& out_;

  std::vector<Frame> frames_;
  std::vector<Node> stack_;  // Children of all open frames; of a mapping, key and value in turn.
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t definitions_ = 0;
  std::size_t aliases_ = 0;
  std::size_t repeated_ = 0;
  std::size_t nodes_ = 0;
  std::size_t mistakes_ = 0;
  std::uint32_t last_line_ = 0;
  bool begun_ = false;
  bool ended_ = false;    // The whole file was read.
  bool stopped_ = false;  // Something forbids to go on.
};

}  // namespace flyball::compile::yaml
