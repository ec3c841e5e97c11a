#pragma once

#include "os/clocks.hpp"
#include "store/records.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::server {

/// The duties that a token may carry. Everybody signed in reads.
inline constexpr std::array<std::string_view, 6> all_roles = {"submit", "review",  "approve",
                                                              "deploy", "operate", "admin"};

/// A bearer token for the API (RFC 6750): `flyball_` and 32 random bytes. The store keeps its hash alone.
struct MadeToken {
  std::string secret;
  store::ApiToken record;
};
MadeToken make_api_token(os::Random& random, WallTime now, std::string person, std::vector<std::string_view> roles,
                         Duration life);

/// Whether one of them is valid and has the role `admin`: without, nobody could make another.
bool has_admin(const std::vector<store::ApiToken>& tokens, WallTime now);

/// The token of `Authorization: Bearer …`, as it is looked up in the store.
std::optional<Digest> bearer_hash(std::string_view authorization);

}  // namespace flyball::server
