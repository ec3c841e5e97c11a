#include "os/real/errors.hpp"

#include <cctype>
#include <cstring>

namespace flyball::os::real {

Errc errc_of(int error) {
  switch (error) {
    case ENOENT:
    case ESRCH:
      return Errc::not_found;
    case EEXIST:
    case ENOTEMPTY:
      return Errc::conflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::denied;
    case ETIMEDOUT:
      return Errc::timeout;
    case ENOSYS:
    case EOPNOTSUPP:
      return Errc::unsupported;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENOTDIR:
    case ENXIO:
    case EXDEV:
      return Errc::invalid;
    default:
      return Errc::unavailable;  // Full, busy, out of memory, a failing disk: the next try may find it better.
  }
}

std::string words(int error) {
  const char* known = strerrordesc_np(error);
  std::string out = known != nullptr ? known : text("error ", error);
  // "No such file" goes on in lower case, "RPC struct is bad" does not.
  if (out.size() > 1 && std::islower(static_cast<unsigned char>(out[1])) != 0) {
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  }
  return out;
}

}  // namespace flyball::os::real
