#include "compile/yaml/source.hpp"

#include "base/bytes.hpp"

#include <algorithm>

namespace flyball::compile::yaml {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

std::uint32_t characters(std::string_view bytes) {
  return static_cast<std::uint32_t>(std::ranges::count_if(bytes, [](char c) { return !continues(c); }));
}

std::size_t sequence_length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return length <= bytes.size() && is_utf8(bytes.substr(0, length)) ? length : 0;
}

bool is_invisible(std::string_view character) {
  if (character.size() == 2) return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
  if (character.size() != 3) return false;
  if (character == byte_order_mark || character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") return true;
  const auto last = static_cast<unsigned char>(character[2]);
  if (character.starts_with("\xe2\x80")) return last >= 0xa8 && last <= 0xae;
  return character.starts_with("\xe2\x81") && last >= 0xa6 && last <= 0xa9;
}

void Source::index() const {
  if (!starts_.empty()) return;
  starts_.push_back(0);
  for (auto at = bytes_.find('\n'); at != std::string_view::npos; at = bytes_.find('\n', at + 1)) {
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

std::uint32_t Source::lines() const {
  index();
  return static_cast<std::uint32_t>(starts_.size());
}

std::string_view Source::line(std::uint32_t number) const {
  if (number == 0 || number > lines()) return {};
  const auto rest = bytes_.substr(starts_[number - 1]);
  return without_return(rest.substr(0, rest.find('\n')));
}

std::string_view Source::from(std::uint32_t number, std::uint32_t column) const {
  const auto whole = line(number);
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < column && at < whole.size(); ++i) {
    ++at;
    while (at < whole.size() && continues(whole[at])) ++at;
  }
  return whole.substr(at);
}

Mark Source::within(Mark mark) const {
  if (mark.line <= lines()) return mark;
  return {.line = lines(), .column = characters(line(lines())) + 1};
}

Place Source::place(std::uint32_t number, std::uint32_t column, std::uint32_t length) const {
  const auto left = characters(from(number, column));
  return {.file = file_, .line = number, .column = column, .length = std::max(1U, std::min(length, left))};
}

std::optional<std::string> shown_line(std::string_view bytes, std::uint32_t number) {
  if (number == 0) return std::nullopt;
  bytes = without_byte_order_mark(bytes);
  for (std::uint32_t i = 1; i < number; ++i) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    bytes.remove_prefix(end + 1);
  }
  const auto line = without_return(bytes.substr(0, bytes.find('\n')));
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const auto length = sequence_length(line.substr(i));
    const auto character = line.substr(i, length);
    out += length == 0 || is_invisible(character) ? "?" : character;
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace flyball::compile::yaml
