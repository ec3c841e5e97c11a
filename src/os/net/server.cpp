#include "os/net/server.hpp"

#include "os/net/heads.hpp"
#include "os/net/loop_impl.hpp"
#include "os/net/message.hpp"
#include "os/net/tls_stream.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <sys/resource.h>

// One coroutine serves a connection: handshake, then requests one after the other until somebody has had enough. While
// a request is held, all that is left of it is this coroutine, waiting for its socket: an answer cancels that wait,
// and so does the client when it leaves.

namespace flyball::os::net {

namespace {

struct Session;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// As many files as the process may open, less some for all that is no connection.
std::size_t most_descriptors() {
  constexpr std::size_t reserve = 256;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024 - reserve;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > 2 * reserve ? limit.rlim_cur - reserve : reserve;
}

}  // namespace

struct Responder::State {
  State(std::shared_ptr<EventLoop::Impl> on, std::weak_ptr<Session> of) : loop(std::move(on)), session(std::move(of)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { answer(problem(500, "internal", "the request was dropped without an answer")); }

  void answer(Response response);
  void leave();

  std::shared_ptr<EventLoop::Impl> loop;
  std::weak_ptr<Session> session;
  std::atomic<bool> answered = false;
  std::atomic<bool> gone = false;
  EventLoop::Work on_gone;  // By the loop.
};

struct HttpServer::Impl : EventLoop::Impl::Part {
  Impl(std::shared_ptr<EventLoop::Impl> on, ServerSettings with, Handler by)
      : loop(std::move(on)), settings(std::move(with)), handler(std::move(by)), acceptor(loop->context) {}

  void close() override;
  bool idle() const override { return !accepting && sessions.empty(); }
  Result<> listen();
  void welcome(Socket socket);
  void tell(const Session& session, std::string_view what) const;

  // Some more than the limit are let in to be told so; beyond, they wait in the kernel's queue.
  bool crowded() const { return sessions.size() >= most; }
  bool full() const { return sessions.size() >= most + 64; }

  std::shared_ptr<EventLoop::Impl> loop;
  ServerSettings settings;
  Handler handler;
  std::shared_ptr<ServerContext> tls;
  Acceptor acceptor;
  std::size_t most = 0;
  bool accepting = false;
  std::unordered_set<Session*> sessions;
};

namespace {

using Parser = http::request_parser<http::string_body>;

// A listener on `::` sees IPv4 peers by addresses of IPv6.
asio::ip::address plain(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

struct Session : std::enable_shared_from_this<Session> {
  Session(HttpServer::Impl& of, Socket socket)
      : server(of),
        tls(of.tls),
        overflow(of.crowded()),
        stream(std::move(socket), tls->context.get(), TlsStream::Side::server) {
    boost::system::error_code ignored;
    const auto remote = stream.socket().remote_endpoint(ignored);
    peer.address = plain(remote.address()).to_string();
    peer.port = remote.port();
    server.sessions.insert(this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { server.sessions.erase(this); }

  /// What happens now must have ended by then; replaces the deadline before.
  void set_deadline(Duration delay, std::string_view what) {
    clear_deadline();
    deadline = server.loop->after(delay, [session = weak_from_this(), what] {
      const auto self = session.lock();
      if (self) self->stream.interrupt(Error{Errc::timeout, text("too slow: ", what)});
    });
  }
  void clear_deadline() { server.loop->cancel(std::exchange(deadline, {})); }

  void deliver(Response response) {
    answer = std::move(response);
    if (const auto state = responder.lock()) state->on_gone = {};  // It may hold the responder itself.
    stream.wake();
  }

  HttpServer::Impl& server;
  std::shared_ptr<ServerContext> tls;
  bool overflow;  ///< Only here to be told to come later.
  TlsStream stream;
  Peer peer;
  EventLoop::TimerId deadline;
  std::unique_ptr<Parser> parser;  ///< Only while a request is read.
  std::optional<Response> answer;
  std::weak_ptr<Responder::State> responder;
  bool keep_alive = true;
  bool head_only = false;
  bool writing = false;
  bool refused = false;  ///< What the client still sends is not read as a request.
};
using SessionPtr = std::shared_ptr<Session>;

/// What came: a request, or an answer to what cannot be one, or neither when the client has left.
struct Incoming {
  std::optional<Request> request;
  std::optional<Response> refusal;
};

Incoming refuse(Session& session, const boost::system::error_code& error) {
  const auto& limits = session.server.settings.limits;
  session.keep_alive = false;
  session.refused = true;
  session.server.tell(session, text("request: ", error.message()));
  Incoming incoming;
  if (error == http::error::header_limit)
    incoming.refusal = problem(431, "too_large", text("the header is longer than ", limits.header_bytes, " bytes"));
  else if (error == http::error::body_limit)
    incoming.refusal = problem(413, "too_large", text("the body is longer than ", limits.body_bytes, " bytes"));
  else
    incoming.refusal = problem(400, "invalid", text("this is no HTTP request: ", error.message()));
  return incoming;
}

// Takes the finished message out of the parser, which is no longer needed.
Incoming take_request(Session& session) {
  auto message = session.parser->release();
  session.parser.reset();
  session.keep_alive = message.keep_alive() && message.version() == 11;
  session.head_only = message.method() == http::verb::head;

  Incoming incoming;
  Request request{.method = std::string(message.method_string()),
                  .target = std::string(message.target()),
                  .headers = headers_of(message),
                  .body = std::move(message.body())};
  const auto split = split_target(request);
  if (!split)
    incoming.refusal = problem(split.error());
  else if (session.overflow)
    incoming.refusal = overloaded(session.server.settings.limits.retry_after_seconds, "too many connections");
  else
    incoming.request = std::move(request);
  if (session.overflow) session.keep_alive = false;
  return incoming;
}

// A client with a long body may ask first whether to send it (RFC 9110, section 10.1.1).
bool asks_to_continue(const Parser& parser) {
  const auto found = parser.get().find(http::field::expect);
  return found != parser.get().end() && boost::beast::iequals(found->value(), "100-continue");
}

Task<Incoming> read_request(SessionPtr session) {
  const auto& limits = session->server.settings.limits;
  auto& stream = session->stream;
  session->parser = std::make_unique<Parser>();
  auto& parser = *session->parser;
  parser.header_limit(limits.header_bytes);
  parser.body_limit(limits.body_bytes);
  parser.eager(true);

  bool begun = !stream.inbox.empty();
  session->set_deadline(begun ? limits.header : limits.idle, begun ? "header" : "next request");
  bool in_body = false;
  for (;;) {
    const auto error = parse_inbox(parser, stream.inbox);
    if (error) co_return refuse(*session, error);
    if (parser.is_done()) break;
    if (parser.is_header_done() && !in_body) {
      in_body = true;
      session->set_deadline(limits.body, "body");
      if (asks_to_continue(parser)) {
        const Result<> asked = co_await stream.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!asked) co_return Incoming();
      }
    }
    const Result<bool> filled = co_await stream.fill();
    if (!filled && (begun || filled.error().code == Errc::denied))
      session->server.tell(*session, text("request: ", filled.error().message));
    if (!filled || !*filled) co_return Incoming();
    if (!begun) session->set_deadline(limits.header, "header");
    begun = true;
  }
  session->clear_deadline();
  co_return take_request(*session);
}

/// Waits for the answer; false when the client leaves first.
Task<bool> hold(SessionPtr session) {
  auto& stream = session->stream;
  // Bytes of a next request cannot be told from a client that leaves after them, so they end the watch.
  bool watching = stream.inbox.empty();
  while (!session->answer) {
    Result<> stirred;
    if (watching) {
      stirred = co_await stream.stir();
    } else {
      stirred = co_await stream.broken();
    }
    if (session->answer) break;
    const auto presence = stream.look();
    if (!stirred || !watching || presence == TlsStream::Presence::gone) co_return false;
    watching = presence == TlsStream::Presence::here;
  }
  co_return true;
}

/// Writes header and body in blocks of one record each; each has its deadline, so that a slow line is no fault.
Task<Result<>> write_answer(SessionPtr session) {
  const Response response = *std::exchange(session->answer, std::nullopt);
  const auto limit = session->server.settings.limits.write;
  std::string first = response_head(response, session->keep_alive);
  std::string_view rest = response.body;
  if (session->head_only || response.status == 204 || response.status == 304) rest = {};
  const auto joined = std::min(rest.size(), TlsStream::block - std::min(first.size(), TlsStream::block));
  first += rest.substr(0, joined);
  rest.remove_prefix(joined);

  session->writing = true;
  session->set_deadline(limit, "taking the answer");
  Result<> written = co_await session->stream.write(first);
  while (written && !rest.empty()) {
    const auto next = rest.substr(0, TlsStream::block);
    rest.remove_prefix(next.size());
    session->set_deadline(limit, "taking the answer");
    written = co_await session->stream.write(next);
  }
  session->clear_deadline();
  session->writing = false;
  co_return written;
}

/// One request and its answer; whether the connection may go on.
Task<bool> serve_one(SessionPtr session) {
  Incoming incoming = co_await read_request(session);
  session->parser.reset();
  if (incoming.refusal) {
    session->answer = std::move(incoming.refusal);
  } else if (incoming.request) {
    auto state = std::make_shared<Responder::State>(session->server.loop, session);
    session->responder = state;
    session->server.handler(Exchange{std::move(*incoming.request), session->peer, Responder(std::move(state))});
    const bool answered = co_await hold(session);
    if (!answered) {
      if (const auto left = session->responder.lock()) left->leave();
      co_return false;
    }
  } else {
    co_return false;
  }
  const Result<> written = co_await write_answer(session);
  co_return written && session->keep_alive && !session->server.loop->stopping;
}

// A browser or curl that speaks plain HTTP here is told in its own words.
void answer_in_plain_text(Session& session, const Error& error) {
  if (error.code != Errc::invalid) return;
  constexpr std::string_view words = "This port speaks HTTPS: begin the address with https://\n";
  const auto answer = text(
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ", words.size(),
      "\r\n\r\n", words);
  ::send(session.stream.socket().native_handle(), answer.data(), answer.size(), MSG_NOSIGNAL);
}

/// A whole connection. The last words of a refusal reach the client because we wait for it to close.
Task<> serve(SessionPtr session) {
  constexpr auto patience = std::chrono::seconds(2);
  auto& server = session->server;
  session->set_deadline(server.settings.limits.handshake, "handshake");
  const Result<> shaken = co_await session->stream.handshake();
  if (shaken) {
    session->peer.certificate = client_certificate(session->stream.tls());
    for (bool more = true; more;) more = co_await serve_one(session);
  } else {
    server.tell(*session, text("handshake: ", shaken.error().message));
    answer_in_plain_text(*session, shaken.error());
    session->refused = true;
  }
  session->set_deadline(patience, "close");
  if (session->refused) {
    co_await session->stream.linger();
  } else {
    session->stream.say_goodbye();
  }
  session->clear_deadline();
}

// What a handler throws is a fault of ours: it ends the loop.
void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(std::move(thrown));
}

/// Out of descriptors, or of room: looks again after a while.
Task<> pause_accepting(HttpServer::Impl* server) {
  EventLoop::Impl::Alarm alarm(server->loop->context, std::chrono::milliseconds(50));
  boost::system::error_code ignored;
  co_await alarm.async_wait(asio::redirect_error(awaited, ignored));
}

Task<> accept_all(HttpServer::Impl* server) {
  while (!server->loop->stopping) {
    if (server->full()) {
      co_await pause_accepting(server);
      continue;
    }
    Socket socket(server->loop->context);
    boost::system::error_code error;
    co_await server->acceptor.async_accept(socket, asio::redirect_error(awaited, error));
    if (server->loop->stopping) break;
    if (!error)
      server->welcome(std::move(socket));
    else
      co_await pause_accepting(server);
  }
  server->accepting = false;
}

}  // namespace

void Responder::State::answer(Response response) {
  if (answered.exchange(true)) return;
  auto deliver = [to = session, held = std::move(response)]() mutable {
    if (const auto self = to.lock()) self->deliver(std::move(held));
  };
  if (loop->on_loop())
    deliver();
  else
    loop->post(std::move(deliver));
}

void Responder::State::leave() {
  gone = true;
  if (auto told = std::exchange(on_gone, {})) told();
}

Responder::Responder(std::shared_ptr<State> state) : state_(std::move(state)) {}
void Responder::answer(Response response) const { state_->answer(std::move(response)); }
bool Responder::gone() const { return state_->gone; }
void Responder::on_gone(EventLoop::Work work) const {
  if (state_->gone)
    state_->loop->post(std::move(work));
  else
    state_->on_gone = std::move(work);
}

void HttpServer::Impl::welcome(Socket socket) {
  auto session = std::make_shared<Session>(*this, std::move(socket));
  asio::co_spawn(loop->context, serve(std::move(session)), rethrow);
}

void HttpServer::Impl::tell(const Session& session, std::string_view what) const {
  if (settings.on_refused) settings.on_refused(text(session.peer.address, ": ", what));
}

// Answers being written may end; nothing else is waited for.
void HttpServer::Impl::close() {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (auto* session : sessions) {
    if (session->writing)
      session->set_deadline(std::chrono::seconds(2), "taking the answer");
    else
      session->stream.interrupt(Error{Errc::cancelled, "the server stops"});
  }
}

Result<> HttpServer::Impl::listen() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(settings.address, error);
  if (error) return fail(Errc::invalid, "cannot listen on `", settings.address, "`: not an IP address");
  const asio::ip::tcp::endpoint endpoint(address, settings.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(4096, error);
  if (error) {
    const auto code = error == asio::error::address_in_use ? Errc::conflict : Errc::unavailable;
    return fail(code, "cannot listen on ", settings.address, " port ", settings.port, ": ", error.message());
  }
  most = std::min(settings.limits.connections, most_descriptors());
  return {};
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(EventLoop& loop, ServerSettings settings, Handler handler) {
  auto impl = std::make_unique<Impl>(loop.impl(), std::move(settings), std::move(handler));
  impl->tls = TRY(make_server_context(impl->settings.tls));
  TRY(impl->listen());
  impl->accepting = true;
  loop.post([server = impl.get()] {
    server->loop->parts.push_back(server);
    asio::co_spawn(server->loop->context, accept_all(server), rethrow);
  });
  return std::make_unique<HttpServer>(std::move(impl));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { std::erase(impl_->loop->parts, impl_.get()); }

std::uint16_t HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }
std::size_t HttpServer::connections() const { return impl_->sessions.size(); }

Result<> HttpServer::replace_tls(ServerTls tls) {
  impl_->tls = TRY(make_server_context(tls));
  impl_->settings.tls = std::move(tls);
  return {};
}

}  // namespace flyball::os::net
