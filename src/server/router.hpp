#pragma once

#include "server/server.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::server {

/// What a route does to the world. There is no other value, and none that writes desired state.
enum class Effect {
  read,     ///< Looks.
  runtime,  ///< An action of a person with a role, recorded; changes nothing that git says.
  session,  ///< Concerns who is signed in.
  wake,     ///< Makes the server look at git soon.
};

/// Who asks.
struct Caller {
  std::string person;
  std::vector<std::string> roles;
  WallTime until;
  bool may(std::string_view role) const;
};

/// A request once its route is known.
struct Call {
  const os::net::Request& request;
  const Caller& caller;
  std::vector<std::string> parameters;  ///< What stands for `{…}` in the path, decoded.
  Json body;                            ///< Of a request that has one: an object.
};

struct Route {
  std::string_view method;
  std::string_view path;  ///< `/api/v1/devices/{id}`
  Effect effect;
  std::string_view role;  ///< Who may; empty: everybody signed in.
  std::string_view summary;
  os::net::Response (*handle)(Server::Impl&, const Call&);
};

/// Every request that people and programs can make: the one table.
std::span<const Route> routes();

/// The route of a path, and what stands for its parameters; nothing when there is none. A path may be right for
/// another method: `other_method` tells.
struct Matched {
  const Route* route = nullptr;
  std::vector<std::string> parameters;
  bool other_method = false;
};
Matched match(std::string_view method, std::string_view path);

}  // namespace flyball::server
