#pragma once

#include "os/net/tls.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <sys/socket.h>

/// For this folder's sources that speak Asio.
namespace flyball::os::net {

namespace asio = boost::asio;
// The executor's own type everywhere: `any_io_executor` would cost memory in every connection.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> awaited{};

/// TLS over a non-blocking socket. OpenSSL reads and writes the socket itself; Asio only says when that is worth
/// trying. Asio's own stream keeps two buffers of 17 KB and a BIO pair in each connection; an idle one of ours keeps
/// none. One operation at a time; whoever awaits keeps the stream alive.
class TlsStream {
 public:
  /// A block fills one TLS record.
  static constexpr std::size_t block = 16 * 1024;
  enum class Side { client, server };
  enum class Presence { here, speaks, gone };

  TlsStream(Socket socket, SSL_CTX* context, Side side) : socket_(std::move(socket)), tls_(SSL_new(context)) {
    boost::system::error_code ignored;
    socket_.native_non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    keep_alive();
    SSL_set_fd(tls_.get(), socket_.native_handle());
    side == Side::server ? SSL_set_accept_state(tls_.get()) : SSL_set_connect_state(tls_.get());
  }

  /// Received and not yet used. Whoever empties it frees it.
  std::string inbox;

  SSL* tls() { return tls_.get(); }
  Socket& socket() { return socket_; }

  Task<Result<>> handshake() {
    for (;;) {
      const Step step = attempt([this] { return SSL_do_handshake(tls_.get()); });
      if (step == Step::done) co_return Result<>();
      if (step == Step::closed) co_return fail(Errc::unavailable, "it closed the connection");
      if (step == Step::failed) co_return std::unexpected(failure_);
      const Result<> waited = co_await wait(step);
      if (!waited) co_return std::unexpected(waited.error());
    }
  }

  /// Puts some bytes into the inbox; false: the peer has closed. `clean_end` tells whether it said so.
  Task<Result<bool>> fill() {
    // Shared by all streams of a thread, since nothing else runs between reading into it and copying out of it.
    static thread_local std::array<char, block> scratch;
    for (;;) {
      if (interrupted_) co_return std::unexpected(*interrupted_);
      int got = 0;
      const Step step = attempt([&] { return got = SSL_read(tls_.get(), scratch.data(), int{block}); });
      if (step == Step::done) inbox.append(scratch.data(), static_cast<std::size_t>(got));
      if (step == Step::closed) co_return false;
      if (step == Step::failed) co_return std::unexpected(failure_);
      if (step == Step::done) {
        if (++blocks_ % blocks_in_a_row == 0) co_await asio::post(socket_.get_executor(), awaited);
        co_return true;
      }
      const Result<> waited = co_await wait(step);
      if (!waited) co_return std::unexpected(waited.error());
    }
  }

  /// Writes all of it; each block of it becomes one record and one system call.
  Task<Result<>> write(std::string_view bytes) {
    while (!bytes.empty()) {
      if (interrupted_) co_return std::unexpected(*interrupted_);
      int put = 0;
      const int size = static_cast<int>(std::min(bytes.size(), block));
      const Step step = attempt([&] { return put = SSL_write(tls_.get(), bytes.data(), size); });
      if (step == Step::closed) co_return fail(Errc::unavailable, "it closed the connection");
      if (step == Step::failed) co_return std::unexpected(failure_);
      if (step == Step::done) {
        bytes.remove_prefix(static_cast<std::size_t>(put));
        if (++blocks_ % blocks_in_a_row == 0) co_await asio::post(socket_.get_executor(), awaited);
        continue;
      }
      const Result<> waited = co_await wait(step);
      if (!waited) co_return std::unexpected(waited.error());
    }
    co_return Result<>();
  }

  /// Looks, without waiting, whether the peer has left or said something that nobody asked for.
  Presence look() {
    char one = 0;
    if (!inbox.empty()) return Presence::speaks;
    switch (attempt([&] { return SSL_peek(tls_.get(), &one, 1); })) {
      case Step::done:
        return Presence::speaks;
      case Step::read:
      case Step::write:
        return Presence::here;
      default:
        return Presence::gone;
    }
  }

  /// Returns when bytes have come, the connection has ended, or `wake` was called; an error only when interrupted.
  Task<Result<>> stir() { return wait(Step::read); }
  /// The same, but bytes that come do not count.
  Task<Result<>> broken() { return wait(Step::failed); }
  void wake() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

  /// Ends what is being awaited, and all to come, with this error.
  void interrupt(Error why) {
    interrupted_ = std::move(why);
    wake();
  }

  /// Says goodbye and lets the peer read what was last written: closing with its bytes unread would destroy that.
  /// Ends with the peer's own close, or when interrupted.
  Task<> linger() {
    say_goodbye();
    std::array<char, 512> ignored{};
    for (std::size_t size = 0; size < most_ignored && !interrupted_;) {
      const auto got = ::recv(socket_.native_handle(), ignored.data(), ignored.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) co_return;
      if (got > 0) size += static_cast<std::size_t>(got);
      if (got > 0) continue;
      const Result<> waited = co_await wait(Step::read);
      if (!waited) co_return;
    }
  }

  /// Tells the peer, if that costs no waiting, and ends our half.
  void say_goodbye() {
    ERR_clear_error();
    if (!broken_ && SSL_is_init_finished(tls_.get()) == 1) SSL_shutdown(tls_.get());
    ERR_clear_error();
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  /// After `fill` returned false: the end was the peer's word, not a cut.
  bool clean_end() const { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  enum class Step { done, read, write, closed, failed };
  // A peer that sends or takes without pause does not keep the loop for itself.
  static constexpr unsigned blocks_in_a_row = 16;
  static constexpr std::size_t most_ignored = 4 * 1024 * 1024;

  template <class Call>
  Step attempt(Call call) {
    ERR_clear_error();
    errno = 0;
    const int result = call();
    const int system = errno;
    if (result > 0) return Step::done;
    switch (SSL_get_error(tls_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return Step::read;
      case SSL_ERROR_WANT_WRITE:
        return Step::write;
      case SSL_ERROR_ZERO_RETURN:
        return Step::closed;
      case SSL_ERROR_SYSCALL:
        return broke(system);
      default:
        break;
    }
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return broke(0);
    broken_ = true;
    failure_ = explain_failure();
    return Step::failed;
  }

  Step broke(int system) {
    broken_ = true;
    ERR_clear_error();
    if (system == 0) return Step::closed;
    const boost::system::error_code error(system, boost::system::system_category());
    failure_ = Error{Errc::unavailable, error.message()};
    return Step::failed;
  }

  Task<Result<>> wait(Step step) {
    const auto what = step == Step::read    ? Socket::wait_read
                      : step == Step::write ? Socket::wait_write
                                            : Socket::wait_error;
    boost::system::error_code error;
    if (!interrupted_) co_await socket_.async_wait(what, asio::redirect_error(awaited, error));
    if (interrupted_) co_return std::unexpected(*interrupted_);
    co_return Result<>();
  }

  // The kernel finds peers that vanished: a probe after a minute of silence, given up after another.
  void keep_alive() {
    const int fd = socket_.native_handle();
    const std::array<std::pair<int, int>, 3> options = {std::pair(TCP_KEEPIDLE, 60), std::pair(TCP_KEEPINTVL, 15),
                                                        std::pair(TCP_KEEPCNT, 4)};
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    for (const auto& [option, value] : options) ::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value);
  }

  Socket socket_;
  Tls tls_;
  bool broken_ = false;  // OpenSSL must not be asked to say goodbye any more.
  unsigned blocks_ = 0;
  Error failure_{};
  std::optional<Error> interrupted_;
};

}  // namespace flyball::os::net
