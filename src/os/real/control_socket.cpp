#include "os/real/control_socket.hpp"

#include "base/bytes.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

constexpr std::size_t longest_request = 512;
constexpr int patience_ms = 5'000;  // For a client that connects and says nothing.

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid, "the path ", path, " is too long for a socket");
  path.copy(address.sun_path, path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// One line, without its end; empty when it does not come in time or is too long.
std::string read_line(int fd) {
  std::string out;
  while (out.size() < longest_request) {
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, patience_ms) <= 0) return {};
    char c = 0;
    if (read(fd, &c, 1) != 1) return {};
    if (c == '\n') return out;
    out += c;
  }
  return {};
}

}  // namespace

struct ControlSocket::Impl {
  std::string path;
  int listening = -1;
  std::array<int, 2> stop = {-1, -1};
  Handler handler;
  std::thread thread;

  void run() const {
    while (true) {
      std::array<pollfd, 2> wait = {pollfd{.fd = listening, .events = POLLIN, .revents = 0},
                                    pollfd{.fd = stop[0], .events = POLLIN, .revents = 0}};
      if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return;
      if (wait[1].revents != 0) return;
      if (wait[0].revents == 0) continue;
      const int client = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      auto request = read_line(client);
      // The descriptor lives as long as somebody may still tell it something.
      const std::shared_ptr<const int> held(new int(client), [](const int* fd) {
        close(*fd);
        delete fd;
      });
      if (request.empty()) continue;
      handler(std::move(request), [held](const std::vector<std::string>& lines) {
        std::string all;
        for (const auto& line : lines) all += line + "\n";
        write_all(*held, all);
      });
    }
  }
};

ControlSocket::ControlSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& path, Handler handler) {
  const auto address = TRY(address_of(path));
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->handler = std::move(handler);
  unlink(path.c_str());  // Of a server that ended without taking it away; the lock on the state keeps out a second one.
  impl->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto old = umask(0177);
  const bool bound = impl->listening >= 0 && bind(impl->listening, generic(address), sizeof address) == 0;
  umask(old);
  if (!bound || ::listen(impl->listening, 16) != 0 || pipe2(impl->stop.data(), O_CLOEXEC) != 0) {
    return fail(Errc::unavailable, "cannot listen on ", path, ": ", std::strerror(errno));
  }
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::make_unique<ControlSocket>(std::move(impl));
}

ControlSocket::~ControlSocket() {
  const char end = 0;
  (void)!write(impl_->stop[1], &end, 1);
  impl_->thread.join();
  for (const int fd : {impl_->listening, impl_->stop[0], impl_->stop[1]}) close(fd);
  unlink(impl_->path.c_str());
}

Result<std::vector<std::string>> ControlSocket::ask(const std::string& path, const std::string& request) {
  const auto address = TRY(address_of(path));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Errc::unavailable, "no socket: ", std::strerror(errno));
  const std::unique_ptr<const int, void (*)(const int*)> closer(&fd, [](const int* f) { close(*f); });
  if (connect(fd, generic(address), sizeof address) != 0)
    return fail(Errc::unavailable, "no server listens on ", path, ": ", std::strerror(errno));
  if (!write_all(fd, request + "\n")) return fail(Errc::unavailable, "the server went away");
  std::string all;
  std::array<char, 4096> block{};
  for (ssize_t n = 0; (n = read(fd, block.data(), block.size())) > 0;)
    all.append(block.data(), static_cast<std::size_t>(n));
  std::vector<std::string> out;
  for (std::size_t start = 0; start < all.size();) {
    const auto end = all.find('\n', start);
    out.push_back(all.substr(start, end - start));
    start = end == std::string::npos ? all.size() : end + 1;
  }
  return out;
}

}  // namespace flyball::os::real
