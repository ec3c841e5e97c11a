#include "cli/logins.hpp"

#include "base/json.hpp"
#include "cli/local_files.hpp"

namespace flyball::cli {
namespace {

constexpr std::string_view file_kind = "flyball-logins@v1";

}  // namespace

Result<std::string> logins_path(const World& world) {
  if (const auto folder = world.variable("XDG_CONFIG_HOME")) return text(*folder, "/flyball/servers.json");
  if (const auto home = world.variable("HOME")) return text(*home, "/.config/flyball/servers.json");
  return fail(Errc::invalid, "neither HOME nor XDG_CONFIG_HOME says where logins are kept");
}

Result<Logins> read_logins(const World& world) {
  const auto path = TRY(logins_path(world));
  const auto bytes = read_file(path);
  if (!bytes && bytes.error().code == Errc::not_found) return Logins{};
  if (!bytes) return std::unexpected(bytes.error());
  const auto json = TRY(Json::parse(*bytes), path);
  if (maybe_string(json, "kind") != file_kind) return fail(Errc::unsupported, path, " is not a file of this version");
  Logins out{.last = maybe_string(json, "last").value_or("")};
  const auto* servers = json.find("servers");
  if (servers == nullptr || servers->object() == nullptr) return out;
  for (const auto& [url, entry] : *servers->object())
    out.servers[url] = {.token = maybe_string(entry, "token").value_or(""),
                        .ca_pem = maybe_string(entry, "ca").value_or(""),
                        .pin = maybe_string(entry, "pin").value_or("")};
  return out;
}

Result<> write_logins(const World& world, const Logins& logins) {
  Json servers{Json::Object{}};
  for (const auto& [url, login] : logins.servers) {
    Json entry;
    entry["token"] = login.token;
    if (!login.ca_pem.empty()) entry["ca"] = login.ca_pem;
    if (!login.pin.empty()) entry["pin"] = login.pin;
    servers[url] = std::move(entry);
  }
  Json out;
  out["kind"] = file_kind;
  out["last"] = logins.last;
  out["servers"] = std::move(servers);
  return write_private_file(TRY(logins_path(world)), text(out.pretty(), '\n'));
}

Result<os::net::Trust> trust_of(const Login& login) {
  if (!login.ca_pem.empty()) return os::net::TrustCa{login.ca_pem};
  if (login.pin.empty()) return os::net::TrustSystem{};
  const auto digest = Digest::parse(login.pin);
  if (!digest) return fail(Errc::invalid, "`", login.pin, "` is no fingerprint: sha256: and 64 hex digits");
  return os::net::TrustPin{*digest};
}

}  // namespace flyball::cli
