#include "os/real/real_clocks.hpp"

#include "os/real/fd.hpp"

#include <array>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/random.h>

namespace flyball::os::real {
namespace {

Duration read_clock(clockid_t which) {
  timespec t{};
  ::clock_gettime(which, &t);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
}

}  // namespace

WallTime RealClocks::wall() { return WallTime{read_clock(CLOCK_REALTIME)}; }
SteadyTime RealClocks::steady() { return SteadyTime{read_clock(CLOCK_MONOTONIC)}; }

std::string RealClocks::boot_id() {
  const Fd fd(retry([] { return ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC); }));
  std::array<char, 64> text{};
  const auto got = fd.valid() ? retry([&] { return ::read(fd.get(), text.data(), text.size()); }) : 0;
  std::string id(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (id.ends_with('\n')) id.pop_back();
  return id;
}

std::uint64_t RealRandom::next() {
  std::uint64_t word = 0;
  // Eight bytes come whole or not at all (getrandom(2)). Without them there is no key and no token worth having.
  if (retry([&] { return ::getrandom(&word, sizeof word, 0); }) != sizeof word) std::abort();
  return word;
}

}  // namespace flyball::os::real
