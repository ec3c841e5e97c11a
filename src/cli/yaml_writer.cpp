#include "cli/yaml_writer.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

bool is_word(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || static_cast<unsigned char>(c) >= 0x80 || others.contains(c);
  });
}

// Whether a plain scalar reads back as this very text. Rather too many quotes than one too few.
bool plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.contains("  ")) return false;
  const char first = text.front();
  const bool number_like = (first >= '0' && first <= '9') || first == '.' || first == '-' || first == '+';
  if (number_like || text == "true" || text == "false" || text == "null" || text == "~") return false;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (lower == "true" || lower == "false" || lower == "null") return false;
  return is_word(text, " /_.-+@=") && (first == '/' || is_word(text.substr(0, 1), "_"));
}

bool block(std::string_view text) {
  if (!text.contains('\n') || text.front() == ' ' || text.front() == '\n') return false;
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t';
  });
}

std::string scalar(std::string_view text) { return plain(text) ? std::string(text) : Json(text).canonical(); }

bool empty(const Json& value) {
  return (value.object() != nullptr && value.object()->empty()) || (value.array() != nullptr && value.array()->empty());
}

std::string inline_value(const Json& value) {
  return value.string() != nullptr ? scalar(*value.string()) : value.canonical();
}

void write(std::string& out, const Json& value, std::size_t indent, bool in_list);

void write_block(std::string& out, std::string_view value, std::size_t indent) {
  const auto ends = value.size() - std::min(value.size(), value.find_last_not_of('\n') + 1);
  out += ends == 0 ? "|-\n" : ends == 1 ? "|\n" : "|+\n";
  while (!value.empty()) {
    const auto end = std::min(value.find('\n'), value.size());
    const auto line = value.substr(0, end);
    out += text(line.empty() ? std::string() : std::string(indent, ' '), line, '\n');
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

// What stands behind `key:` or `-`.
void write_behind(std::string& out, const Json& value, std::size_t indent, bool in_list) {
  const bool nested = (value.object() != nullptr || value.array() != nullptr) && !empty(value);
  if (value.string() != nullptr && block(*value.string())) {
    out += ' ';
    write_block(out, *value.string(), indent);
  } else if (!nested) {
    out += text(' ', inline_value(value), '\n');
  } else if (in_list && value.object() != nullptr) {
    out += ' ';
    write(out, value, indent, true);
  } else {
    out += '\n';
    write(out, value, indent, false);
  }
}

void write(std::string& out, const Json& value, std::size_t indent, bool in_list) {
  const std::string margin(indent, ' ');
  bool first = in_list;  // The first line of a map in a list stands behind the dash.
  if (const auto* object = value.object()) {
    for (const auto& [key, member] : *object) {
      out += text(first ? std::string() : margin, scalar(key), ':');
      first = false;
      write_behind(out, member, indent + 2, false);
    }
  } else if (const auto* list = value.array()) {
    for (const auto& item : *list) {
      out += text(margin, '-');
      write_behind(out, item, indent + 2, true);
    }
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  std::string out;
  if ((value.object() == nullptr && value.array() == nullptr) || empty(value)) return text(inline_value(value), '\n');
  write(out, value, 0, false);
  return out;
}

}  // namespace flyball::cli
