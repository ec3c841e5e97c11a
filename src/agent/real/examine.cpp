#include "agent/real/daemon.hpp"
#include "agent/real/home.hpp"
#include "os/net/pki.hpp"
#include "wire/paths.hpp"

namespace flyball::agent {
namespace {

constexpr std::uint64_t least_room = std::uint64_t{64} << 20U;

Finding good(std::string what) { return {.what = std::move(what)}; }
Finding bad(std::string what, std::string help) {
  return {.good = false, .what = std::move(what), .help = std::move(help)};
}

Finding examine_certificate(const Identity& identity, WallTime now) {
  const auto info = os::net::certificate_info(identity.certificate_pem);
  if (!info) return bad(text("certificate: ", info.error().message), "enrol again with a new token");
  if (now < info->not_before)
    return bad(text("clock: it says ", rfc3339(now), ", before the certificate began"),
               "set the clock; enforcement goes on");
  if (now > info->not_after)
    return bad(text("certificate: ended ", rfc3339(info->not_after)),
               "it is renewed by this device's own key once the server is reached");
  return good(text("certificate: until ", rfc3339(info->not_after)));
}

Finding examine_server(const Identity& identity) {
  const auto client = connect_as(identity);
  if (!client) return bad(text("server: ", client.error().message), "enrol again with a new token");
  const auto answer = (*client)->request({.target = std::string(wire::path::trust)}, std::chrono::seconds(10));
  if (!answer) return bad(text("server: ", answer.error().message), "what runs is enforced all the same");
  return good(text("server: ", identity.server, " answers"));
}

}  // namespace

std::vector<Finding> examine(const Home& home) {
  std::vector<Finding> out;
  const auto open = OpenHome::open(home);
  if (!open) return {bad(open.error().message, "run as root")};
  Json request;
  request["verb"] = "status";
  const auto running = ask(home, request);
  out.push_back(running ? good("agent: runs")
                        : bad(text("agent: ", running.error().message), "systemctl start flyball-agent"));
  const auto room = (*open)->host().files.room(home.state);
  if (!room) {
    out.push_back(bad(text("disk: ", room.error().message), "is the state directory there?"));
  } else {
    const auto mib = text(*room >> 20U, " MiB free at ", home.state);
    out.push_back(*room >= least_room ? good(text("disk: ", mib))
                                      : bad(text("disk: ", mib), "make room: nothing is changed without"));
  }
  const auto identity = (*open)->store().identity();
  if (!identity || !*identity) {
    out.push_back(bad(identity ? "not enrolled" : identity.error().message, "flyball-agent enroll URL --token-file F"));
    return out;
  }
  out.push_back(examine_certificate(**identity, (*open)->host().clocks.wall()));
  out.push_back(examine_server(**identity));
  return out;
}

}  // namespace flyball::agent
