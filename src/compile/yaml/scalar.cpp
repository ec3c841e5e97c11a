#include "compile/yaml/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace flyball::compile::yaml {
namespace {

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string_view without_sign(std::string_view word) {
  if (!word.empty() && (word[0] == '-' || word[0] == '+')) word.remove_prefix(1);
  return word;
}

std::size_t leading_digits(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::find_if_not(word, is_digit) - word.begin());
}

// [0-9]+ | (\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][-+]?[0-9]+)?, the sign already gone.
Type number(std::string_view word) {
  const auto whole = leading_digits(word);
  if (whole > 1 && word[0] == '0') return Type::string;
  word.remove_prefix(whole);
  if (word.empty()) return whole > 0 ? Type::integer : Type::string;
  if (word[0] == '.') {
    word.remove_prefix(1);
    const auto fraction = leading_digits(word);
    if (whole + fraction == 0) return Type::string;
    word.remove_prefix(fraction);
  } else if (whole == 0) {
    return Type::string;
  }
  if (word.empty()) return Type::decimal;
  if (word[0] != 'e' && word[0] != 'E') return Type::string;
  word = without_sign(word.substr(1));
  return !word.empty() && leading_digits(word) == word.size() ? Type::decimal : Type::string;
}

bool is_prefixed_integer(std::string_view word) {
  if (word.size() < 3 || word[0] != '0') return false;
  if (word[1] == 'o') return std::ranges::all_of(word.substr(2), is_octal);
  return word[1] == 'x' && std::ranges::all_of(word.substr(2), is_hex);
}

template <class Number, class... Base>
std::optional<Number> parsed(std::string_view digits, Base... base) {
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base...);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// from_chars reads `-` but not `+`.
std::string_view without_plus(std::string_view word) { return word.starts_with('+') ? word.substr(1) : word; }

}  // namespace

Type resolve(std::string_view plain) {
  if (plain.empty()) return Type::null;
  // Most words are neither number nor keyword: their first character tells.
  switch (plain[0]) {
    case '~':
      return plain.size() == 1 ? Type::null : Type::string;
    case 'n':
    case 'N':
      return one_of(plain, {"null", "Null", "NULL"}) ? Type::null : Type::string;
    case 't':
    case 'T':
    case 'f':
    case 'F':
      return boolean_of(plain) ? Type::boolean : Type::string;
    case '-':
    case '+':
    case '.':
      break;
    default:
      if (!is_digit(plain[0])) return Type::string;
  }
  if (is_prefixed_integer(plain)) return Type::integer;
  if (one_of(plain, {".nan", ".NaN", ".NAN"})) return Type::decimal;
  const auto digits = without_sign(plain);
  if (one_of(digits, {".inf", ".Inf", ".INF"})) return Type::decimal;
  return number(digits);
}

std::optional<std::int64_t> integer_of(std::string_view plain) {
  if (resolve(plain) != Type::integer) return std::nullopt;
  if (plain.starts_with("0o")) return parsed<std::int64_t>(plain.substr(2), 8);
  if (plain.starts_with("0x")) return parsed<std::int64_t>(plain.substr(2), 16);
  return parsed<std::int64_t>(without_plus(plain));
}

std::optional<double> decimal_of(std::string_view plain) {
  const auto type = resolve(plain);
  if (type != Type::integer && type != Type::decimal) return std::nullopt;
  if (plain.starts_with("0o") || plain.starts_with("0x")) {
    const auto whole = integer_of(plain);
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
  }
  if (plain.size() == 4 && plain[0] == '.' && (plain[1] == 'n' || plain[1] == 'N')) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (const auto word = without_sign(plain); word.size() == 4 && (word[1] == 'i' || word[1] == 'I')) {
    const auto infinity = std::numeric_limits<double>::infinity();
    return plain[0] == '-' ? -infinity : infinity;
  }
  return parsed<double>(without_plus(plain));
}

std::optional<bool> boolean_of(std::string_view plain) {
  if (one_of(plain, {"true", "True", "TRUE"})) return true;
  if (one_of(plain, {"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

}  // namespace flyball::compile::yaml
