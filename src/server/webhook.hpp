#pragma once

#include "os/net/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flyball::server {

/// Whether a webhook of that forge (`github`, `gitea`, `gitlab`) carries one of these secrets: as HMAC-SHA-256 of the
/// body (`X-Hub-Signature-256`, `X-Gitea-Signature`), or as it is (`X-Gitlab-Token`). Compared in constant time.
bool signed_by_forge(std::string_view forge, const os::net::Request& request, const std::vector<std::string>& secrets);

}  // namespace flyball::server
