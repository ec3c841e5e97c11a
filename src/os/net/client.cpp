#include "os/net/client.hpp"

#include "os/net/heads.hpp"
#include "os/net/message.hpp"
#include "os/net/tls_stream.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

// A request is a coroutine on a loop of the client's own, which the calling thread runs until the answer is there.
// Whatever it waits for ends early by `interrupt`: the deadline of the step it is in, or `cancel`.

namespace flyball::os::net {

namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Clock = std::chrono::steady_clock;
using Endpoints = std::vector<asio::ip::tcp::endpoint>;

// Looking up a name cannot be cut short, so it may outlive the request that wanted it.
struct Lookup {
  bool done = false;
  boost::system::error_code error;
  Endpoints endpoints;
};

}  // namespace

struct HttpClient::Impl {
  Impl(ClientSettings with, BaseUrl to, std::unique_ptr<ClientContext> by)
      : settings(std::move(with)), url(std::move(to)), tls(std::move(by)) {}

  Result<Response> request(const Request& request, Duration timeout);
  void interrupt(Error why);
  void set_deadline(Duration limit, std::string_view what);
  std::shared_ptr<Lookup> look_up();
  void drop();

  ClientSettings settings;
  BaseUrl url;
  std::unique_ptr<ClientContext> tls;
  asio::io_context context{1};
  Resolver resolver{context};
  Timer looked_up{context};  ///< Never rings; its cancellation wakes who waits for a lookup.
  Timer deadline{context};
  std::optional<Socket> connecting;
  std::optional<TlsStream> stream;

  // Of the request at hand.
  Clock::time_point end;
  Duration timeout{};
  unsigned step = 0;  ///< Which deadline is the one that counts.
  std::optional<Error> interrupted;
  std::optional<Result<Response>> outcome;
  bool sent = false;   ///< All of the request was handed to the kernel.
  bool heard = false;  ///< Some of the answer has come.

  std::atomic<bool> cancelled = false;
};

namespace {

using Impl = HttpClient::Impl;
using Parser = http::response_parser<http::string_body>;

Task<Result<Endpoints>> resolve(Impl* client) {
  if (client->url.is_address)
    co_return Endpoints(1, asio::ip::tcp::endpoint(asio::ip::make_address(client->url.host), client->url.port));
  client->set_deadline(client->settings.connect, "looking up the name");
  const auto lookup = client->look_up();
  while (!lookup->done && !client->interrupted) {
    boost::system::error_code ignored;
    client->looked_up.expires_at(Clock::time_point::max());
    co_await client->looked_up.async_wait(asio::redirect_error(awaited, ignored));
  }
  if (client->interrupted) co_return std::unexpected(*client->interrupted);
  if (lookup->error)
    co_return fail(Errc::unavailable, "the name ", client->url.host, " is not known: ", lookup->error.message());
  co_return std::move(lookup->endpoints);
}

/// Tries one address after the other; the last error is the one told.
Task<Result<Socket>> connect(Impl* client) {
  const auto endpoints = co_await resolve(client);
  if (!endpoints) co_return std::unexpected(endpoints.error());
  Error last{Errc::unavailable, "the name has no address"};
  for (const auto& endpoint : *endpoints) {
    client->set_deadline(client->settings.connect, "connecting");
    client->connecting.emplace(client->context);
    boost::system::error_code error;
    co_await client->connecting->async_connect(endpoint, asio::redirect_error(awaited, error));
    Socket socket = std::move(*client->connecting);
    client->connecting.reset();
    if (!error && !client->interrupted) co_return socket;
    last = client->interrupted.value_or(Error{Errc::unavailable, error.message()});
    if (last.code == Errc::cancelled || Clock::now() >= client->end) break;
    client->interrupted.reset();
  }
  co_return fail(last.code, "cannot connect: ", last.message);
}

/// A new connection, ready for requests.
Task<Result<>> open(Impl* client) {
  client->drop();
  Result<Socket> socket = co_await connect(client);
  if (!socket) co_return std::unexpected(socket.error());
  client->stream.emplace(std::move(*socket), client->tls->context.get(), TlsStream::Side::client);
  auto& stream = *client->stream;
  expect_host(stream.tls(), client->url);
  client->set_deadline(client->settings.handshake, "the TLS handshake");
  const Result<> shaken = co_await stream.handshake();
  if (shaken) co_return Result<>();
  const bool refused = !client->interrupted && SSL_get_verify_result(stream.tls()) != X509_V_OK;
  auto why = refused ? explain_refusal(stream.tls(), *client->tls, client->url) : shaken.error();
  co_return fail(why.code, refused ? "we do not trust the server: " : "no TLS connection: ", why.message);
}

/// Stops when the server speaks before it has all: it will not take the rest.
Task<Result<>> send(Impl* client, const Request* request) {
  auto& stream = *client->stream;
  std::string first = request_head(*request, client->url, client->settings.user_agent);
  std::string_view rest = request->body;
  const auto joined = std::min(rest.size(), TlsStream::block - std::min(first.size(), TlsStream::block));
  first += rest.substr(0, joined);
  rest.remove_prefix(joined);
  Result<> written = co_await stream.write(first);
  while (written && !rest.empty() && stream.look() == TlsStream::Presence::here) {
    written = co_await stream.write(rest.substr(0, TlsStream::block));
    rest.remove_prefix(std::min(rest.size(), TlsStream::block));
  }
  client->sent = written && rest.empty();
  co_return written;
}

Error explain(Impl* client, const boost::system::error_code& error) {
  if (error == http::error::body_limit)
    return {Errc::invalid, text("the answer is longer than ", client->settings.body_bytes, " bytes")};
  if (error == http::error::header_limit)
    return {Errc::invalid, text("the header of the answer is longer than ", client->settings.header_bytes, " bytes")};
  return {Errc::invalid, text("the answer is no HTTP: ", error.message())};
}

// Without a length the peer's goodbye ends the body; a mere cut must not pass for it.
Result<> end_of_stream(Impl* client, Parser& parser) {
  boost::system::error_code error;
  const bool whole = parser.is_header_done() && parser.need_eof() && client->stream->clean_end();
  if (whole) parser.put_eof(error);
  if (whole && !error) return {};
  return fail(Errc::unavailable, "it closed the connection ", client->heard ? "in the middle of" : "before",
              " the answer");
}

Task<Result<Response>> receive_one(Impl* client, bool bodiless) {
  auto& stream = *client->stream;
  Parser parser;
  parser.header_limit(client->settings.header_bytes);
  parser.body_limit(client->settings.body_bytes);
  parser.eager(true);
  parser.skip(bodiless);
  for (;;) {
    const auto error = parse_inbox(parser, stream.inbox);
    if (error) co_return std::unexpected(explain(client, error));
    if (parser.is_done()) break;
    const Result<bool> filled = co_await stream.fill();
    if (!filled) co_return std::unexpected(filled.error());
    client->heard = client->heard || *filled;
    if (*filled) continue;
    const Result<> ended = end_of_stream(client, parser);
    if (!ended) co_return std::unexpected(ended.error());
  }
  auto message = parser.release();
  const bool more = message.keep_alive() && !message.need_eof() && stream.inbox.empty();
  if (!more && message.result_int() >= 200) client->drop();
  Response response{.status = static_cast<int>(message.result_int()), .headers = headers_of(message)};
  response.body = std::move(message.body());
  co_return response;
}

/// Interim answers (1xx) are passed over.
Task<Result<Response>> receive(Impl* client, bool bodiless) {
  for (;;) {
    Result<Response> response = co_await receive_one(client, bodiless);
    if (!response || response->status >= 200) co_return response;
  }
}

Task<Result<Response>> attempt(Impl* client, const Request* request) {
  client->sent = client->heard = false;
  client->set_deadline(client->timeout, "the answer");
  const Result<> written = co_await send(client, request);
  // A server that refuses us says so and closes, and our write fails first: its words are the better reason.
  Result<Response> response = co_await receive(client, request->method == "HEAD");
  if (!client->sent) client->drop();
  if (response) co_return response;
  const bool cut = response.error().code == Errc::unavailable;
  if (!written && cut) co_return std::unexpected(written.error());
  co_return response;
}

/// Whether asking again on a new connection cannot do the same thing twice.
bool may_repeat(const Impl& client, const Request& request, const Error& error) {
  const bool harmless = request.method != "POST" && request.method != "PATCH";
  return error.code == Errc::unavailable && !client.interrupted && !client.heard && (harmless || !client.sent);
}

Task<Result<Response>> exchange(Impl* client, const Request* request) {
  const bool kept = client->stream && client->stream->look() == TlsStream::Presence::here;
  if (kept) {
    Result<Response> response = co_await attempt(client, request);
    if (response || !may_repeat(*client, *request, response.error())) co_return response;
  }
  const Result<> opened = co_await open(client);
  if (!opened) co_return std::unexpected(opened.error());
  Result<Response> response = co_await attempt(client, request);
  co_return response;
}

Task<> run(Impl* client, const Request* request) {
  Result<Response> outcome = co_await exchange(client, request);
  client->outcome = std::move(outcome);
}

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(std::move(thrown));
}

}  // namespace

std::shared_ptr<Lookup> HttpClient::Impl::look_up() {
  auto lookup = std::make_shared<Lookup>();
  resolver.async_resolve(url.host, text(int{url.port}), Resolver::numeric_service,
                         [this, lookup](const boost::system::error_code& error, const Resolver::results_type& found) {
                           lookup->done = true;
                           lookup->error = error;
                           for (const auto& one : found) lookup->endpoints.push_back(one.endpoint());
                           looked_up.cancel();
                         });
  return lookup;
}

void HttpClient::Impl::drop() {
  if (stream) stream->say_goodbye();
  stream.reset();
}

void HttpClient::Impl::interrupt(Error why) {
  interrupted = why;
  looked_up.cancel();
  boost::system::error_code ignored;
  if (connecting) connecting->cancel(ignored);
  if (stream) stream->interrupt(std::move(why));
}

// The step's own limit, or what is left for the whole request.
void HttpClient::Impl::set_deadline(Duration limit, std::string_view what) {
  const auto left = std::chrono::ceil<Duration>(end - Clock::now());
  const auto told = std::min(limit, timeout);
  deadline.expires_after(std::min(limit, left));
  deadline.async_wait([this, told, what, of = ++step](const boost::system::error_code& error) {
    if (!error && of == step) interrupt(Error{Errc::timeout, text(what, " took longer than ", duration_text(told))});
  });
}

Result<Response> HttpClient::Impl::request(const Request& request, Duration limit) {
  if (cancelled.exchange(false)) return fail(Errc::cancelled, "cancelled");
  timeout = limit;
  end = Clock::now() + limit;
  interrupted.reset();
  outcome.reset();
  context.restart();
  asio::co_spawn(context, run(this, &request), rethrow);
  while (!outcome) context.run_one();
  deadline.cancel();
  ++step;  // It may have rung already.
  if (!*outcome) drop();
  return *std::move(outcome);
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(ClientSettings settings) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with plain `write`.
  auto url = TRY(parse_base_url(settings.base_url));
  auto tls = TRY(make_client_context(settings));
  return std::make_unique<HttpClient>(std::make_unique<Impl>(std::move(settings), std::move(url), std::move(tls)));
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() { impl_->drop(); }

Result<Response> HttpClient::request(const Request& request, Duration timeout) {
  const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
  return TRY(impl_->request(request, timeout), request.method, " ", impl_->url.str(), path);
}

void HttpClient::cancel() {
  impl_->cancelled = true;
  asio::post(impl_->context, [client = impl_.get()] {
    if (client->cancelled.exchange(false)) client->interrupt(Error{Errc::cancelled, "cancelled"});
  });
}

void HttpClient::disconnect() { impl_->drop(); }
const std::vector<std::string>& HttpClient::presented() const { return impl_->tls->shown; }
const BaseUrl& HttpClient::base_url() const { return impl_->url; }

}  // namespace flyball::os::net
