#include "server/webhook.hpp"

#include "base/bytes.hpp"

#include <array>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace flyball::server {
namespace {

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hmac(std::string_view secret, std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), out.data(), &length);
  return hex({reinterpret_cast<const char*>(out.data()), length});
}

}  // namespace

bool signed_by_forge(std::string_view forge, const os::net::Request& request, const std::vector<std::string>& secrets) {
  const auto said = [&](std::string_view name) { return os::net::header(request.headers, name).value_or(""); };
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    if (forge == "github" && equal(said("X-Hub-Signature-256"), "sha256=" + hmac(secret, request.body))) return true;
    if (forge == "gitea" && equal(said("X-Gitea-Signature"), hmac(secret, request.body))) return true;
    if (forge == "gitlab" && equal(said("X-Gitlab-Token"), secret)) return true;
  }
  return false;
}

}  // namespace flyball::server
