#pragma once

#include "base/text.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace flyball {

/// What went wrong, as far as a caller may want to act on it. The message tells people the rest.
enum class Errc {
  invalid,      ///< What we were given cannot be right.
  not_found,    ///< It is not there; this was looked up, not guessed.
  conflict,     ///< Something else is there, or changed meanwhile.
  denied,       ///< Not allowed.
  unavailable,  ///< Cannot be reached or read now; trying again later may help.
  timeout,      ///< It took longer than it may.
  unsupported,  ///< This device, version or build cannot do it.
  corrupt,      ///< What was stored or sent is damaged.
  cancelled,    ///< We were told to stop.
};

/// The word for an error code, as logs and the API spell it: "not_found".
std::string_view name(Errc code);

struct Error {
  Errc code;
  std::string message;
  bool operator==(const Error&) const = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(Errc::invalid, "cannot read ", path);`
template <class... Parts>
std::unexpected<Error> fail(Errc code, const Parts&... parts) {
  return std::unexpected(Error{code, text(parts...)});
}

namespace detail {
template <class... Parts>
Error prefixed(Error error, const Parts&... parts) {
  if constexpr (sizeof...(Parts) > 0) error.message = text(parts..., ": ", error.message);
  return error;
}
template <class T>
T unwrap(Result<T>& result) {
  return std::move(*result);
}
inline void unwrap(Result<void>&) {}
}  // namespace detail

}  // namespace flyball

/// The value of a `Result`, or return its error from this function with the parts put in front:
/// `const auto unit = TRY(systemd.unit(name), "cannot read the state of ", name);`. Not inside a coroutine.
#define TRY(expression, ...) FLYBALL_TRY_COUNTED(__COUNTER__, expression __VA_OPT__(, ) __VA_ARGS__)

// A name of its own for each, so that one may stand inside another.
#define FLYBALL_TRY_COUNTED(number, expression, ...) FLYBALL_TRY_NUMBERED(number, expression __VA_OPT__(, ) __VA_ARGS__)
#define FLYBALL_TRY_NUMBERED(number, expression, ...) \
  FLYBALL_TRY(try_result_##number##_, expression __VA_OPT__(, ) __VA_ARGS__)
#define FLYBALL_TRY(result, expression, ...)                                                                     \
  __extension__({                                                                                                \
    auto result = (expression);                                                                                  \
    if (!result) [[unlikely]]                                                                                    \
      return std::unexpected(::flyball::detail::prefixed(std::move(result).error() __VA_OPT__(, ) __VA_ARGS__)); \
    ::flyball::detail::unwrap(result);                                                                           \
  })
