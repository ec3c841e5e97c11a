// The only file that knows libyaml. It is frozen at 0.2.5; whatever replaces it gives the same ten kinds of event.
#include "compile/yaml/events.hpp"

#include <cstring>
#include <new>

#include <yaml.h>

namespace flyball::compile::yaml {
namespace {

Mark mark(const yaml_mark_t& at) {
  return {.line = static_cast<std::uint32_t>(at.line + 1), .column = static_cast<std::uint32_t>(at.column + 1)};
}

std::string_view view(const yaml_char_t* text, std::size_t length) {
  return {reinterpret_cast<const char*>(text), length};
}

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

Style style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return Style::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return Style::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return Style::literal;
    case YAML_FOLDED_SCALAR_STYLE:
      return Style::folded;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
      break;
  }
  return Style::plain;
}

void fill(Event& out, const yaml_event_t& in) {
  using enum Event::Is;
  out = {.start = mark(in.start_mark), .end = mark(in.end_mark)};
  switch (in.type) {
    case YAML_DOCUMENT_START_EVENT:
      out.is = document_start;
      break;
    case YAML_DOCUMENT_END_EVENT:
      out.is = document_end;
      break;
    case YAML_STREAM_END_EVENT:
      out.is = stream_end;
      break;
    case YAML_ALIAS_EVENT:
      out.is = alias;
      out.anchor = view(in.data.alias.anchor);
      break;
    case YAML_SCALAR_EVENT:
      out.is = scalar;
      out.anchor = view(in.data.scalar.anchor);
      out.tag = view(in.data.scalar.tag);
      out.value = view(in.data.scalar.value, in.data.scalar.length);
      out.style = style_of(in.data.scalar.style);
      break;
    case YAML_SEQUENCE_START_EVENT:
      out.is = sequence_start;
      out.anchor = view(in.data.sequence_start.anchor);
      out.tag = view(in.data.sequence_start.tag);
      out.flow = in.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
      break;
    case YAML_SEQUENCE_END_EVENT:
      out.is = sequence_end;
      break;
    case YAML_MAPPING_START_EVENT:
      out.is = mapping_start;
      out.anchor = view(in.data.mapping_start.anchor);
      out.tag = view(in.data.mapping_start.tag);
      out.flow = in.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
      break;
    case YAML_MAPPING_END_EVENT:
      out.is = mapping_end;
      break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
      break;
  }
}

}  // namespace

struct EventReader::Parser {
  Parser() {
    if (yaml_parser_initialize(&parser) == 0) throw std::bad_alloc();
  }
  ~Parser() {
    yaml_event_delete(&event);
    yaml_parser_delete(&parser);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  yaml_parser_t parser{};
  yaml_event_t event{};
};

EventReader::EventReader(std::string_view bytes) : parser_(std::make_unique<Parser>()) {
  yaml_parser_set_encoding(&parser_->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_->parser, reinterpret_cast<const yaml_char_t*>(bytes.data()), bytes.size());
}

EventReader::~EventReader() = default;

bool EventReader::next(Event& event) {
  yaml_event_delete(&parser_->event);
  if (yaml_parser_parse(&parser_->parser, &parser_->event) == 0) {
    if (parser_->parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    return false;
  }
  fill(event, parser_->event);
  return true;
}

Fault EventReader::fault() const {
  const auto& parser = parser_->parser;
  Fault out{.problem = parser.problem == nullptr ? "" : parser.problem, .at = mark(parser.problem_mark)};
  if (parser.context != nullptr) {
    out.context = parser.context;
    out.context_at = mark(parser.context_mark);
  }
  return out;
}

}  // namespace flyball::compile::yaml
