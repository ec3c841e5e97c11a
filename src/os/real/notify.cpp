#include "os/real/notify.hpp"

#include "os/real/errors.hpp"
#include "os/real/fd.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace flyball::os::real {
namespace {

// Nothing here changes the environment while it runs.
const char* variable(const char* name) { return std::getenv(name); }  // NOLINT(concurrency-mt-unsafe)

}  // namespace

Result<> notify(std::string_view state) {
  const char* where = variable("NOTIFY_SOCKET");
  if (where == nullptr || *where == '\0') return {};
  const std::string_view path = where;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Errc::invalid, "$NOTIFY_SOCKET is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // The abstract name space, unix(7).
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fail_errno(errno, "cannot make a socket for the service manager");
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  // The one way of the socket interface to pass an address of a family.
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (retry([&] { return ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, to, length); }) < 0)
    return fail_errno(errno, "cannot tell the service manager at ", path);
  return {};
}

std::optional<Duration> watchdog_interval() {
  const auto number = [](const char* name) -> std::optional<std::int64_t> {
    const char* text = variable(name);
    if (text == nullptr) return std::nullopt;
    std::int64_t value = 0;
    const auto* end = text + std::strlen(text);
    const auto parsed = std::from_chars(text, end, value);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(value) : std::nullopt;
  };
  const auto interval_us = number("WATCHDOG_USEC");
  if (!interval_us || *interval_us <= 0) return std::nullopt;
  if (variable("WATCHDOG_PID") != nullptr && number("WATCHDOG_PID") != ::getpid()) return std::nullopt;
  return Duration(*interval_us);
}

}  // namespace flyball::os::real
