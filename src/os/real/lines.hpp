#pragma once

#include <string_view>

namespace flyball::os::real {

/// Takes the first line off a text, without its end.
inline std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// Takes what lies before the first separator off a text; all of it when there is none.
inline std::string_view next_field(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return field;
}

/// Takes the first word off a text, and the spaces around it.
inline std::string_view next_word(std::string_view& text) {
  constexpr std::string_view spaces = " \t";
  const auto skip = [&] {
    const auto start = text.find_first_not_of(spaces);
    text.remove_prefix(start == std::string_view::npos ? text.size() : start);
  };
  skip();
  const auto end = text.find_first_of(spaces);
  const auto word = text.substr(0, end);
  text.remove_prefix(word.size());
  skip();
  return word;
}

}  // namespace flyball::os::real
