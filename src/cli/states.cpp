#include "cli/states.hpp"

#include "cli/render.hpp"

namespace flyball::cli {
namespace {

Colour colour_of(State state) {
  switch (state) {
    case State::failed:
      return Colour::red;
    case State::ready:
      return Colour::green;
    case State::reconciling:
    case State::held:
      return Colour::blue;
    case State::waiting:
    case State::not_enrolled:
      return Colour::dim;
    default:
      return Colour::yellow;
  }
}

}  // namespace

std::string state_text(std::string_view word, bool colour) {
  const auto state = parse_state(word);
  if (!state) return harmless(word);
  return painted(text(shape(*state), ' ', name(*state)), colour_of(*state), colour);
}

std::string field(const Json& object, std::string_view name) {
  return harmless(maybe_string(object, name).value_or(""));
}

std::string labels_text(const Json& device) {
  std::string out;
  const auto* labels = device.find("labels");
  if (labels == nullptr || labels->object() == nullptr) return out;
  for (const auto& [key, value] : *labels->object())
    out += text(out.empty() ? "" : "  ", harmless(key), '=', value_text(value));
  return out;
}

std::string short_revision(std::string_view revision) { return harmless(revision.substr(0, 7)); }

std::string time_of_day(std::string_view time) {
  return time.size() == 20 ? harmless(text(time.substr(11, 8), 'Z')) : harmless(time);
}

std::string person_name(std::string_view author) {
  auto name = author.substr(0, author.find(" <"));
  return harmless(name.empty() ? author : name);
}

}  // namespace flyball::cli
