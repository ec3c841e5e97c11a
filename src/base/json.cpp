#include "base/json.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include <boost/json/basic_parser_impl.hpp>

namespace flyball {
namespace {

constexpr std::size_t max_depth = 64;
namespace bj = boost::json;

// Boost.JSON drives this handler. Its own DOM would silently keep the last of two members with one name.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return open(Json::Object{}); }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_array_begin(bj::error_code&) { return open(Json::Array{}); }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return append(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& error) {
    append(part);
    auto& object = *open_.back()->object();
    const auto [member, fresh] = object.try_emplace(text_);
    if (!fresh) {
      duplicate_ = text_;
      error = bj::error::syntax;
      return false;
    }
    member_ = &member->second;
    text_.clear();
    return true;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return append(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    append(part);
    return put(std::exchange(text_, {}));
  }
  bool on_number_part(bj::string_view part, bj::error_code&) { return append(part); }
  bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) {
    text_.clear();
    return put(value);
  }
  bool on_uint64(std::uint64_t value, bj::string_view part, bj::error_code& error) {
    return on_double(static_cast<double>(value), part, error);
  }
  // Boost 1.81 is off by a unit in the last place for long fractions; the standard library rounds right.
  bool on_double(double value, bj::string_view part, bj::error_code&) {
    append(part);
    std::from_chars(text_.data(), text_.data() + text_.size(), value);
    text_.clear();
    return put(value);
  }
  bool on_bool(bool value, bj::error_code&) { return put(value); }
  bool on_null(bj::error_code&) { return put(nullptr); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  Json root;
  const std::string& duplicate() const { return duplicate_; }

 private:
  bool append(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  Json* place(Json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    if (auto* array = open_.back()->array()) return &array->emplace_back(std::move(value));
    *member_ = std::move(value);
    return member_;
  }
  bool put(Json value) {
    place(std::move(value));
    return true;
  }
  // A container is only appended to while it is the innermost, so the pointers to those around it stay good.
  bool open(Json value) {
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::string text_;
  std::string duplicate_;
};

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void write_escaped(std::string& out, char c) {
  switch (c) {
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    default:
      out += "\\u00";
      out += hex(std::string_view(&c, 1));
  }
}

void write_string(std::string& out, std::string_view value) {
  out += '"';
  while (!value.empty()) {
    const auto plain = std::ranges::find_if(value, needs_escape);
    out.append(value.begin(), plain);
    value = {plain, value.end()};
    if (value.empty()) break;
    write_escaped(out, value.front());
    value.remove_prefix(1);
  }
  out += '"';
}

// ECMA-262, Number::toString, as RFC 8785 section 3.2.2.3 asks: the shortest digits that read back, placed by exponent.
void write_double(std::string& out, double value) {
  if (value == 0 || !std::isfinite(value)) {
    out += '0';
    return;
  }
  if (value < 0) out += '-';
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view written(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = written.find('e');
  std::string digits(1, written[0]);
  if (e > 2) digits += written.substr(2, e - 2);
  int exponent = 0;
  const auto* first = written.data() + e + (written[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, end, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // Where the decimal point stands, counted from the first digit.
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) (out += '.') += digits.substr(1);
    out += text('e', exponent < 0 ? '-' : '+', std::abs(exponent));
  } else if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else if (point >= count) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else {
    out += digits.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(point));
  }
}

// RFC 8785 section 3.2.3 orders names by UTF-16 code units. That differs from the order of bytes only where
// characters past U+FFFF meet ones from U+E000 on.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [left, right] = std::ranges::mismatch(a, b);
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  const unsigned l = static_cast<unsigned char>(*left);
  const unsigned r = static_cast<unsigned char>(*right);
  // Leads from 0xf0 begin characters that UTF-16 spells with surrogates, which sort below U+E000 (leads 0xee, 0xef).
  if (l >= 0xee && r >= 0xee && (l >= 0xf0) != (r >= 0xf0)) return l >= 0xf0;
  return l < r;
}

std::vector<const Json::Object::value_type*> members_in_order(const Json::Object& object) {
  std::vector<const Json::Object::value_type*> members;
  members.reserve(object.size());
  bool ascii = true;
  for (const auto& member : object) {
    members.push_back(&member);
    ascii = ascii && std::ranges::all_of(member.first, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  if (!ascii) std::ranges::sort(members, [](auto* a, auto* b) { return utf16_less(a->first, b->first); });
  return members;
}

struct Layout {
  bool pretty;
  void line(std::string& out, std::size_t level) const {
    if (!pretty) return;
    out += '\n';
    out.append(level * 2, ' ');
  }
};

void write(std::string& out, const Json& value, Layout layout, std::size_t level) {
  if (value.is_null()) {
    out += "null";
  } else if (const auto* b = value.boolean()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = value.integer()) {
    out += text(*i);
  } else if (const auto* d = value.real()) {
    write_double(out, *d);
  } else if (const auto* s = value.string()) {
    write_string(out, *s);
  } else if (const auto* array = value.array()) {
    out += '[';
    for (std::size_t k = 0; k < array->size(); ++k) {
      if (k > 0) out += ',';
      layout.line(out, level + 1);
      write(out, (*array)[k], layout, level + 1);
    }
    if (!array->empty()) layout.line(out, level);
    out += ']';
  } else {
    const auto& object = *value.object();
    out += '{';
    bool first = true;
    for (const auto* member : members_in_order(object)) {
      if (!std::exchange(first, false)) out += ',';
      layout.line(out, level + 1);
      write_string(out, member->first);
      out += layout.pretty ? ": " : ":";
      write(out, member->second, layout, level + 1);
    }
    if (!object.empty()) layout.line(out, level);
    out += '}';
  }
}

std::unexpected<Error> missing(std::string_view name, std::string_view type) {
  return fail(Errc::invalid, "`", name, "` is missing or not ", type);
}

}  // namespace

Result<Json> Json::parse(std::string_view input) {
  bj::parse_options options;
  options.max_depth = max_depth;
  bj::basic_parser<Builder> parser(options);
  bj::error_code error;
  const auto used = parser.write_some(false, input.data(), input.size(), error);
  if (!parser.handler().duplicate().empty()) {
    return fail(Errc::invalid, "JSON: the name `", parser.handler().duplicate(), "` stands twice, at byte ", used);
  }
  if (error) return fail(Errc::invalid, "JSON: ", error.message(), " at byte ", used);
  if (used < input.size()) return fail(Errc::invalid, "JSON: unexpected text after the value, at byte ", used);
  return std::move(parser.handler().root);
}

const Json* Json::find(std::string_view name) const {
  const auto* members = object();
  if (members == nullptr) return nullptr;
  const auto found = members->find(name);
  return found == members->end() ? nullptr : &found->second;
}

Json& Json::operator[](std::string_view name) {
  if (object() == nullptr) value_ = Object{};
  auto& members = *object();
  const auto found = members.find(name);
  return found != members.end() ? found->second : members.try_emplace(std::string(name)).first->second;
}

std::string Json::canonical() const {
  std::string out;
  write(out, *this, Layout{.pretty = false}, 0);
  return out;
}

std::string Json::pretty() const {
  std::string out;
  write(out, *this, Layout{.pretty = true}, 0);
  return out;
}

Result<std::string> get_string(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->string() == nullptr) return missing(name, "a string");
  return *member->string();
}

Result<std::int64_t> get_integer(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->integer() == nullptr) return missing(name, "an integer");
  return *member->integer();
}

Result<bool> get_boolean(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->boolean() == nullptr) return missing(name, "true or false");
  return *member->boolean();
}

std::optional<std::string> maybe_string(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  return member != nullptr && member->string() != nullptr ? std::optional(*member->string()) : std::nullopt;
}

std::optional<std::int64_t> maybe_integer(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  return member != nullptr && member->integer() != nullptr ? std::optional(*member->integer()) : std::nullopt;
}

std::optional<bool> maybe_boolean(const Json& object, std::string_view name) {
  const auto* member = object.find(name);
  return member != nullptr && member->boolean() != nullptr ? std::optional(*member->boolean()) : std::nullopt;
}

}  // namespace flyball
