#include "server/daemon.hpp"

#include "os/git_command.hpp"
#include "os/net/server.hpp"
#include "os/real/control_socket.hpp"
#include "os/real/notify.hpp"
#include "os/real/real_clocks.hpp"
#include "os/real/real_files.hpp"
#include "os/real/real_processes.hpp"
#include "server/hosting.hpp"
#include "server/threaded_lookout.hpp"
#include "server/worker_compiler.hpp"
#include "source/git_source.hpp"

#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::server {
namespace {

// One server per state directory: two would both number releases.
Result<int> lock_state(const std::string& state) {
  const auto path = state + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Errc::denied, "cannot open ", path, ": ", std::strerror(errno),
                "; the state directory must belong to whoever runs the server");
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return fail(Errc::conflict, "another server runs on ", state);
  }
  return fd;
}

std::string count(std::size_t n, std::string_view what) { return text(n, ' ', what, n == 1 ? "" : "s"); }

std::vector<std::string> lines_of(const PushVerdict& verdict) {
  std::vector<std::string> out;
  switch (verdict.outcome) {
    case PushVerdict::Outcome::in_force:
      out.push_back(
          text("release ", verdict.sequence, " is in force; ", count(verdict.devices, "device"), " declared"));
      break;
    case PushVerdict::Outcome::held:
      out.push_back(text("release ", verdict.sequence, " is HELD; every device keeps the release before it:"));
      for (const auto& line : verdict.lines) out.push_back(text("  ", line));
      out.push_back(text("an admin lets it pass with: flyball release approve ", verdict.sequence, " --reason '…'"));
      return out;
    case PushVerdict::Outcome::refused:
      out.emplace_back("refused; every device keeps what it has:");
      break;
    case PushVerdict::Outcome::frozen:
      out.emplace_back("not taken; every device keeps what it has:");
      break;
  }
  if (verdict.outcome != PushVerdict::Outcome::in_force) {
    for (const auto& line : verdict.lines) out.push_back(text("  ", line));
  }
  return out;
}

// Everything that lives as long as the server runs. What is below may use what is above.
class Daemon {
 public:
  Daemon(const Config& config, std::string program, std::string version, Log log)
      : config_(config),
        program_(std::move(program)),
        version_(std::move(version)),
        log_(std::move(log)),
        processes_("/") {}
  ~Daemon() {
    compiler_.stop();  // Or the lookout below would wait for the end of a job.
    if (lock_ >= 0) close(lock_);
  }

  Result<> run() {
    TRY(prepare());
    TRY(listen());
    loop_.on_signal(SIGTERM, [this] { loop_.stop(); });
    loop_.on_signal(SIGINT, [this] { loop_.stop(); });
    loop_.post([this] { turn(); });
    (void)os::real::notify("READY=1");
    loop_.run();
    return {};
  }

 private:
  Result<> prepare() {
    files_ = TRY(os::real::RealFiles::open("/"));
    const os::Access access{.mode = 0600, .uid = geteuid(), .gid = getegid()};
    auto folder = access;
    folder.mode = 0750;
    TRY(os::make_directories(*files_, config_.state, folder), "cannot make ", config_.state);
    lock_ = TRY(lock_state(config_.state));
    TRY(prepare_repository(processes_, config_.state, config_.branch, config_.remote.empty(), program_));
    store_ = TRY(store::open_sqlite(config_.state + "/flyball.db"));
    const auto repository = repository_path(config_.state);
    source_.emplace(
        [this, repository](const auto& arguments, const auto& input) {
          return os::run_git(processes_, repository, arguments, input);
        },
        source::GitSettings{.branch = "refs/heads/" + config_.branch, .remote = config_.remote});
    lookout_.emplace(
        *source_, [this](const Snapshot& snapshot) { return compiler_.compile(snapshot); },
        [this](auto work) {
          loop_.post([this, work = std::move(work)]() mutable {
            work();
            soon();
          });
        });
    server_ = TRY(
        Server::open({.directory = config_.state,
                      .access = access,
                      .branch = "refs/heads/" + config_.branch,
                      .poll = config_.poll,
                      .version = version_,
                      .repository_url = config_.remote.empty() ? repository : config_.remote,
                      .hook_secrets = config_.hook_secrets,
                      .log = log_},
                     {.store = *store_, .lookout = *lookout_, .files = *files_, .clocks = clocks_, .random = random_}));
    return first_token(access);
  }

  Result<> first_token(const os::Access& access) {
    const auto path = config_.state + "/admin.token";
    if (const auto token = TRY(server_->first_admin_token()))
      TRY(os::replace_file(*files_, path, *token + "\n", access));
    if (TRY(files_->stat(path)))
      log_(5, text("the first admin token lies in ", path, "; sign in with it, make others, and remove the file"));
    return {};
  }

  Result<> listen() {
    auto names = config_.names;
    for (const char* own : {"localhost", "127.0.0.1", "::1"}) names.emplace_back(own);
    const auto ed25519 = TRY(server_->listener_certificate(os::net::KeyType::ed25519, names));
    const auto p256 = TRY(server_->listener_certificate(os::net::KeyType::p256, names));
    const auto refused = [this](std::string_view line) { log_(6, text("refused a connection: ", line)); };
    os::net::ServerSettings agents{
        .address = config_.agents.address, .port = config_.agents.port, .on_refused = refused};
    agents.tls = {.certificates = {ed25519, p256},
                  .client_certificate = os::net::ClientCertificate::optional,
                  .client_ca_pem = server_->ca_certificate()};
    agents_ = TRY(os::net::HttpServer::start(loop_, std::move(agents),
                                             [this](os::net::Exchange exchange) { agent(std::move(exchange)); }),
                  "cannot listen for agents on port ", config_.agents.port);
    os::net::ServerSettings people{
        .address = config_.people.address, .port = config_.people.port, .on_refused = refused};
    people.tls = {.certificates = {p256}};
    people_ = TRY(os::net::HttpServer::start(loop_, std::move(people),
                                             [this](os::net::Exchange exchange) { person(std::move(exchange)); }),
                  "cannot listen for people on port ", config_.people.port);
    control_ = TRY(os::real::ControlSocket::listen(control_path(config_.state),
                                                   [this](std::string request, os::real::ControlSocket::Tell tell) {
                                                     hook(std::move(request), std::move(tell));
                                                   }));
    const auto fingerprint = TRY(os::net::certificate_info(server_->ca_certificate())).spki;
    log_(5, text("agents: port ", agents_->port(), "; people: https://localhost:", people_->port(),
                 "/ (CA: ", config_.state, "/keys/ca.crt, fingerprint ", fingerprint, ")"));
    log_(5, config_.remote.empty() ? text("push to ", repository_path(config_.state), ", branch ", config_.branch)
                                   : text("following ", config_.remote, ", branch ", config_.branch));
    return TRY(os::replace_file(*files_, config_.state + "/ports", text(agents_->port(), ' ', people_->port(), '\n'),
                                {.mode = 0644, .uid = geteuid(), .gid = getegid()})),
           Result<>();
  }

  void agent(os::net::Exchange exchange) {
    auto responder = exchange.responder;
    const auto id =
        server_->handle_agent(exchange.peer, std::move(exchange.request),
                              [responder](os::net::Response response) { responder.answer(std::move(response)); });
    if (id != 0) responder.on_gone([this, id] { server_->gone(id); });
    soon();
  }

  void person(os::net::Exchange exchange) {
    auto responder = exchange.responder;
    server_->handle_people(exchange.peer, std::move(exchange.request),
                           [responder](os::net::Response response) { responder.answer(std::move(response)); });
    soon();
  }

  void hook(std::string request, os::real::ControlSocket::Tell tell) {
    constexpr std::string_view judge = "judge ";
    if (!request.starts_with(judge)) return tell({"the server does not know this request"});
    loop_.post([this, revision = Revision(request.substr(judge.size())), tell = std::move(tell)]() mutable {
      server_->when_judged(revision,
                           [tell = std::move(tell)](const PushVerdict& verdict) mutable { tell(lines_of(verdict)); });
      soon();
    });
  }

  // What came together is handled together: the turn runs after everything that is ready now.
  void soon() {
    if (turn_wanted_) return;
    turn_wanted_ = true;
    loop_.post([this] { turn(); });
  }

  void turn() {
    turn_wanted_ = false;
    loop_.cancel(timer_);
    const auto next = server_->run_due();
    const auto wait = next - clocks_.steady();
    if (wait <= Duration::zero()) return soon();
    timer_ = loop_.after(wait, [this] { turn(); });
  }

  const Config& config_;
  std::string program_;
  std::string version_;
  Log log_;
  int lock_ = -1;
  os::net::EventLoop loop_;
  os::real::RealProcesses processes_;
  std::optional<os::real::RealFiles> files_;
  os::real::RealClocks clocks_;
  os::real::RealRandom random_;
  std::unique_ptr<store::Store> store_;
  std::optional<source::GitSource> source_;
  WorkerCompiler compiler_{{}};
  std::optional<ThreadedLookout> lookout_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<os::net::HttpServer> agents_;
  std::unique_ptr<os::net::HttpServer> people_;
  std::unique_ptr<os::real::ControlSocket> control_;
  os::net::EventLoop::TimerId timer_;
  bool turn_wanted_ = false;
};

}  // namespace

Result<> run_server(const Config& config, const std::string& program, const std::string& version, const Log& log) {
  return Daemon(config, program, version, log).run();
}

}  // namespace flyball::server
