#include "sim/server_node.hpp"

namespace flyball::sim {
namespace {

// A simulation whose server cannot even open a database in memory has nothing to say.
std::unique_ptr<store::Store> open_store() {
  auto store = store::open_sqlite(":memory:");
  if (!store) std::abort();
  return std::move(*store);
}

}  // namespace

ServerNode::ServerNode(EventHeap& heap, Trace& trace, std::uint64_t seed)
    : heap_(heap),
      trace_(trace),
      host_({.name = "server", .seed = seed}),
      random_(os::sim::split_seed(seed, "server", "restarts")),
      store_(open_store()),
      sim_store_(*store_, host_.fuse()),
      lookout_(repository_) {
  host_.as("install", [](os::sim::SimHost& host) {
    return host.disk().make_directory("/var/lib/flyball-server", {.mode = 0700});
  });
}

ServerNode::~ServerNode() = default;

void ServerNode::start() {
  if (server_) return;
  host_.clocks().pass_until(heap_.now());
  trace_.note(heap_.now(), "server starts");
  auto ports = host_.host();
  Result<std::unique_ptr<server::Server>> opened = fail(Errc::cancelled, "died while it started");
  const bool alive = guarded([&] {
    const auto log = [this](int, const std::string& line) { trace_.note(heap_.now(), "server says: ", line); };
    opened = server::Server::open({.hold = std::chrono::minutes(4), .log = log},
                                  {sim_store_, lookout_, ports.files, ports.clocks, ports.random});
    if (!opened) return;
    auto token = (*opened)->first_admin_token();
    if (token && *token) admin_token_ = **token;
  });
  if (!alive) return;
  if (!opened) {
    trace_.note(heap_.now(), "server cannot start: ", opened.error().message);
    heap_.after(std::chrono::seconds(5), [this] { start(); });
    return;
  }
  server_ = std::move(*opened);
  schedule(heap_.now());
}

void ServerNode::kill(os::sim::Fault::Kind kind) {
  if (host_.ended()) return;
  if (kind == os::sim::Fault::Kind::power_cut) {
    host_.cut_power();
    died("power cut from outside");
  } else {
    host_.kill_process();
    died("killed from outside");
  }
}

Revision ServerNode::push(std::map<std::string, std::string> files, std::string subject) {
  trace_.note(heap_.now(), "push: ", subject);
  const auto revision = repository_.commit(std::move(files), std::move(subject));
  if (server_ && guarded([&] { server_->wake(); })) schedule(heap_.now());
  return revision;
}

Result<os::net::Response> ServerNode::admin(const std::string& method, const std::string& target, const Json& body) {
  if (!server_) return fail(Errc::unavailable, "the server is down");
  host_.clocks().pass_until(heap_.now());
  os::net::Request request{.method = method, .target = target};
  TRY(os::net::split_target(request));
  request.headers.emplace("Authorization", "Bearer " + admin_token_);
  request.headers.emplace("Content-Type", "application/json");
  if (!body.is_null()) request.body = body.canonical();
  auto answer = std::make_shared<std::optional<os::net::Response>>();
  const bool alive = guarded([&] {
    server_->handle_people({.address = "192.0.2.1"}, std::move(request),
                           [answer](os::net::Response response) { *answer = std::move(response); });
    (void)server_->run_due();
  });
  if (!alive || !*answer) return fail(Errc::unavailable, "the server gave no answer");
  schedule(heap_.now());
  return **answer;
}

Result<os::net::Response> ServerNode::ask(const os::net::Peer& peer, os::net::Request request) {
  TRY(os::net::split_target(request));
  host_.clocks().pass_until(heap_.now());
  auto answer = std::make_shared<std::optional<os::net::Response>>();
  const bool alive = server_ && guarded([&] {
                       (void)server_->handle_agent(peer, std::move(request), [answer](os::net::Response response) {
                         *answer = std::move(response);
                       });
                       (void)server_->run_due();
                     });
  if (!alive || !*answer) return fail(Errc::unavailable, "the server gave no answer");
  schedule(heap_.now());
  return **answer;
}

void ServerNode::serve(std::uint64_t exchange, const os::net::Peer& peer, os::net::Request request, Respond respond) {
  if (!os::net::split_target(request)) return respond({.status = 400});
  host_.clocks().pass_until(heap_.now());
  const bool alive = guarded([&] {
    const auto id = server_->handle_agent(peer, std::move(request), std::move(respond));
    if (id != 0) waiting_[exchange] = id;
  });
  if (alive) schedule(heap_.now());
}

void ServerNode::gone(std::uint64_t exchange) {
  const auto it = waiting_.find(exchange);
  if (it == waiting_.end()) return;
  const auto id = it->second;
  waiting_.erase(it);
  if (server_) (void)guarded([&] { server_->gone(id); });
}

bool ServerNode::guarded(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const os::sim::PowerCut& cut) {
    died(text("power cut at ", cut.at));
  } catch (const os::sim::Crash& crash) {
    died(text("crash at ", crash.at));
  }
  return false;
}

void ServerNode::died(std::string_view how) {
  trace_.note(heap_.now(), "server: ", how);
  ++deaths_;
  due_.reset();
  waiting_.clear();
  server_.reset();
  if (died_) died_();
  const bool power = !how.starts_with("crash") && !how.starts_with("killed");
  const auto away =
      std::chrono::milliseconds(power ? 20'000 : 1'000) + Duration(std::chrono::seconds(random_.below(30)));
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

void ServerNode::run() {
  due_.reset();
  if (!server_) return;
  host_.clocks().pass_until(heap_.now());
  SteadyTime due;
  if (guarded([&] { due = server_->run_due(); })) schedule(host_.clocks().world_time(due));
}

void ServerNode::schedule(Duration when) {
  // What came together is committed together: a little later than asked for.
  const auto due = std::max(when, heap_.now() + std::chrono::microseconds(200));
  if (due_ && *due_ <= due) return;
  due_ = due;
  heap_.at(due, [this, due] {
    if (due_ == due) run();
  });
}

}  // namespace flyball::sim
