#include "compile/yaml/composer.hpp"

#include "base/text.hpp"
#include "compile/did_you_mean.hpp"
#include "compile/yaml/reader.hpp"
#include "compile/yaml/syntax_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace flyball::compile::yaml {
namespace {

constexpr std::string_view core = "tag:yaml.org,2002:";

// As its author wrote it.
std::string spelled(std::string_view tag) {
  return tag.starts_with(core) ? text("!!", tag.substr(core.size())) : std::string(tag);
}

bool is_core_tag(std::string_view tag, std::string_view name) {
  return tag.starts_with(core) && tag.substr(core.size()) == name;
}

std::string_view scalar_tag(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "bool";
    case Type::integer:
      return "int";
    case Type::decimal:
      return "float";
    case Type::string:
      break;
  }
  return "str";
}

}  // namespace

Document Composer::compose() {
  Event event;
  while (!stopped_ && !ended_) {
    if (!events_.next(event)) {
      report(syntax_error(events_.fault(), source_, open_bracket()));
      break;
    }
    step(event);
  }
  const bool complete = ended_;
  close_what_is_open();
  const bool empty = stack_.empty() || (stack_[0].is_null() && stack_[0].text().empty());
  return builder_.document(empty ? nullptr : stack_.data(), complete);
}

void Composer::step(const Event& event) {
  using enum Event::Is;
  switch (event.is) {
    case other:
    case document_end:
      break;
    case document_start:
      begin_document(event);
      break;
    case stream_end:
      ended_ = true;
      break;
    case alias:
      Composer::alias(event);
      break;
    case scalar:
      Composer::scalar(event);
      break;
    case sequence_start:
      begin(event, false);
      break;
    case mapping_start:
      begin(event, true);
      break;
    case sequence_end:
    case mapping_end:
      end(event.end);
      break;
  }
}

void Composer::begin_document(const Event& event) {
  if (begun_) {
    report(Code::second_document, builder_.spot(event.start, 3), "a second document begins here",
           "put it into a file of its own");
    stopped_ = true;
  }
  begun_ = true;
}

void Composer::scalar(const Event& event) {
  check_indent(event);
  const auto node = builder_.scalar(event.value, event.style, type_of(event), spot_of(event), indent_of(event));
  if (auto* const anchor = define(event)) {
    *anchor = {.node = node, .definition = anchor->definition, .open = false, .nodes = 1, .height = 0};
  }
  add(node, 1, 0);
}

void Composer::alias(const Event& event) {
  check_indent(event);
  const auto at = builder_.spot(event.start, event.end.column - event.start.column);
  const auto found = anchors_.find(event.anchor);
  const auto nothing = builder_.scalar("", Style::plain, Type::null, at, 0);
  if (found == anchors_.end()) {
    std::vector<std::string_view> names;
    names.reserve(anchors_.size());
    for (const auto& [name, anchor] : anchors_) names.push_back(name);
    auto help = did_you_mean(event.anchor, names);
    if (help.empty()) help = "quote a value that begins with `*`";
    report(Code::undefined_alias, at, text("no `&", event.anchor, "` above in this file"), std::move(help));
    return add(nothing, 1, 0);
  }
  const auto& anchor = found->second;
  if (anchor.open) {
    report(Code::alias_cycle, at, text("`*", event.anchor, "` stands inside what `&", event.anchor, "` marks"));
    return add(nothing, 1, 0);
  }
  repeated_ += anchor.nodes;
  if (++aliases_ > max_aliases || repeated_ > max_repeated_nodes) {
    report(Code::too_many_aliases, at,
           aliases_ > max_aliases
               ? text("more than ", max_aliases, " aliases in one file")
               : text("the aliases of this file stand for more than ", max_repeated_nodes, " values"),
           "use a profile or variables for what is shared");
    stopped_ = true;
    return;
  }
  add(Builder::repeated(anchor.node, at), anchor.nodes, anchor.height);
}

void Composer::begin(const Event& event, bool mapping) {
  check_indent(event);
  if (frames_.size() == max_depth) {
    report(Code::too_deep, builder_.spot(event.start, 1), text("nested deeper than ", max_depth, " levels"));
    stopped_ = true;
    return;
  }
  is_known_tag(event);
  auto* const anchor = define(event);
  frames_.push_back({.mapping = mapping,
                     .flow = event.flow,
                     .at = event.start,
                     .first = stack_.size(),
                     .begun = nodes_,
                     .anchor = anchor,
                     .definition = definitions_});
}

void Composer::end(Mark at) {
  const auto frame = frames_.back();
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(frame.first);
  std::uint32_t length = 1;
  if (frame.flow && at.line == frame.at.line) length = at.column - frame.at.column;
  if (!frame.flow && frame.mapping && first != stack_.end()) length = first->spot().length;
  const auto spot = builder_.spot(frame.at, length);
  if (frame.mapping) drop_duplicates(frame.first);
  const auto node =
      frame.mapping ? builder_.mapping({first, stack_.end()}, spot) : builder_.sequence({first, stack_.end()}, spot);
  stack_.erase(first, stack_.end());
  frames_.pop_back();
  const auto nodes = nodes_ - frame.begun + 1;
  if (frame.anchor != nullptr && frame.anchor->definition == frame.definition) {
    *frame.anchor = {
        .node = node, .definition = frame.definition, .open = false, .nodes = nodes, .height = frame.height};
  }
  add(node, 1, frame.height);
}

// After a fault: what was read stays, so that its names are known and its keys are judged.
void Composer::close_what_is_open() {
  ended_ = true;
  while (!frames_.empty()) {
    const auto& frame = frames_.back();
    if (frame.mapping && (stack_.size() - frame.first) % 2 == 1) stack_.pop_back();
    end(frame.at);
  }
}

void Composer::add(const Node& node, std::size_t nodes, std::uint32_t height) {
  nodes_ += nodes;
  if (!stopped_ && frames_.size() + height > max_depth) {
    report(Code::too_deep, node.spot(), text("nested deeper than ", max_depth, " levels, with aliases followed"));
    stopped_ = true;
  }
  stack_.push_back(node);
  if (frames_.empty()) return;
  auto& frame = frames_.back();
  frame.height = std::max(frame.height, height + 1);
  if (!frame.mapping) return;
  const bool is_key = (stack_.size() - frame.first) % 2 == 1;
  if (is_key) return check_key(stack_.back());
  if (frame.flow) check_colon(stack_[stack_.size() - 2], node);
}

// `{mode:0644}` is one key, `mode:0644`, without a value.
void Composer::check_colon(const Node& key, const Node& value) {
  const bool has_value = !value.is_null() || !value.text().empty();
  if (has_value || !key.is_scalar() || key.style() != Style::plain) return;
  const auto word = key.text();
  const auto colon = word.find(':');
  if (colon == std::string_view::npos || word.substr(colon).starts_with("://")) return;
  report(Code::no_space_after_colon, key.spot(colon, 1), "no space after `:`",
         text("write `", word.substr(0, colon), ": ", word.substr(colon + 1), "`"));
}

void Composer::check_key(Node& key) {
  if (!key.is_scalar()) {
    const bool template_meant = key.is_mapping() && frames_.back().flow;
    report(Code::key_not_a_word, key.spot(), text(describe(key), " cannot be a key"),
           template_meant ? "for a variable write \"${{ vars.name }}\", in quotes" : "a key is text");
    return Builder::drop(key);
  }
  if (key.style() != Style::plain) return;
  if (key.text() == "<<") {
    report(Code::merge_key, key.spot(), "merge keys (`<<`) are not read",
           "put what is shared into a profile, or repeat it");
    return Builder::drop(key);
  }
  if (key.text().empty()) {
    report(Code::key_not_a_word, key.spot(), "a key is missing before `:`");
    Builder::drop(key);
  }
}

void Composer::drop_duplicates(std::size_t first) {
  const std::size_t count = (stack_.size() - first) / 2;
  const auto key = [&](std::size_t i) -> Node& { return stack_[first + 2 * i]; };
  if (count <= 12) {  // Nearly every map: comparing all is quicker than sorting.
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t k = 0; k < i && key(i).is_scalar(); ++k) {
        if (key(k).is_scalar() && key(k).text() == key(i).text()) duplicate(key(k), key(i));
      }
    }
    return;
  }
  std::vector<std::pair<std::string_view, std::size_t>> order;
  for (std::size_t i = 0; i < count; ++i) {
    if (key(i).is_scalar()) order.emplace_back(key(i).text(), i);
  }
  std::ranges::sort(order);
  std::vector<std::pair<std::size_t, std::size_t>> again;  // The later one, and the first of its name.
  for (std::size_t i = 1, begin = 0; i < order.size(); ++i) {
    if (order[i].first == order[begin].first)
      again.emplace_back(order[i].second, order[begin].second);
    else
      begin = i;
  }
  std::ranges::sort(again);
  for (const auto& [later, before] : again) duplicate(key(before), key(later));
}

void Composer::duplicate(const Node& before, Node& key) {
  auto diagnostic = diagnose(Code::duplicate_key, key.spot().place(), text("the key `", key.text(), "` is set twice"),
                             "keep one of them");
  diagnostic.notes.push_back({.at = before.spot().place(), .message = "first set here"});
  report(std::move(diagnostic));
  Builder::drop(key);
}

// libyaml refuses tabs before block content and takes them inside `[ ]` and `{ }`. One rule is easier to remember.
void Composer::check_indent(const Event& event) {
  if (event.start.line == last_line_) return;
  last_line_ = event.start.line;
  if (frames_.empty() || !frames_.back().flow) return;
  const auto line = source_.line(event.start.line);
  const auto tab = line.find_first_not_of(' ');
  if (tab == std::string_view::npos || line[tab] != '\t') return;
  report(tab_error(source_, {.line = event.start.line, .column = static_cast<std::uint32_t>(tab + 1)}));
}

Type Composer::type_of(const Event& event) {
  const bool plain = event.style == Style::plain;
  if (event.tag.empty()) return plain ? resolve(event.value) : Type::string;
  if (!is_known_tag(event) || event.tag == "!" || is_core_tag(event.tag, "str")) return Type::string;
  if (is_core_tag(event.tag, "float")) return Type::decimal;
  return resolve(event.value);
}

bool Composer::is_known_tag(const Event& event) {
  if (event.tag.empty() || event.tag == "!") return true;
  const bool is_scalar = event.is == Event::Is::scalar;
  if (event.is == Event::Is::mapping_start && is_core_tag(event.tag, "map")) return true;
  if (event.is == Event::Is::sequence_start && is_core_tag(event.tag, "seq")) return true;
  if (is_scalar) {
    const auto type = resolve(event.value);
    if (is_core_tag(event.tag, "str") || is_core_tag(event.tag, scalar_tag(type))) return true;
    if (type == Type::integer && is_core_tag(event.tag, "float")) return true;
  }
  const auto tag = spelled(event.tag);
  const bool for_scalars = is_scalar && std::ranges::any_of(std::to_array({"null", "bool", "int", "float"}),
                                                            [&](const char* n) { return is_core_tag(event.tag, n); });
  report(Code::tag, builder_.spot(event.start, characters(tag)),
         for_scalars ? text("`", event.value, "` is not `", tag, "`") : text("the tag `", tag, "` is not read"),
         for_scalars ? "remove the tag" : "remove it, or quote a value that begins with `!`");
  return false;
}

std::optional<Mark> Composer::open_bracket() const {
  if (frames_.empty() || !frames_.back().flow) return std::nullopt;
  return frames_.back().at;
}

Composer::Anchor* Composer::define(const Event& event) {
  if (event.anchor.empty()) return nullptr;
  auto& anchor = anchors_[std::string(event.anchor)];
  anchor = {.definition = ++definitions_};
  return &anchor;
}

Spot Composer::spot_of(const Event& event) const {
  if (event.style >= Style::literal) return builder_.spot(event.start, 1);
  const bool is_nothing = event.value.empty() && event.style == Style::plain;
  if (is_nothing && event.start.column == 1) return builder_.spot(source_.within(event.start), 0);
  if (event.start.line == event.end.line) return builder_.spot(event.start, event.end.column - event.start.column);
  return builder_.spot(event.start, characters(source_.from(event.start.line, event.start.column)));
}

// How far a literal is indented: what a line of the file has more than the same line of the text.
std::uint8_t Composer::indent_of(const Event& event) const {
  if (event.style != Style::literal || !event.anchor.empty() || !event.tag.empty()) return 0;
  const auto blank = event.value.find_first_not_of('\n');
  if (blank == std::string_view::npos) return 0;
  const auto shown = event.value.substr(blank, event.value.find('\n', blank) - blank);
  const auto line = source_.line(event.start.line + 1 + static_cast<std::uint32_t>(blank));
  if (!line.ends_with(shown)) return 0;
  const auto indent = line.size() - shown.size();
  return indent <= 255 ? static_cast<std::uint8_t>(indent) : std::uint8_t{0};
}

void Composer::report(Diagnostic diagnostic) {
  if (mistakes_ > max_mistakes) return;
  if (++mistakes_ > max_mistakes) {
    stopped_ = true;
    diagnostic = diagnose(Code::too_many_mistakes, diagnostic.at,
                          text("more than ", max_mistakes, " mistakes in this file; the rest is not read"));
  }
  out_.push_back(std::move(diagnostic));
}

void Composer::report(Code code, const Spot& at, std::string message, std::string help) {
  report(diagnose(code, at.place(), std::move(message), std::move(help)));
}

}  // namespace flyball::compile::yaml
