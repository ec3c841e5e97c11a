#pragma once

#include "base/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flyball::os::real {

/// The door for programs on this machine: a socket in a state directory that only its owner and root can open. A client
/// sends one line and gets lines, then the end.
class ControlSocket {
 public:
  using Tell = std::move_only_function<void(std::vector<std::string> lines)>;
  /// Called on a thread of the socket's own; `tell` may be called from any thread, once.
  using Handler = std::function<void(std::string request, Tell tell)>;

  static Result<std::unique_ptr<ControlSocket>> listen(const std::string& path, Handler handler);
  ~ControlSocket();  ///< Ends its threads; who still waits is told nothing more.

  /// The other side: sends a request and gives the lines of the answer. `unavailable` when no server listens.
  static Result<std::vector<std::string>> ask(const std::string& path, const std::string& request);

  struct Impl;
  explicit ControlSocket(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace flyball::os::real
