#pragma once

#include "base/result.hpp"

#include <cerrno>
#include <string>

namespace flyball::os::real {

/// What a caller can do about an errno(3).
Errc errc_of(int error);

/// Its description as the end of a sentence: `permission denied`.
std::string words(int error);

/// `return fail_errno(errno, "cannot open ", path);`
template <class... Parts>
std::unexpected<Error> fail_errno(int error, const Parts&... parts) {
  return std::unexpected(Error{errc_of(error), text(parts..., ": ", words(error))});
}

}  // namespace flyball::os::real
