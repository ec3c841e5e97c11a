#include "os/real/sd_bus.hpp"

#include <dlfcn.h>

namespace flyball::os::real {
namespace {

Result<SdBus> open_library() {
  // Never closed: the library keeps threads' and processes' state of its own.
  void* library = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(Errc::unsupported, "libsystemd is not on this device (libsystemd.so.0)");
  SdBus functions;
#define FLYBALL_FIND(name)                                                              \
  functions.name = reinterpret_cast<decltype(functions.name)>(::dlsym(library, #name)); \
  if (functions.name == nullptr) return fail(Errc::unsupported, "this libsystemd has no " #name);
  FLYBALL_SD_BUS_FUNCTIONS(FLYBALL_FIND)
#undef FLYBALL_FIND
  return functions;
}

}  // namespace

Result<const SdBus*> SdBus::load() {
  static const auto loaded = open_library();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace flyball::os::real
