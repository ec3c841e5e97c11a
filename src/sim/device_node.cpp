#include "sim/device_node.hpp"

#include "agent/device_store.hpp"
#include "os/net/pki.hpp"
#include "trust/token.hpp"
#include "wire/messages.hpp"
#include "wire/paths.hpp"

#include <algorithm>

namespace flyball::sim {
namespace {

// Keys are the same in every world: making them takes more time than the rest of an enrolment, and no decision hangs
// on their bytes.
const std::string& key_of(std::size_t index) {
  static std::vector<std::string> keys;
  while (keys.size() <= index) {
    auto key = os::net::make_key(os::net::KeyType::ed25519);
    if (!key) std::abort();
    keys.push_back(*std::move(key));
  }
  return keys[index];
}

constexpr Duration write_back_every = std::chrono::seconds(30);

}  // namespace

/// The agent's side of the network, for one incarnation.
class DeviceNode::NodeLink : public agent::Link {
 public:
  explicit NodeLink(DeviceNode& node) : node_(node) {}

  void send(agent::LinkRequest request) override {
    if (node_.host_.ended()) return;
    const auto id = request.id;
    // It leaves when the calls before it have taken their time.
    exchanges_[id] =
        node_.network_.send(node_.name(), node_.peer_, std::move(request), [this](agent::LinkAnswer answer) {
          exchanges_.erase(answer.id);
          node_.host_.clocks().pass_until(node_.heap_.now());
          if (node_.agent_ && node_.guarded([&] { node_.agent_->handle(answer); })) node_.schedule(node_.heap_.now());
        });
  }
  void cancel(std::uint64_t id) override {
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end()) return;
    node_.network_.cancel(it->second);
    exchanges_.erase(it);
  }
  void reconnect() override { node_.read_certificate(); }

 private:
  DeviceNode& node_;
  std::map<std::uint64_t, std::uint64_t> exchanges_;
};

DeviceNode::DeviceNode(EventHeap& heap, Trace& trace, Network& network, os::sim::SimHostOptions options,
                       std::size_t index)
    : heap_(heap),
      trace_(trace),
      network_(network),
      host_(std::move(options)),
      random_(os::sim::split_seed(index, host_.name(), "restarts")),
      index_(index) {
  facts_ = {{"os.id", "debian"},
            {"os.version_id", "12"},
            {"arch", index % 5 == 4 ? "aarch64" : "x86_64"},
            {"memory_bytes", std::int64_t{1} << (30U + index % 4)}};
}

DeviceNode::~DeviceNode() = default;

Result<> DeviceNode::enrol(const std::string& line, const Ask& ask) {
  const auto token = TRY(trust::Token::parse(line));
  const auto& key_pem = key_of(index_);
  const auto raw = TRY(os::net::raw_ed25519(TRY(os::net::public_key(key_pem))));
  const auto key = TRY(trust::PublicKey::from_ed25519(raw));
  const auto told = TRY(ask({}, {.method = "GET", .target = std::string(wire::path::trust)}));
  const auto answer = TRY(wire::TrustAnswer::decode(told.body));
  const auto pinned = TRY(trust::DeviceTrust::pinned(answer.document, token.pin(), token.device(), key.digest()));
  const auto claim =
      trust::sign_claim({.device = token.device(), .key = key, .nonce = answer.nonce, .pin = token.pin()}, token);
  const wire::EnrollRequest wish{.claim = claim.bytes,
                                 .signatures = claim.signatures,
                                 .certificate_request = TRY(os::net::make_certificate_request(key_pem, name())),
                                 .facts = facts_,
                                 .agent_version = "sim"};
  const auto enrolled =
      TRY(ask({}, {.method = "POST", .target = std::string(wire::path::enroll), .body = wish.encode()}));
  if (enrolled.status != 200) return fail(Errc::denied, enrolled.body);
  const auto member = TRY(wire::EnrollAnswer::decode(enrolled.body));
  return host_.as("install", [&](os::sim::SimHost& host) -> Result<> {
    auto ports = host.host();
    agent::DeviceStore store(ports.files, agent_directory, {.mode = 0600});
    TRY(store.load());
    TRY(store.save(agent::Adopted{.trust = pinned}));
    return store.save(agent::Identity{.device = token.device(),
                                      .server = "https://server.sim.example:8443",
                                      .key_pem = key_pem,
                                      .certificate_pem = member.certificate_pem,
                                      .ca_pem = member.ca_pem});
  });
}

void DeviceNode::start() {
  host_.clocks().pass_until(heap_.now());
  if (agent_ || host_.ended()) return;
  read_certificate();
  Result<std::unique_ptr<agent::Agent>> opened = fail(Errc::cancelled, "died while it started");
  const bool alive = guarded([&] {
    providers_ = std::make_unique<providers::Providers>(host_.host());
    link_ = std::make_unique<NodeLink>(*this);
    const auto provider_of = [this](std::string_view kind) { return providers_->find(kind); };
    const auto log = [this](int, const std::string& line) { trace_.note(heap_.now(), name(), " says: ", line); };
    opened = agent::Agent::open({.directory = agent_directory, .version = "sim", .facts = facts_, .log = log},
                                host_.host(), provider_of, *link_);
  });
  if (!alive) return;
  if (!opened) {
    trace_.note(heap_.now(), name(), ": agent cannot start: ", opened.error().message);
    heap_.after(std::chrono::seconds(1 + random_.below(9)), [this] { start(); });
    return;
  }
  agent_ = std::move(*opened);
  schedule(heap_.now());
}

void DeviceNode::kill(os::sim::Fault::Kind kind) {
  if (host_.ended()) return;
  const bool power = kind == os::sim::Fault::Kind::power_cut;
  if (power) {
    host_.cut_power();
  } else {
    host_.kill_process();
  }
  died(power, "from outside");
}

void DeviceNode::reboot() {
  if (host_.ended()) return;
  host_.disk().write_back();
  kill(os::sim::Fault::Kind::power_cut);
}

void DeviceNode::nudge() {
  if (agent_ && host_.watches().fired()) schedule(heap_.now() + std::chrono::milliseconds(1));
}

void DeviceNode::confine(std::function<bool(const os::Path&)> may_touch) {
  host_.on_disk_change([this, may_touch = std::move(may_touch)](const os::sim::DiskChange& change) {
    // What the agent and its children do has no actor.
    if (!change.actor.empty() || may_touch(change.path)) return;
    violations_.push_back(text("S9: ", name(), ": the agent wrote to ", change.path));
  });
}

bool DeviceNode::guarded(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const os::sim::PowerCut& cut) {
    died(true, cut.at);
  } catch (const os::sim::Crash& crash) {
    died(false, crash.at);
  }
  return false;
}

void DeviceNode::died(bool power, const std::string& how) {
  trace_.note(heap_.now(), name(), power ? ": power cut " : ": crash ", how);
  ++deaths_;
  due_.reset();
  network_.device_died(name());
  agent_.reset();
  link_.reset();
  providers_.reset();
  const auto away = power ? std::chrono::seconds(10 + random_.below(120)) : std::chrono::seconds(1 + random_.below(4));
  heap_.after(away, [this, power] {
    host_.clocks().pass_until(heap_.now());
    if (power) {
      host_.boot();
    } else {
      host_.restart();
    }
    start();
  });
}

void DeviceNode::run() {
  due_.reset();
  if (!agent_) return;
  auto& clocks = host_.clocks();
  clocks.pass_until(heap_.now());
  if (heap_.now() - written_back_ > write_back_every) {
    host_.disk().write_back();
    written_back_ = heap_.now();
  }
  SteadyTime due;
  const bool alive = guarded([&] {
    if (host_.watches().fired()) agent_->wake();
    due = agent_->run_due();
  });
  if (!alive) return;
  check_floor();
  schedule(std::max(clocks.world_time(due), clocks.now()));
  nudge();  // What it did itself fires too, as inotify has it.
}

void DeviceNode::schedule(Duration when) {
  const auto due = std::max({when, heap_.now(), host_.clocks().now()});
  if (due_ && *due_ <= due) return;
  due_ = due;
  heap_.at(due, [this, due] {
    if (due_ == due) run();
  });
}

// As TLS would tell the server: who this is by the certificate on the disk, when it is in date.
void DeviceNode::read_certificate() {
  peer_ = {.address = "192.0.2.100"};
  host_.as("", [&](os::sim::SimHost& host) {
    auto ports = host.host();
    agent::DeviceStore store(ports.files, agent_directory, {.mode = 0600});
    const auto identity = store.identity();
    if (!identity || !*identity) return;
    const auto info = os::net::certificate_info((*identity)->certificate_pem);
    if (info) peer_.certificate = {.spki = info->spki, .common_name = info->common_name, .not_after = info->not_after};
  });
}

// S2: the floor never falls, whatever was lost.
void DeviceNode::check_floor() {
  const auto now = agent_->status().sequence;
  if (now < floor_) violations_.push_back(text("S2: the floor of ", name(), " fell from ", floor_, " to ", now));
  floor_ = std::max(floor_, now);
}

}  // namespace flyball::sim
