#include "agent/desired_state.hpp"
#include "agent/enrolment.hpp"
#include "agent/real/daemon.hpp"
#include "agent/real/home.hpp"
#include "agent/reconciler.hpp"
#include "os/net/pki.hpp"
#include "os/real/control_socket.hpp"
#include "trust/check.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"

// What is done once, by a person on the device, while no agent runs: enrol, preview, leave.
namespace flyball::agent {
namespace {

constexpr Duration patience = std::chrono::seconds(30);

Result<os::net::Response> expect_ok(Result<os::net::Response> answer, std::string_view what) {
  auto response = TRY(std::move(answer), what);
  if (response.status == 200) return response;
  const auto problem = wire::Problem::decode(response.body);
  return fail(response.status == 403 ? Errc::denied : Errc::unavailable, what, ": the server answered ",
              response.status, problem ? text(": ", problem->detail) : std::string());
}

Result<Bytes> fetch(os::net::HttpClient& client, const Digest& digest) {
  auto response = TRY(expect_ok(client.request({.target = wire::blob_path(digest)}, patience),
                                text("cannot fetch ", digest.short_str())));
  if (sha256(response.body) != digest)
    return fail(Errc::corrupt, "the server sent other bytes than ", digest.short_str());
  return std::move(response.body);
}

// What the server offers now, checked as the agent checks it.
Result<Resources> offered(const Identity& identity, Adopted& adopted) {
  const auto client = TRY(connect_as(identity));
  const wire::DesiredQuery query{.trust = adopted.trust.document.version};
  const auto response =
      TRY(expect_ok(client->request({.target = os::net::make_target(wire::path::desired, query.query())}, patience),
                    "cannot ask for the desired state"));
  const auto answer = TRY(wire::DesiredAnswer::decode(response.body));
  if (!answer.envelope) return fail(Errc::not_found, "the server has no release for this device yet");
  const auto verdict = trust::check(*answer.envelope, adopted.trust);
  if (!verdict.offer)
    return fail(Errc::denied, "the release is refused (", trust::name(verdict.offer.error().code),
                "): ", verdict.offer.error().message);
  Resources out{.manifest = TRY(Manifest::decode(TRY(fetch(*client, verdict.offer->manifest))))};
  for (const auto& [id, digest] : out.manifest.resources) out.blobs.push_back(TRY(fetch(*client, digest), id));
  adopted.trust = trust::adopted(*verdict.offer, verdict.held);
  adopted.manifest = verdict.offer->manifest;
  return out;
}

Result<Resources> kept_or_offered(DeviceStore& store, const Identity& identity, Adopted& adopted) {
  if (adopted.manifest) {
    if (auto kept = store.resources(*adopted.manifest)) return std::move(*kept);
  }
  return offered(identity, adopted);
}

bool agent_runs(const Home& home) {
  Json request;
  request["verb"] = "status";
  return ask(home, request).has_value();
}

}  // namespace

Result<Json> ask(const Home& home, const Json& request) {
  const auto lines =
      TRY(os::real::ControlSocket::ask(home.control_path(), request.canonical()), "the agent does not run here");
  if (lines.empty()) return fail(Errc::unavailable, "the agent ended before it answered");
  auto answer = TRY(Json::parse(lines[0]));
  if (const auto error = maybe_string(answer, "error")) return fail(Errc::invalid, *error);
  return answer;
}

Result<std::string> enroll(const Home& home, const std::string& server, const std::string& line,
                           const std::string& version) {
  const auto open = TRY(OpenHome::open(home));
  auto& store = open->store();
  TRY(store.load());
  if (const auto before = TRY(store.identity())) {
    return fail(Errc::conflict, "this device is ", before->device, " of ", before->server,
                " already; `flyball-agent leave` first");
  }
  const auto key = TRY(enrolment_key(store, [] { return os::net::make_key(os::net::KeyType::ed25519); }));
  const EnrolmentWish wish{.server = server,
                           .token = TRY(trust::Token::parse(line)),
                           .key_pem = key,
                           .facts = open->facts(version),
                           .agent_version = version};
  // First contact believes anybody: the token's pin proves what is said.
  const auto stranger = TRY(os::net::HttpClient::make(
      {.base_url = server, .trust = os::net::TrustAnything{}, .user_agent = "flyball-agent"}));
  const auto trust = TRY(expect_ok(stranger->request(trust_request(), patience), "cannot ask whom to believe"));
  const auto belief = TRY(believe(wish, trust));
  const auto client = TRY(os::net::HttpClient::make(
      {.base_url = server, .trust = os::net::TrustCa{belief.ca_pem}, .user_agent = "flyball-agent"}));
  const auto answer = TRY(client->request(TRY(enrolment_request(wish, belief)), patience), "cannot enrol");
  const auto identity = TRY(accept_enrolment(store, wish, belief, answer));
  if (!identity) return fail(Errc::unavailable, "somebody has to accept this device first; try again later");
  return identity->device.str();
}

Result<plan::Plan> preview(const Home& home) {
  const auto open = TRY(OpenHome::open(home));
  auto& store = open->store();
  const auto identity = TRY(store.identity());
  auto adopted = TRY(store.adopted());
  if (!identity || !adopted) return fail(Errc::not_found, "this device is not enrolled: `flyball-agent enroll`");
  TRY(store.load());
  const auto resources = TRY(kept_or_offered(store, *identity, *adopted));
  auto facts = TRY(store.facts()).value_or(Facts{});
  for (auto& [name, value] : open->facts("")) {
    if (name != "agent.version") facts[name] = value;
  }
  auto resolution = resolve_all(resources, *adopted, facts, open->host().clocks.wall());
  store.contents().set_derived(std::move(resolution.derived));
  Reconciler reconciler(open->host(), open->provider_of(), store);
  TRY(reconciler.load());
  return reconciler.preview(resolution.desired, plan::Hold::no);
}

Result<std::vector<std::string>> leave(const Home& home, Leaving leaving) {
  if (agent_runs(home))
    return fail(Errc::conflict, "the agent runs: stop it first (systemctl disable --now flyball-agent)");
  const auto open = TRY(OpenHome::open(home));
  auto& store = open->store();
  if (!TRY(store.identity())) return fail(Errc::not_found, "this device is not enrolled");
  TRY(store.load());
  Reconciler reconciler(open->host(), open->provider_of(), store);
  TRY(reconciler.load());
  const auto outcome =
      reconciler.applier().leave_all(leaving == Leaving::restore ? Applier::Leave::restore : Applier::Leave::keep);
  std::vector<std::string> told;
  bool failed = false;
  for (const auto& [id, done] : outcome) {
    if (done.how != Done::How::made) {
      failed = true;
      told.push_back(text(id, ": ", done.condition.message));
    } else if (!done.note.empty()) {
      told.push_back(text(id, ": ", done.note));
    }
  }
  // What could not be put back is tried again by another `leave`: until then the ledger stays.
  if (failed) {
    std::string all;
    for (const auto& line : told) all += text("\n  ", line);
    return fail(Errc::unavailable,
                "not everything could be put back; nothing was forgotten, so `leave` can go on:", all);
  }
  TRY(store.wipe());
  return told;
}

}  // namespace flyball::agent
