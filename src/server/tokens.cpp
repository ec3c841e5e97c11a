#include "server/tokens.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace flyball::server {

MadeToken make_api_token(os::Random& random, WallTime now, std::string person, std::vector<std::string_view> roles,
                         Duration life) {
  MadeToken out{.secret = text("flyball_", base64url(random.bytes(32)))};
  out.record = {.id = hex(random.bytes(8)),
                .hash = sha256(out.secret),
                .person = std::move(person),
                .created = now,
                .expires = now + life};
  for (const auto role : roles) out.record.roles.emplace_back(role);
  return out;
}

bool has_admin(const std::vector<store::ApiToken>& tokens, WallTime now) {
  return std::ranges::any_of(tokens, [&](const store::ApiToken& token) {
    return token.expires > now && std::ranges::find(token.roles, "admin") != token.roles.end();
  });
}

std::optional<Digest> bearer_hash(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization.starts_with(scheme)) return std::nullopt;
  return sha256(authorization.substr(scheme.size()));
}

}  // namespace flyball::server
