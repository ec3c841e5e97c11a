#include "sim/scenario_text.hpp"

#include "os/sim/accounts.hpp"

namespace flyball::sim {
namespace {

char escaped(char c) { return c == 'n' ? '\n' : c == 't' ? '\t' : c; }

Result<ScenarioLine> split_words(std::string_view line, std::size_t number) {
  ScenarioLine out{.number = number};
  for (std::size_t i = line.find_first_not_of(" \t\n"); i < line.size(); i = line.find_first_not_of(" \t\n", i)) {
    std::string word;
    if (line[i] == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i) {
        const bool escape = line[i] == '\\' && i + 1 < line.size();
        word += escape ? escaped(line[++i]) : line[i];
      }
      if (i == line.size()) return fail(Errc::invalid, "line ", number, ": a quote does not end");
      ++i;
    } else {
      const auto end = std::min(line.find_first_of(" \t\n", i), line.size());
      word = line.substr(i, end - i);
      i = end;
    }
    out.words.push_back(std::move(word));
    const auto next = line.find_first_not_of(" \t", i);
    out.rests.emplace_back(next == std::string_view::npos ? "" : line.substr(next));
  }
  return out;
}

}  // namespace

Result<std::vector<ScenarioLine>> read_scenario(std::string_view text) {
  std::vector<ScenarioLine> out;
  std::string whole;
  std::size_t begin = 0;
  const auto end_line = [&]() -> Result<> {
    if (!whole.empty()) out.push_back(TRY(split_words(whole, begin)));
    whole.clear();
    return {};
  };
  std::size_t number = 0;
  for (const auto& line : os::sim::split(text, '\n')) {
    ++number;
    if (line.find_first_not_of(" \t") == std::string::npos || line.starts_with('#')) continue;
    if (line[0] == ' ' || line[0] == '\t') {
      whole += '\n' + line;
      continue;
    }
    TRY(end_line());
    whole = line;
    begin = number;
  }
  TRY(end_line());
  return out;
}

}  // namespace flyball::sim
