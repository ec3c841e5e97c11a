#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/world.hpp"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flyball::cli {

/// As CONFIG.md says; the numbers are those of sysexits.h.
enum class ExitCode : int {
  done = 0,
  failed = 1,
  differs = 2,  ///< Only with `--detailed-exitcode`.
  usage = 64,
  invalid_configuration = 65,
  unavailable = 69,
  timed_out = 75,
  not_allowed = 77,
};

enum class Format { text, json, yaml, name, markdown };
enum class Loudness { quiet, normal, verbose };

/// What every verb takes.
struct Options {
  std::string directory;  ///< `-C`: where the checkout is, absolute.
  std::string server;     ///< `-s`, or empty.
  Format format = Format::text;
  Loudness loudness = Loudness::normal;
  bool ask = true;      ///< False: `--no-input`, or no terminal.
  bool colour = false;  ///< On standard output.
  Duration timeout = std::chrono::seconds(30);
};

/// One thing on the line of a verb: `NAME`, `--since DURATION`, `--full`.
struct Argument {
  enum class Kind { required, optional, option, repeated, flag };
  Kind kind = Kind::required;
  std::string_view name;   ///< `NAME` of a positional one, else `since`.
  std::string_view value;  ///< What stands for an option's value: `DURATION`.
  std::string_view help;
};

/// What was given of them.
class Arguments {
 public:
  void put(std::string_view name, std::vector<std::string> values) { values_[std::string(name)] = std::move(values); }
  bool has(std::string_view name) const { return values_.contains(name); }
  std::string value(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string> values(std::string_view name) const;
  /// The number given; `invalid` when it is none.
  Result<std::int64_t> number(std::string_view name, std::int64_t otherwise) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Context {
  World& world;
  Options options;
  Arguments arguments;

  void print(std::string_view text) const { world.out(text); }  ///< Data, as it is.
  void say(std::string_view line) const;                        ///< For people: a line, unless quiet.
  void tell(std::string_view line) const;                       ///< The same, only when verbose.
  /// Data as JSON or YAML, when that is what was asked for; false otherwise.
  bool print_data(const Json& data) const;
  /// A question with the answer `yes`; false without a terminal.
  bool confirm(std::string_view question) const;
};

/// A verb, told once: the parser, the help and the list of verbs walk it.
struct Verb {
  std::string_view name;  ///< `plan`, `device token`
  std::string_view help;  ///< One line, without a full stop.
  std::string_view page;  ///< What `--help` says besides: how to use it, with examples.
  std::vector<Argument> arguments;
  std::vector<Format> formats;  ///< Besides text.
  Result<ExitCode> (*run)(const Context&);
};

/// All of them, in the order of the help.
const std::vector<Verb>& verbs();

/// What the line of arguments means, or an exit code when there is nothing left to run (help, version, a mistake).
struct Invocation {
  const Verb* verb = nullptr;
  Options options;
  Arguments arguments;
};
std::variant<Invocation, ExitCode> read_command_line(const std::vector<std::string>& arguments, World& world);

ExitCode exit_code_of(const Error& error);

}  // namespace flyball::cli
