#include "cli/render.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace flyball::cli {

std::string grouped(std::uint64_t number) {
  auto out = text(number);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), " ");
  return out;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  if (number == 1) return text("1 ", one);
  return many.empty() ? text(grouped(number), ' ', one, 's') : text(grouped(number), ' ', many);
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(std::string_view text, std::size_t columns) {
  const auto have = columns_of(text);
  return std::string(text) + std::string(columns > have ? columns - have : 0, ' ');
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U && ++seen == columns) break;
  }
  return std::string(text.substr(0, at)) + "…";
}

std::string value_text(const Json& value) {
  if (value.string() != nullptr && !value.string()->contains('\n')) return harmless(*value.string());
  if (const auto* list = value.array()) {
    std::string out;
    for (const auto& item : *list) out += flyball::text(out.empty() ? "" : ", ", value_text(item));
    return flyball::text('[', out, ']');
  }
  return value.canonical();
}

std::string harmless(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      out += flyball::text("\\x", hex(std::string_view(&c, 1)));
    } else {
      out += c;
    }
  }
  return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += text(i > 0 ? "  " : "", padded(row[i], widths[i]));
    while (line.ends_with(' ')) line.pop_back();
    out += text(width > 0 ? cut(line, width) : line, '\n');
  }
  return out;
}

std::string painted(std::string_view text, Colour colour, bool wanted) {
  static constexpr std::string_view codes[] = {"31", "32", "33", "34", "2", "1"};
  if (!wanted) return std::string(text);
  return flyball::text("\x1b[", codes[static_cast<std::size_t>(colour)], "m", text, "\x1b[0m");
}

}  // namespace flyball::cli
