#include "compile/references.hpp"

#include "compile/codes.hpp"
#include "compile/did_you_mean.hpp"
#include "model/facts.hpp"

#include <algorithm>
#include <ranges>

namespace flyball::compile {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./").contains(c);
  });
}

}  // namespace

Pieces take_apart(std::string_view text) {
  Pieces out;
  std::string literal;
  std::size_t literal_at = 0;
  const auto flush = [&](std::size_t end) {
    if (!literal.empty())
      out.pieces.push_back({.text = std::exchange(literal, {}), .offset = literal_at, .length = end - literal_at});
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find("${{", at);
    if (literal.empty()) literal_at = at;
    if (open == std::string_view::npos) {
      literal += text.substr(at);
      break;
    }
    if (open > 0 && open > at && text[open - 1] == '$') {
      literal += text.substr(at, open - 1 - at);
      literal += "${{";
      at = open + 3;
      continue;
    }
    literal += text.substr(at, open - at);
    const auto close = text.find("}}", open + 3);
    if (close == std::string_view::npos) {
      out.unclosed = open;
      literal += text.substr(open);
      break;
    }
    flush(open);
    out.pieces.push_back({.reference = true,
                          .text = std::string(trimmed(text.substr(open + 3, close - open - 3))),
                          .offset = open,
                          .length = close + 2 - open});
    at = close + 2;
  }
  flush(text.size());
  return out;
}

bool Expanded::literal() const { return std::ranges::none_of(parts, &Part::fact); }

std::string Expanded::text() const {
  std::string out;
  for (const auto& part : parts) out += part.text;
  return out;
}

Json Expanded::json() const {
  if (literal()) return text();
  Json::Array list;
  for (const auto& part : parts) {
    if (!part.fact) {
      list.emplace_back(part.text);
      continue;
    }
    Json fact;
    fact["fact"] = part.text;
    list.push_back(std::move(fact));
  }
  Json out;
  out["parts"] = std::move(list);
  return out;
}

void Expanded::add(std::string_view literal) {
  if (!parts.empty() && !parts.back().fact) {
    parts.back().text += literal;
  } else if (!literal.empty()) {
    parts.push_back({.text = std::string(literal)});
  }
}

void Expanded::add_fact(std::string name) { parts.push_back({.fact = true, .text = std::move(name)}); }

const yaml::Node* Scope::variable_behind(const yaml::Node& node) {
  if (!node.is_scalar()) return nullptr;
  const auto pieces = take_apart(node.text());
  const auto* whole = pieces.whole();
  if (whole == nullptr || !whole->text.starts_with("vars.")) return nullptr;
  const auto name = whole->text.substr(5);
  if (lenient() || std::ranges::find(open_, name) != open_.end()) return nullptr;
  const auto* value = look_up(name, node.spot(whole->offset, whole->length).place());
  if (value == nullptr) return nullptr;
  open_.push_back(name);
  const auto* behind = variable_behind(*value);
  open_.pop_back();
  return behind != nullptr ? behind : value;
}

Expanded Scope::expand(const yaml::Node& node) {
  return expand(node.text(), [&](std::size_t offset, std::size_t length) { return node.spot(offset, length).place(); });
}

Expanded Scope::expand(std::string_view written, const PlaceOf& place_of) {
  Expanded out;
  const auto taken = take_apart(written);
  if (taken.unclosed)
    out_.push_back(diagnose(Code::bad_reference, place_of(*taken.unclosed, 3), "`${{` is not closed by `}}`",
                            "to write it as it is, double the dollar: $${{"));
  for (const auto& piece : taken.pieces) {
    if (piece.reference) {
      add_reference(out, piece.text, place_of(piece.offset, piece.length));
    } else {
      out.add(piece.text);
    }
  }
  return out;
}

void Scope::add_reference(Expanded& into, const std::string& name, const Place& at) {
  if (!is_name(name)) {
    out_.push_back(diagnose(Code::bad_reference, at, text("`", name, "` is no reference"),
                            "names with dots between: vars.x, device.name, device.labels.x, facts.x"));
    return;
  }
  const auto dot = name.find('.');
  const auto rest = dot == std::string::npos ? std::string() : name.substr(dot + 1);
  const auto root = name.substr(0, dot);
  if (root == "vars" && !rest.empty()) return add_variable(into, rest, at);
  if (root == "device" && !rest.empty()) return add_device(into, rest, at);
  if (root == "facts" && !rest.empty()) {
    std::vector<std::string_view> known;
    for (const auto& fact : known_facts()) known.push_back(fact.name);
    if (std::ranges::find(known, rest) == known.end())
      out_.push_back(diagnose(Code::unknown_fact, at, text("unknown fact `", rest, "`"), did_you_mean(rest, known)));
    into.add_fact(rest);
    return;
  }
  if (root == "secret") {
    out_.push_back(diagnose(Code::not_supported, at, "`secret` is not supported by this version",
                            "until it is, what must stay secret does not belong into git"));
    return;
  }
  static const std::vector<std::string_view> roots = {"vars", "device", "facts"};
  const auto help = did_you_mean(root, roots);
  out_.push_back(diagnose(Code::unknown_variable, at, text("`", name, "` means nothing"),
                          help.empty() ? text("did you mean `vars.", name, "`?") : help));
}

const yaml::Node* Scope::look_up(const std::string& name, const Place& at) {
  // `a.b` is a variable of that name, or `b` in the map `a`.
  if (const auto whole = merge_variable(name, layers_)) {
    used_.insert(name);
    for (const auto* block : layers_ | std::views::reverse) {
      if (const auto found = block->vars.find(name); found != block->vars.end()) return &found->second.value;
    }
  }
  const auto first = name.substr(0, name.find('.'));
  const yaml::Node* value = nullptr;
  for (const auto* block : layers_ | std::views::reverse) {
    if (const auto found = block->vars.find(first); found != block->vars.end()) {
      value = &found->second.value;
      break;
    }
  }
  if (value != nullptr) used_.insert(first);
  for (std::size_t dot = name.find('.'); value != nullptr && dot != std::string::npos;) {
    const auto next = name.find('.', dot + 1);
    value = value->find(name.substr(dot + 1, next == std::string::npos ? next : next - dot - 1));
    dot = next;
  }
  if (value == nullptr) tell_unknown(name, at);
  return value;
}

void Scope::tell_unknown(const std::string& name, const Place& at) {
  std::set<std::string_view> known;
  for (const auto* block : layers_) {
    for (const auto& [variable, written] : block->vars) known.insert(variable);
  }
  const std::vector<std::string_view> list(known.begin(), known.end());
  const auto help = did_you_mean(name, list);
  out_.push_back(
      diagnose(Code::unknown_variable, at, text("`vars.", name, "` is not set for device `", device_->id, "`"),
               help.empty() ? "set it under `vars:` in fleet.yaml, a profile, the group or the device" : help));
}

void Scope::add_variable(Expanded& into, const std::string& name, const Place& at) {
  if (lenient()) {
    into.add_fact("");
    return;
  }
  if (std::ranges::find(open_, name) != open_.end()) {
    std::string way;
    for (const auto& variable : open_) way += text("vars.", variable, " → ");
    out_.push_back(diagnose(Code::variable_cycle, at, text("a variable needs itself: ", way, "vars.", name)));
    return;
  }
  const auto* value = look_up(name, at);
  if (value == nullptr) return;
  if (!value->is_scalar() || value->is_null()) {
    auto fault = diagnose(Code::wrong_type, at,
                          text("`vars.", name, "` is ", describe(*value), ", which cannot stand inside a text"));
    fault.notes.push_back({.at = value->spot().place(), .message = "its value is set here"});
    out_.push_back(std::move(fault));
    return;
  }
  open_.push_back(name);
  for (const auto& part : expand(*value).parts) {
    if (part.fact) {
      into.add_fact(part.text);
    } else {
      into.add(part.text);
    }
  }
  open_.pop_back();
}

void Scope::add_device(Expanded& into, std::string_view name, const Place& at) {
  used_device_ = true;
  if (lenient()) {
    into.add_fact("");
    return;
  }
  if (name == "name") return into.add(device_->id.str());
  if (name == "group") return into.add(device_->group.str());
  if (name == "serial") return into.add(device_->serial);
  constexpr std::string_view labels = "labels.";
  if (name.starts_with(labels)) {
    const auto label = device_->labels.find(name.substr(labels.size()));
    if (label != device_->labels.end()) return into.add(label->second);
    std::vector<std::string_view> known;
    for (const auto& [key, value] : device_->labels) known.push_back(key);
    auto help = did_you_mean(name.substr(labels.size()), known);
    auto fault = diagnose(Code::unknown_variable, at,
                          text("device `", device_->id, "` has no label `", name.substr(labels.size()), "`"),
                          help.empty() ? "give it that label, or use a variable with a default" : help);
    fault.notes.push_back({.at = device_->block.at.place(), .message = "the device is declared here"});
    out_.push_back(std::move(fault));
    return;
  }
  static const std::vector<std::string_view> known = {"name", "group", "serial", "labels"};
  out_.push_back(diagnose(Code::unknown_variable, at, text("a device has no `", name, "`"), did_you_mean(name, known)));
}

}  // namespace flyball::compile
