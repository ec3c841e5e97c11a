#include "compile/yaml/check_text.hpp"

#include "base/text.hpp"
#include "compile/codes.hpp"
#include "compile/yaml/source.hpp"

#include <algorithm>

namespace flyball::compile::yaml {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

bool is_plain_ascii(char c) { return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t'; }

Place place_of(std::string_view bytes, std::size_t at, const std::string& file) {
  const auto before = without_byte_order_mark(bytes.substr(0, at));
  const auto on_line = before.substr(before.rfind('\n') + 1);
  return {.file = file,
          .line = 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n')),
          .column = 1 + characters(on_line)};
}

std::string code_point(std::uint32_t value, int digits) {
  std::string out;
  for (int i = digits - 1; i >= 0; --i) out += "0123456789ABCDEF"[value >> (4U * static_cast<unsigned>(i)) & 15U];
  return out;
}

bool is_line_separator(std::string_view character) {
  return character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9" || character == "\xc2\x85";
}

// What a character that is not plain ASCII is called when it has no place in text; nothing when it is welcome.
std::string unwelcome(std::string_view character) {
  const auto first = byte_at(character, 0);
  if (first == 0) return "a NUL byte: this is not a text file";
  if (character == "\r") return "a carriage return without a line feed";
  if (first < 0x80) return text("the control character 0x", code_point(first, 2));
  if (!is_invisible(character)) return {};
  if (character == byte_order_mark) return "a byte order mark (U+FEFF) in the middle of the file";
  if (is_line_separator(character)) return "an invisible line separator, which only some programs take for a line end";
  if (first == 0xc2) return text("the control character U+", code_point(byte_at(character, 1), 4));
  if (first == 0xe2) return "an invisible mark that reverses the text around it";
  return "a code point that is no character";
}

std::string cure(std::string_view character) {
  if (character == "\r") return "save the file with line ends of Unix or Windows";
  if (character[0] == 0) return "convert it to UTF-8, or keep it under `files/` and name it by `source`";
  return "remove it, or write it as an escape in double quotes";
}

Diagnostic not_utf8(std::string_view bytes, std::size_t at, const std::string& file) {
  const bool utf16 = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  return diagnose(
      Code::not_utf8, place_of(bytes, at, file),
      utf16 ? "this file is UTF-16, not UTF-8" : text("byte 0x", code_point(byte_at(bytes, at), 2), " is not UTF-8"),
      "save the file as UTF-8");
}

}  // namespace

std::optional<Diagnostic> check_text(std::string_view bytes, const std::string& file) {
  if (bytes.size() > max_file_bytes) {
    return diagnose(Code::file_too_large, {.file = file},
                    text("this file has ", bytes.size(), " bytes; the most is ", max_file_bytes, " (4 MiB)"),
                    "split it, or keep it under `files/` and name it by `source`");
  }
  std::size_t i = bytes.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  while (i < bytes.size()) {
    if (is_plain_ascii(bytes[i])) {
      ++i;
      continue;
    }
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') {
      i += 2;
      continue;
    }
    const auto length = sequence_length(bytes.substr(i, 4));
    if (length == 0) return not_utf8(bytes, i, file);
    const auto character = bytes.substr(i, length);
    if (auto what = unwelcome(character); !what.empty())
      return diagnose(Code::control_character, place_of(bytes, i, file), std::move(what), cure(character));
    i += length;
  }
  return std::nullopt;
}

}  // namespace flyball::compile::yaml
