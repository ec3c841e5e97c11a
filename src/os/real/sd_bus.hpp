#pragma once

#include "base/result.hpp"

#include <systemd/sd-bus.h>

namespace flyball::os::real {

/// The functions of libsystemd that we use. It is opened when it is first wanted, so that the agent starts on devices
/// that do not have it, or another service manager.
struct SdBus {
#define FLYBALL_SD_BUS_FUNCTIONS(X) \
  X(sd_bus_new)                     \
  X(sd_bus_open_system)             \
  X(sd_bus_set_address)             \
  X(sd_bus_start)                   \
  X(sd_bus_flush_close_unref)       \
  X(sd_bus_get_fd)                  \
  X(sd_bus_process)                 \
  X(sd_bus_wait)                    \
  X(sd_bus_call)                    \
  X(sd_bus_add_match)               \
  X(sd_bus_error_free)              \
  X(sd_bus_slot_unref)              \
  X(sd_bus_message_new_method_call) \
  X(sd_bus_message_append_basic)    \
  X(sd_bus_message_append_strv)     \
  X(sd_bus_message_read_basic)      \
  X(sd_bus_message_enter_container) \
  X(sd_bus_message_get_path)        \
  X(sd_bus_message_get_member)      \
  X(sd_bus_message_unref)           \
  X(sd_bus_path_encode)             \
  X(sd_bus_path_decode)
#define FLYBALL_MEMBER(name) decltype (&::name)(name) = nullptr;
  FLYBALL_SD_BUS_FUNCTIONS(FLYBALL_MEMBER)
#undef FLYBALL_MEMBER

  /// `unsupported` when the library is not on the device, or lacks one of them. Any thread.
  static Result<const SdBus*> load();
};

}  // namespace flyball::os::real
