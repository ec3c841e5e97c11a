#include "os/sim/processes.hpp"

#include "base/text.hpp"
#include "os/sim/accounts.hpp"

#include <algorithm>

namespace flyball::os::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 24U;

Exit code(int code, std::string errors = {}) { return {.code = code, .output = {}, .errors = std::move(errors)}; }

template <class T>
Exit exit_of(const Result<T>& result) {
  return result ? code(0) : code(1, result.error().message + '\n');
}

bool ends_word(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool escapable(char c) { return c == '"' || c == '\\' || c == '$' || c == '`'; }  // Between double quotes.
bool is_operator(char c) { return c == '&' || c == '|' || c == ';' || c == '>'; }

// Words and operators of a line; a quoted word is never an operator.
struct Token {
  std::string text;
  bool op = false;
};
std::vector<Token> tokens(std::string_view line) {
  std::vector<Token> all;
  for (std::size_t i = 0; i < line.size();) {
    if (ends_word(line[i])) {
      ++i;
      continue;
    }
    Token token{.text = {}, .op = is_operator(line[i])};
    if (token.op) {
      while (i < line.size() && is_operator(line[i]) && token.text.size() < 2) token.text += line[i++];
    } else {
      for (char quote = 0; i < line.size() && (quote != 0 || (!ends_word(line[i]) && !is_operator(line[i]))); ++i) {
        if (quote == 0 && (line[i] == '\'' || line[i] == '"')) {
          quote = line[i];
        } else if (line[i] == quote) {
          quote = 0;
        } else if (line[i] == '\\' && i + 1 < line.size() && (quote == 0 || (quote == '"' && escapable(line[i + 1])))) {
          token.text += line[++i];
        } else {
          token.text += line[i];
        }
      }
    }
    all.push_back(std::move(token));
  }
  return all;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) ++i;
    out += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

}  // namespace

Result<Exit> SimProcesses::run(const CommandLine& command, const RunLimits& limits) {
  if (command.argv.empty()) return fail(Errc::invalid, "no program named");
  std::string whole;
  for (const auto& word : command.argv) whole += text(whole.empty() ? "" : " ", word);
  TRY(fuse_.call("run", whole));
  if (const auto known = defined_.find(whole); known != defined_.end()) return known->second;
  const auto& argv = command.argv;
  const bool shell = argv.size() == 3 && (argv[0] == "/bin/sh" || argv[0] == "sh") && argv[1] == "-c";
  auto exit = shell ? script(argv[2]) : simple(argv);
  if (!shell && exit.code == 127) return fail(Errc::not_found, "no such program: ", argv[0]);
  exit.output.resize(std::min<std::size_t>(exit.output.size(), limits.max_output));
  exit.errors.resize(std::min<std::size_t>(exit.errors.size(), limits.max_output));
  return exit;
}

Exit SimProcesses::script(std::string_view line) {
  const auto all = tokens(line);
  Exit last = code(0);
  Bytes output;
  std::string joint = ";";
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<std::string> words;
    std::optional<std::pair<bool, Path>> target;
    for (; i < all.size() && (!all[i].op || all[i].text[0] == '>'); ++i) {
      if (all[i].op && i + 1 < all.size()) {
        target.emplace(all[i].text == ">>", all[i + 1].text);
        ++i;
      } else {
        words.push_back(all[i].text);
      }
    }
    const bool skipped = (joint == "&&" && !last.ok()) || (joint == "||" && last.ok());
    if (i < all.size()) joint = all[i].text;
    if (skipped || words.empty()) continue;
    auto result = simple(words);
    if (target && result.ok()) {
      const auto before = target->first ? disk_.read(target->second, plenty) : Read<Bytes>(std::nullopt);
      const auto kept = before && *before ? **before : Bytes{};
      result = exit_of(disk_.overwrite(target->second, kept + result.output));
    }
    output += result.output;
    last = std::move(result);
    if (words[0] == "exit") break;
  }
  last.output = std::move(output);
  return last;
}

Exit SimProcesses::simple(const std::vector<std::string>& words) {
  const auto& name = words[0];
  const auto arguments = std::vector<std::string>(words.begin() + 1, words.end());
  if (name == "true" || name == ":") return code(0);
  if (name == "false") return code(1);
  if (name == "exit") return code(arguments.empty() ? 0 : static_cast<int>(number(arguments[0]).value_or(2)));
  if (name == "echo" || name == "printf") {
    std::string said;
    for (const auto& word : arguments) said += text(said.empty() ? "" : " ", word);
    return {.code = 0, .output = name == "echo" ? said + '\n' : unescaped(said), .errors = {}};
  }
  if ((name == "test" || name == "[") && arguments.size() >= 2) {
    const auto meta = disk_.stat(arguments[1]);
    if (!meta || !*meta) return code(1);
    const auto type = (*meta)->type;
    if (arguments[0] == "-f") return code(type == FileMeta::Type::regular ? 0 : 1);
    if (arguments[0] == "-d") return code(type == FileMeta::Type::directory ? 0 : 1);
    return arguments[0] == "-e" ? code(0) : code(2, "unknown test\n");
  }
  if (name == "touch" && arguments.size() == 1) {
    const auto bytes = disk_.read(arguments[0], plenty);
    if (bytes && *bytes) return code(0);
    return exit_of(disk_.write_new(arguments[0], "", {.mode = 0644}));
  }
  if (name == "rm" && arguments.size() >= 2 && arguments[0] == "-f") {
    for (std::size_t i = 1; i < arguments.size(); ++i)
      if (const auto done = disk_.remove(arguments[i]); !done) return exit_of(done);
    return code(0);
  }
  if (name == "mkdir" && arguments.size() == 2 && arguments[0] == "-p")
    return exit_of(disk_.make_directories(arguments[1]));
  if (name == "rmdir" && arguments.size() == 1) return exit_of(disk_.remove(arguments[0]));
  if (name == "cat" && arguments.size() == 1) {
    const auto bytes = disk_.read(arguments[0], plenty);
    if (!bytes || !*bytes) return code(1, text("cat: ", arguments[0], ": no such file\n"));
    return {.code = 0, .output = **bytes, .errors = {}};
  }
  if (name == "grep" && arguments.size() == 3 && arguments[0] == "-q") {
    const auto bytes = disk_.read(arguments[2], plenty);
    if (!bytes || !*bytes) return code(2, text("grep: ", arguments[2], ": no such file\n"));
    return code((*bytes)->find(arguments[1]) == Bytes::npos ? 1 : 0);
  }
  return code(127, text(name, ": not found\n"));
}

}  // namespace flyball::os::sim
