#include "agent/enrolment.hpp"
#include "agent/small_fleet.hpp"
#include "os/net/pki.hpp"

#include <gtest/gtest.h>

namespace flyball::agent {
namespace {

const RepositoryId repository("acme-5f0c1e9a");
const DeviceId device_name("kiosk-0042");
const std::string branch = "refs/heads/main";

// Made once: keys and certificates are not what these tests are about.
const std::string& made_key() {
  static const auto key = os::net::make_key(os::net::KeyType::ed25519).value();
  return key;
}

trust::PublicKey public_half(const std::string& key_pem) {
  return trust::PublicKey::from_ed25519(os::net::raw_ed25519(os::net::public_key(key_pem).value()).value()).value();
}

SpecBlob blob_of(const Wish& wish) {
  auto fields = Json::parse(wish.fields).value();
  if (wish.content) fields["content"] = sha256(*wish.content).str();
  return {.variants = {{.when = wish.when, .outcome = wish.outcome, .fields = fields, .relations = wish.relations}}};
}

}  // namespace

SmallServer::SmallServer(os::sim::SimClocks& clocks) : clocks_(clocks), device_key_(made_key()) {
  ca_.key_pem = made_key();
  ca_.certificate_pem = os::net::make_ca("test", ca_.key_pem, std::chrono::hours(24 * 3650), clocks_.wall()).value();
  certificate_ = os::net::issue_client_certificate(ca_, os::net::public_key(device_key_).value(), device_name.str(),
                                                   certificate_life, clocks_.wall())
                     .value();
  auto release_key = trust::SigningKey::from_seed(std::string(32, 'r')).value();
  auto document =
      trust::open_document(repository, branch, release_key.public_key(), os::net::key_fingerprint(ca_.key_pem).value());
  authority_ = trust::OpenAuthority::make(std::move(release_key), document.encode()).value();
}

Identity SmallServer::identity() const {
  return {.device = device_name,
          .server = "https://fleet.example:8443",
          .key_pem = device_key_,
          .certificate_pem = certificate_,
          .ca_pem = ca_.certificate_pem};
}

trust::DeviceTrust SmallServer::device_trust() const {
  return trust::DeviceTrust::pinned(authority_->document_bytes(), authority_->pin(), device_name,
                                    public_half(device_key_).digest())
      .value();
}

Sequence SmallServer::release(const std::vector<Wish>& wishes, std::set<trust::RiskClass> risk) {
  Manifest manifest;
  for (const auto& wish : wishes) {
    if (wish.content) blobs_[sha256(*wish.content)] = *wish.content;
    auto bytes = blob_of(wish).encode();
    manifest.resources.emplace_back(ResourceId::parse(wish.id).value(), sha256(bytes));
    blobs_[manifest.resources.back().second] = std::move(bytes);
  }
  std::sort(manifest.resources.begin(), manifest.resources.end());
  manifest_ = manifest.digest();
  blobs_[manifest_] = manifest.encode();

  sequence_ = sequence_.next();
  const trust::Tree tree({{text("device:", device_name), manifest_}, {"device:other", Digest{}}});
  const auto statement = authority_->sign_statement({.branch = branch,
                                                     .not_before = clocks_.wall(),
                                                     .expires = clocks_.wall() + trust::open_validity,
                                                     .leaves = tree.leaves(),
                                                     .repository = repository,
                                                     .revision = Revision(std::string(40, 'a')),
                                                     .risk = std::move(risk),
                                                     .root = tree.root(),
                                                     .sequence = sequence_});
  const auto member = authority_->sign_member({.device = device_name,
                                               .group = GroupPath("kiosks"),
                                               .key = public_half(device_key_).digest(),
                                               .repository = repository});
  statement_ = sha256(statement.bytes);
  envelope_ = trust::make_envelope(statement, tree, manifest_, device_name, member).value().encode();
  return sequence_;
}

void SmallServer::send(LinkRequest request) { waiting_.push_back(std::move(request)); }

void SmallServer::cancel(std::uint64_t id) {
  std::erase_if(waiting_, [&](const LinkRequest& request) { return request.id == id; });
}

void SmallServer::forget_requests() { waiting_.clear(); }

std::deque<LinkAnswer> SmallServer::take_answers() {
  std::deque<LinkAnswer> out;
  std::deque<LinkRequest> held;
  for (auto& request : std::exchange(waiting_, {})) {
    if (down) {
      out.push_back({request.id, fail(Errc::unavailable, "nobody is there")});
      continue;
    }
    auto response = answer(request);
    if (!response) {
      held.push_back(std::move(request));
      continue;
    }
    if (garble) garble(*response);
    out.push_back({request.id, *response});
    if (duplicate_answers) out.push_back({request.id, *response});
  }
  waiting_ = std::move(held);
  return out;
}

std::optional<os::net::Response> SmallServer::answer(const LinkRequest& asked) {
  auto request = asked.request;
  if (const auto split = os::net::split_target(request); !split) return os::net::problem(split.error());
  ++requests_[request.path];
  if (request.path == wire::path::desired) return desired(request);
  if (request.path == wire::path::reports) return report(request);
  if (request.path == wire::path::renew) return renew(request);
  const auto digest = wire::parse_blob_path(request.path);
  const auto blob = digest ? blobs_.find(*digest) : blobs_.end();
  if (blob == blobs_.end()) return os::net::problem(404, "not_found", "no such blob");
  return os::net::Response{.body = blob->second};
}

std::optional<os::net::Response> SmallServer::desired(const os::net::Request& request) {
  const auto query = wire::DesiredQuery::from(request.query);
  if (!query) return os::net::problem(query.error());
  const bool news = envelope_ && (query->have != manifest_ || query->seen != statement_);
  if (!news && query->wake == wake_) {
    --requests_[request.path];  // Held; counted when it is answered.
    return std::nullopt;
  }
  wire::DesiredAnswer out{.wake = wake_};
  if (news) out.envelope = on_envelope ? on_envelope(*envelope_) : *envelope_;
  return os::net::Response{.body = out.encode()};
}

os::net::Response SmallServer::report(const os::net::Request& request) {
  const auto message = wire::ReportMessage::decode(request.body);
  if (!message) return os::net::problem(message.error());
  if (message->status) status_ = message->status;
  wire::ReportAnswer out{.wake = wake_};
  for (const auto& event : message->events) {
    const auto known = events_.find(event.number);
    if (known != events_.end()) EXPECT_EQ(known->second, event) << "a number used twice";
    events_.emplace(event.number, event);
  }
  if (!events_.empty()) out.acknowledged = events_.rbegin()->first;
  if (status_) out.facts = status_->facts_digest;
  return {.body = out.encode()};
}

os::net::Response SmallServer::renew(const os::net::Request& request) {
  const auto message = wire::RenewRequest::decode(request.body);
  if (!message) return os::net::problem(message.error());
  const auto asked = os::net::read_certificate_request(message->certificate_request);
  if (!asked) return os::net::problem(asked.error());
  const auto certificate =
      os::net::issue_client_certificate(ca_, asked->spki, asked->common_name, certificate_life, clocks_.wall());
  return {.body = wire::RenewAnswer{.certificate_pem = certificate.value(), .ca_pem = ca_.certificate_pem}.encode()};
}

std::size_t SmallServer::requests(std::string_view path) const {
  std::size_t out = 0;
  for (const auto& [asked, count] : requests_) {
    if (asked.starts_with(path)) out += count;
  }
  return out;
}

SmallFleet::SmallFleet(os::sim::SimHostOptions options) : device(std::move(options)), server(device.clocks()) {}

void SmallFleet::enrol() {
  device.as("installer", [&](auto&) {
    auto host = device.host();
    DeviceStore store(host.files, directory, {});
    ASSERT_TRUE(store.load());
    ASSERT_TRUE(store.save(Adopted{.trust = server.device_trust()}));
    ASSERT_TRUE(store.save(server.identity()));
  });
}

void SmallFleet::start_agent() {
  stop_agent();
  const auto ports = device.host();
  grouped_ = std::make_unique<os::GroupedFiles>(ports.files);
  const os::Host host{*grouped_,   ports.processes, ports.systemd, ports.packages,
                      ports.users, ports.watches,   ports.clocks,  ports.random};
  providers_ = std::make_unique<providers::Providers>(host);
  Settings settings{.directory = directory, .version = "test", .grouped = grouped_.get()};
  settings.log = [this](int, const std::string& line) { lines.push_back(line); };
  auto agent = Agent::open(std::move(settings), host, [this](auto kind) { return providers_->find(kind); }, server);
  if (!agent) throw std::runtime_error(agent.error().message);
  agent_ = std::move(*agent);
  next_ = {};
}

void SmallFleet::stop_agent() {
  agent_.reset();
  server.forget_requests();
}

// One turn of the loop that the real process runs too.
void SmallFleet::step(SteadyTime latest) {
  auto answers = server.take_answers();
  const bool fired = device.watches().fired();
  if (answers.empty() && !fired) {
    const auto until = std::min(std::max(next_, device.clocks().steady()), latest);
    device.clocks().pass_until(device.clocks().world_time(until));
  }
  for (const auto& answer : answers) agent_->handle(answer);
  if (fired) agent_->wake();
  next_ = agent_->run_due();
}

void SmallFleet::run(Duration span) {
  if (!agent_) start_agent();
  const auto end = device.clocks().steady() + span;
  while (device.clocks().steady() < end) step(end);
}

void SmallFleet::run_until(const std::function<bool()>& holds, Duration span) {
  if (!agent_) start_agent();
  const auto end = device.clocks().steady() + span;
  while (!holds()) {
    ASSERT_LT(device.clocks().steady(), end)
        << "it did not come to pass; the last the agent said: " << (lines.empty() ? "nothing" : lines.back());
    step(end);
  }
}

std::optional<Bytes> SmallFleet::content(const std::string& path) {
  return device.as("test", [&](auto&) { return device.disk().read(path, 1 << 20).value_or(std::nullopt); });
}

bool SmallFleet::settled() {
  return ready() && agent_ && agent_->status().queued_events == 0 &&
         server.status()->sequence == agent_->status().sequence;
}

}  // namespace flyball::agent
