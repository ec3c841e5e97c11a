#include "cli/watch.hpp"

#include <algorithm>

namespace flyball::cli {

Result<ExitCode> watch(const Context& context, const std::function<Result<Shown>()>& look) {
  const bool in_place = context.world.out_is_terminal && context.world.variable("TERM") != "dumb";
  std::string last_key;
  std::string last_error;
  std::ptrdiff_t lines = 0;
  do {
    const auto shown = look();
    if (!shown && shown.error().code != Errc::unavailable && shown.error().code != Errc::timeout)
      return std::unexpected(shown.error());
    if (!shown) {
      if (shown.error().message != last_error) context.say(text("not live: ", shown.error().message));
      last_error = shown.error().message;
      lines = 0;
      continue;
    }
    if (!last_error.empty()) context.say("live again");
    last_error.clear();
    if (in_place) {
      // Up over what was shown last, and away with it.
      if (lines > 0) context.print(text("\x1b[", lines, "A\x1b[J"));
      context.print(shown->text);
      lines = std::ranges::count(shown->text, '\n');
    } else if (shown->key != last_key) {
      context.print(text(shown->text.substr(0, shown->text.find('\n')), '\n'));
    }
    last_key = shown->key;
  } while (context.world.wait(std::chrono::seconds(1)));
  return ExitCode::done;
}

}  // namespace flyball::cli
