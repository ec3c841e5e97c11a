#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <string_view>

namespace flyball::os::real {

/// Tells the service manager about us, as sd_notify(3): `READY=1`, `WATCHDOG=1`, `STATUS=…`, several on lines of their
/// own. Does nothing where nobody asked for it ($NOTIFY_SOCKET). Any thread.
Result<> notify(std::string_view state);

/// Within which time `WATCHDOG=1` must come, as sd_watchdog_enabled(3); nothing when nobody waits for it. Send twice as
/// often.
std::optional<Duration> watchdog_interval();

}  // namespace flyball::os::real
