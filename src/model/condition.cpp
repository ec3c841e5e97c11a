#include "model/condition.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace flyball {
namespace {

struct Word {
  State state;
  std::string_view name;
  std::string_view shape;
};
constexpr std::array words = {Word{State::held, "Held", "‖"},
                              Word{State::failed, "Failed", "✖"},
                              Word{State::contested, "Contested", "◆"},
                              Word{State::drifted, "Drifted", "▲"},
                              Word{State::reconciling, "Reconciling", "◐"},
                              Word{State::waiting, "Waiting", "◷"},
                              Word{State::ready, "Ready", "●"},
                              Word{State::not_enrolled, "Not enrolled", "○"}};

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view name(State state) { return std::ranges::find(words, state, &Word::state)->name; }

std::string_view shape(State state) { return std::ranges::find(words, state, &Word::state)->shape; }

std::optional<State> parse_state(std::string_view word) {
  const auto found = std::ranges::find_if(words, [&](const Word& w) { return same_word(w.name, word); });
  return found == words.end() ? std::nullopt : std::optional(found->state);
}

}  // namespace flyball
