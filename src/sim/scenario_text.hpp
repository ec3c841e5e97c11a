#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flyball::sim {

/// A line of a scenario: its words, and what is left of the line behind each of them.
struct ScenarioLine {
  std::size_t number = 0;
  std::vector<std::string> words;  ///< `"…"` is one word, with \n, \t, \" and \\ in it.
  std::vector<std::string> rests;  ///< rests[i] is the text after words[i], as written.
};

/// A line that begins with white space goes on with the line before. `#` begins a comment, and empty lines are
/// passed over. `invalid` names the line of a quote that does not end.
Result<std::vector<ScenarioLine>> read_scenario(std::string_view text);

}  // namespace flyball::sim
