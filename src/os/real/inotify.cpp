#include "os/real/inotify.hpp"

#include "os/real/errors.hpp"

#include <array>
#include <cstring>

#include <sys/inotify.h>

namespace flyball::os::real {

Result<Inotify> Inotify::open() {
  Fd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd.valid()) return fail_errno(errno, "cannot watch files");
  return Inotify(std::move(fd));
}

Result<int> Inotify::add(int descriptor, std::uint32_t mask) {
  const int watch = ::inotify_add_watch(fd_.get(), text("/proc/self/fd/", descriptor).c_str(), mask | IN_MASK_ADD);
  if (watch < 0) return fail_errno(errno, "cannot watch");
  return watch;
}

void Inotify::remove(int watch) { (void)::inotify_rm_watch(fd_.get(), watch); }

void Inotify::drain(const std::function<void(const Event&)>& use) {
  alignas(inotify_event) std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = retry([&] { return ::read(fd_.get(), buffer.data(), buffer.size()); });
    if (got <= 0) return;
    for (const char* at = buffer.data(); at < buffer.data() + got;) {
      inotify_event event{};
      std::memcpy(&event, at, sizeof event);
      const char* name = at + sizeof event;  // Padded with NULs up to `len`.
      use(Event{.watch = (event.mask & IN_Q_OVERFLOW) != 0 ? -1 : event.wd,
                .mask = event.mask,
                .name = {name, ::strnlen(name, event.len)}});
      at += sizeof event + event.len;
    }
  }
}

}  // namespace flyball::os::real
