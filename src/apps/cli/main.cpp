#include "cli/world.hpp"
#include "os/real/real_clocks.hpp"
#include "os/real/real_processes.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

// Interrupted only where we wait: anywhere else Ctrl-C ends the program as usual.
bool wait(flyball::Duration duration) {
  struct sigaction ours{};
  struct sigaction before{};
  ours.sa_handler = on_interrupt;
  sigaction(SIGINT, &ours, &before);
  ::poll(nullptr, 0, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()));
  sigaction(SIGINT, &before, nullptr);
  return interrupted == 0;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) std::_Exit(1);  // Whoever reads us has gone.
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::optional<std::string> read_line() {
  std::string out;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1;) {
    if (c == '\n') return out;
    out += c;
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

std::string read_all() {
  std::string out;
  char block[4096];
  for (ssize_t got = 0; (got = ::read(STDIN_FILENO, block, sizeof block)) > 0;)
    out.append(block, static_cast<std::size_t>(got));
  return out;
}

std::map<std::string, std::string> environment_of(char** variables) {
  std::map<std::string, std::string> out;
  for (; *variables != nullptr; ++variables) {
    const std::string_view line = *variables;
    const auto at = line.find('=');
    if (at != std::string_view::npos) out.emplace(line.substr(0, at), line.substr(at + 1));
  }
  return out;
}

std::string working_directory() {
  std::error_code error;
  const auto path = std::filesystem::current_path(error);
  return error ? "/" : path.string();
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

int main(int argc, char** argv) {
  namespace os = flyball::os;
  namespace cli = flyball::cli;
  std::signal(SIGPIPE, SIG_IGN);
  os::real::RealProcesses processes;
  os::real::RealClocks clocks;
  os::real::RealRandom random;
  cli::World world{.out = [](std::string_view text) { write_all(STDOUT_FILENO, text); },
                   .err = [](std::string_view text) { write_all(STDERR_FILENO, text); },
                   .ask = read_line,
                   .input = read_all,
                   .wait = wait,
                   .environment = environment_of(environ),
                   .version = FLYBALL_VERSION,
                   .directory = working_directory(),
                   .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                   .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                   .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
                   .width = terminal_width(),
                   .processes = processes,
                   .clocks = clocks,
                   .random = random};
  return cli::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
