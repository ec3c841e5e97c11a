#pragma once

#include "base/result.hpp"

#include <optional>

namespace flyball::os {

/// The three answers of looking: a value, nothing there, or an error because one could not look. Nothing turns the
/// third into the second.
template <class T>
using Read = Result<std::optional<T>>;

}  // namespace flyball::os
