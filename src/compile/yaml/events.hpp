#pragma once

#include "compile/yaml/node.hpp"
#include "compile/yaml/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::compile::yaml {

/// One step of a file. The texts are valid until the next step.
struct Event {
  enum class Is : std::uint8_t {
    other,  ///< Nothing that a composer needs.
    document_start,
    document_end,
    stream_end,
    alias,
    scalar,
    sequence_start,
    sequence_end,
    mapping_start,
    mapping_end,
  };

  Is is = Is::other;
  Mark start;
  Mark end;
  std::string_view anchor;  ///< Of an alias, the name it asks for.
  std::string_view tag;     ///< In full, `tag:yaml.org,2002:str`; empty for none.
  std::string_view value;
  Style style = Style::plain;
  bool flow = false;  ///< Of a collection: `[ ]` or `{ }`.
};

/// Where and why the parser could not go on, in its own words.
struct Fault {
  std::string problem;
  Mark at;
  std::string context;             ///< What it was doing, or empty.
  std::optional<Mark> context_at;  ///< Where that began.
};

/// The events of a file in UTF-8, without a byte order mark. Keeps a view of the bytes.
class EventReader {
 public:
  explicit EventReader(std::string_view bytes);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  bool next(Event& event);  ///< False at a fault; after that and after `stream_end` there is nothing more.
  Fault fault() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace flyball::compile::yaml
