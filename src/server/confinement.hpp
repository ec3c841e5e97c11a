#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace flyball::server {

/// Sanitizers reserve terabytes of addresses, so a build with one cannot bound them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FLYBALL_SANITIZED 1
#endif
#endif
#if defined(FLYBALL_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool bounds_memory = false;
#else
inline constexpr bool bounds_memory = true;
#endif

/// Takes from this process, for good, all that reckoning with bytes does not need: files, sockets, other processes,
/// new privileges, and memory beyond so many bytes. What stays is reading from standard input and writing to standard
/// output and standard error, and memory that is not code. A system call that is not among those ends the process with
/// SIGSYS (seccomp(2)). Where the kernel has Landlock (landlock(7)), files are out of reach twice.
///
/// The process has one thread. What a library opens at its first use, it must have opened before.
Result<> confine(std::uint64_t memory);

}  // namespace flyball::server
