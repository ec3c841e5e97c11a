#include "folder_device.hpp"

#include "os/net/pki.hpp"
#include "plan/order.hpp"
#include "trust/open_authority.hpp"

#include <algorithm>
#include <filesystem>

#include <poll.h>
#include <pwd.h>
#include <unistd.h>

namespace flyball::bench {
namespace {

constexpr std::size_t files_of_a_directory = 100;
constexpr std::size_t bytes_of_a_file = 1024;

std::string content_of(std::size_t number) {
  auto out = text("# File ", number, "\n");
  while (out.size() + 1 < bytes_of_a_file) out += text("option-", out.size(), " = ", number, "\n");
  out.resize(bytes_of_a_file - 1);
  return out + "\n";
}

std::string our_name() {
  const auto* account = ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): before there are threads.
  return account != nullptr ? account->pw_name : text(::geteuid());
}

agent::Home home_at(const std::string& root) { return {.root = root}; }

// A server that is never there.
class NoLink final : public agent::Link {
 public:
  void send(agent::LinkRequest) override {}
  void cancel(std::uint64_t) override {}
  void reconnect() override {}
};

struct Papers {
  agent::Identity identity;
  trust::DeviceTrust trust;
};

// What enrolling would have left.
Result<Papers> papers() {
  const RepositoryId repository("bench-00000000");
  const DeviceId name("folder");
  const auto now = WallTime{std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())};
  os::net::KeyedCertificate ca{.key_pem = TRY(os::net::make_key(os::net::KeyType::ed25519))};
  ca.certificate_pem = TRY(os::net::make_ca("bench", ca.key_pem, std::chrono::hours(24 * 365), now));
  const auto key = TRY(os::net::make_key(os::net::KeyType::ed25519));
  const auto spki = TRY(os::net::public_key(key));
  auto release_key = TRY(trust::SigningKey::from_seed(std::string(32, 'r')));
  const auto document = trust::open_document(repository, "refs/heads/main", release_key.public_key(),
                                             TRY(os::net::key_fingerprint(ca.key_pem)));
  const auto authority = TRY(trust::OpenAuthority::make(std::move(release_key), document.encode()));
  const auto public_key = TRY(trust::PublicKey::from_ed25519(TRY(os::net::raw_ed25519(spki))));
  return Papers{
      .identity = {.device = name,
                   .server = "https://127.0.0.1:1",
                   .key_pem = key,
                   .certificate_pem =
                       TRY(os::net::issue_client_certificate(ca, spki, name.str(), std::chrono::hours(24 * 30), now)),
                   .ca_pem = ca.certificate_pem},
      .trust = TRY(trust::DeviceTrust::pinned(authority.document_bytes(), authority.pin(), name, public_key.digest()))};
}

}  // namespace

FolderDevice::FolderDevice(std::size_t files) : scratch_("device") {
  for (std::size_t i = 0; i < files; ++i) {
    const auto name = text("/etc/part-", i / files_of_a_directory, "/file-", i, ".conf");
    files_.push_back({.path = scratch_.path() + name, .content = content_of(i)});
  }
  std::ranges::sort(files_, {}, &BareFile::path);
}

Result<std::unique_ptr<FolderDevice>> FolderDevice::make(std::size_t files) {
  auto out = std::make_unique<FolderDevice>(files);
  TRY(out->prepare());
  return out;
}

Result<std::vector<BareFile>> FolderDevice::twins(std::string_view name) const {
  auto out = files_;
  for (auto& file : out) {
    file.path.insert(scratch_.path().size(), text('/', name));
    std::filesystem::create_directories(std::filesystem::path(file.path).parent_path());
  }
  return out;
}

Result<> FolderDevice::prepare() {
  for (const auto& file : files_) std::filesystem::create_directories(std::filesystem::path(file.path).parent_path());
  std::filesystem::create_directories(scratch_.path() + "/var/lib");
  home_ = TRY(agent::OpenHome::open(home_at(scratch_.path())));
  TRY(home_->store().load());
  for (const auto& file : files_) TRY(declare(file));
  TRY(home_->store().contents().flush());
  desired_.manifest = resources_.manifest.digest();
  desired_.sequence = Sequence{1};
  desired_.arrangement = plan::arrange(desired_);
  reconciler_ =
      std::make_unique<agent::Reconciler>(home_->host(), home_->provider_of(), home_->store(), &home_->grouped());
  return reconciler_->load();
}

Result<> FolderDevice::declare(const BareFile& file) {
  static const auto owner = our_name();
  const ResourceId id("file", file.path.substr(scratch_.path().size()));
  Json fields;
  fields["content"] = sha256(file.content).str();
  fields["mode"] = "0644";
  fields["owner"] = owner;
  const SpecBlob blob{.variants = {{.fields = std::move(fields)}}};
  auto bytes = blob.encode();
  const auto digest = sha256(bytes);
  desired_.resources.push_back(plan::desired_resource(id, digest, resolve(id, blob, {}, {})));
  resources_.manifest.resources.emplace_back(id, digest);
  resources_.blobs.push_back(std::move(bytes));
  return home_->store().contents().keep(file.content);
}

Result<> FolderDevice::reconcile() {
  (void)reconciler_->reconcile(desired_, {.all = true}, plan::Hold::no);
  const auto not_ready = reconciler_->not_ready();
  if (not_ready.empty()) return {};
  return fail(Errc::unavailable, not_ready[0].id, ": ", not_ready[0].condition.message);
}

Result<> FolderDevice::adopt() {
  const auto made = TRY(papers());
  auto& store = home_->store();
  TRY(store.save(resources_));
  TRY(store.save(made.identity));
  return store.save(agent::Adopted{.trust = made.trust, .manifest = desired_.manifest, .generation = Generation{1}});
}

Result<std::unique_ptr<RunningAgent>> RunningAgent::start(FolderDevice& device) {
  auto& home = device.home();
  std::unique_ptr<agent::Link> link = std::make_unique<NoLink>();
  auto agent =
      TRY(agent::Agent::open({.access = home.access(), .facts = home.facts("bench"), .grouped = &home.grouped()},
                             home.host(), home.provider_of(), *link));
  return std::make_unique<RunningAgent>(std::move(link), std::move(agent), device);
}

RunningAgent::RunningAgent(std::unique_ptr<agent::Link> link, std::unique_ptr<agent::Agent> agent, FolderDevice& device)
    : link_(std::move(link)), agent_(std::move(agent)), device_(device) {
  (void)agent_->run_due();  // The first full check; from here on its watches tell.
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

RunningAgent::~RunningAgent() = default;

void RunningAgent::loop(const std::stop_token& stop) {
  constexpr int look_at_stop_ms = 50;
  pollfd watches{.fd = device_.home().real().watches().descriptor(), .events = POLLIN, .revents = 0};
  auto next = agent_->run_due();
  while (!stop.stop_requested()) {
    const auto left = std::max(next - device_.home().host().clocks.steady(), Duration::zero());
    const auto ms = std::min<long>(std::chrono::ceil<std::chrono::milliseconds>(left).count(), look_at_stop_ms);
    if (::poll(&watches, 1, static_cast<int>(ms)) > 0) agent_->wake();
    next = agent_->run_due();
  }
}

}  // namespace flyball::bench
