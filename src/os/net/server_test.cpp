#include "os/net/server.hpp"

#include "os/net/edge_fixture.hpp"

#include <algorithm>

#include <openssl/err.h>

namespace flyball::os::net {
namespace {

using std::chrono::milliseconds;

class Server : public testing::Test {
 protected:
  ServerSettings settings() const {
    return {
        .tls = {.certificates = {server_of(ca), server_of(ca, KeyType::p256)}, .client_ca_pem = ca.certificate_pem}};
  }
  ServerSettings settings(ClientCertificate mode) const {
    auto out = settings();
    out.tls.client_certificate = mode;
    return out;
  }
  std::unique_ptr<HttpClient> client(const Edge& edge, std::optional<KeyedCertificate> identity = {}) const {
    return client_for({.base_url = edge.url(), .trust = TrustCa{ca.certificate_pem}, .identity = std::move(identity)});
  }
  bool answers(const Edge& edge) const {
    const auto response = client(edge)->request({.target = "/"}, a_while);
    return response && response->status == 200;
  }

  KeyedCertificate ca = make_test_ca();
};

// GET /big gives eight megabytes; everything else gives back what it got.
void echo(Exchange exchange) {
  auto body = exchange.request.path == "/big" ? Bytes(8 << 20, 'x') : std::move(exchange.request.body);
  exchange.responder.answer({.headers = {{"X-Method", exchange.request.method}}, .body = std::move(body)});
}

/// Keeps every exchange until the test asks for it.
class Holder {
 public:
  HttpServer::Handler handler() {
    return [this](Exchange exchange) {
      exchange.responder.on_gone([this] { gone_.set_value(); });
      held_.set_value(std::move(exchange));
    };
  }
  Exchange take() { return held_.get_future().get(); }
  bool gone() { return gone_.get_future().wait_for(a_while) == std::future_status::ready; }

 private:
  std::promise<Exchange> held_;
  std::promise<void> gone_;
};

TEST_F(Server, GivesBackBodiesOfManyBlocks) {
  Edge edge(settings(), echo);
  const auto asker = client(edge);
  for (int i = 0; i < 20; ++i) {
    const Bytes body((1 << 20) + static_cast<std::size_t>(i), static_cast<char>('a' + i));
    const auto response = asker->request({.method = "POST", .target = "/echo", .body = body}, a_while);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_TRUE(response->body == body);
  }
}

TEST_F(Server, TellsTheHandlerWhatWasAskedAndByWhom) {
  const auto identity = client_of(ca, "kiosk-0042");
  std::promise<Exchange> got;
  Edge edge(settings(ClientCertificate::required), [&](Exchange exchange) {
    exchange.responder.answer({});
    got.set_value(std::move(exchange));
  });
  Request request{.method = "PUT", .target = "/a%20b?have=1&have=2", .headers = {{"X-Note", "hello"}}, .body = "body"};
  ASSERT_TRUE(client(edge, identity)->request(request, a_while));
  const auto exchange = got.get_future().get();
  EXPECT_EQ(exchange.request.method, "PUT");
  EXPECT_EQ(exchange.request.path, "/a b");
  EXPECT_EQ(exchange.request.query, (Query{{"have", "1"}, {"have", "2"}}));
  EXPECT_EQ(header(exchange.request.headers, "x-note"), "hello");
  EXPECT_EQ(exchange.request.body, "body");
  EXPECT_EQ(exchange.peer.address, "127.0.0.1");
  ASSERT_TRUE(exchange.peer.certificate);
  EXPECT_EQ(exchange.peer.certificate->common_name, "kiosk-0042");
  EXPECT_EQ(exchange.peer.certificate->spki, *key_fingerprint(identity.key_pem));
  EXPECT_EQ(exchange.peer.certificate->not_after, test_now() + std::chrono::hours(24));
}

TEST_F(Server, RefusesClientsThatCannotShowWhoTheyAre) {
  const auto stranger = client_of(make_test_ca(), "stranger");
  const auto expired = client_of(ca, "old", test_now() - std::chrono::hours(48));
  const struct {
    std::string_view name;
    std::optional<KeyedCertificate> identity;
    std::string_view words;
  } cases[] = {
      {"no certificate", std::nullopt, "it wants a client certificate"},
      {"a certificate of another CA", stranger, "it does not trust the CA of our certificate"},
      {"an expired certificate", expired, "our certificate has expired"},
      {"a server's certificate", server_of(ca), "it refuses our certificate"},
  };
  Edge edge(settings(ClientCertificate::required), echo);
  for (const auto& c : cases) {
    const auto response = client(edge, c.identity)->request({}, a_while);
    ASSERT_FALSE(response) << c.name;
    EXPECT_EQ(response.error().code, Errc::denied) << c.name << ": " << response.error().message;
    EXPECT_TRUE(response.error().message.contains(c.words)) << c.name << ": " << response.error().message;
  }
  EXPECT_TRUE(edge.told("127.0.0.1: handshake: it showed no certificate"));
  EXPECT_TRUE(client(edge, client_of(ca, "good"))->request({}, a_while));
}

TEST_F(Server, LetsInWhoShowsNoCertificateWhereThatIsOptionalButNoBadOne) {
  std::promise<bool> certified;
  Edge edge(settings(ClientCertificate::optional), [&](Exchange exchange) {
    certified.set_value(exchange.peer.certificate.has_value());
    exchange.responder.answer({});
  });
  EXPECT_TRUE(client(edge)->request({}, a_while));
  EXPECT_FALSE(certified.get_future().get());
  const auto bad = client(edge, client_of(make_test_ca(), "stranger"))->request({}, a_while);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::denied);
}

TEST_F(Server, SurvivesAPeerThatVanishesInMidBody) {
  Edge edge(settings(), echo);
  for (int i = 0; i < 10; ++i) {
    auto reader = RawPeer::to(edge.port);
    ASSERT_TRUE(reader.start_tls());
    reader.write("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_FALSE(reader.read_some().empty());
    if (i % 2 == 0) reader.half_close();  // A reset after an end makes the next write of the server a SIGPIPE.
    reader.vanish();
    auto writer = RawPeer::to(edge.port);
    ASSERT_TRUE(writer.start_tls());
    writer.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nbegin");
    writer.vanish();
  }
  EXPECT_TRUE(edge.comes_to(0));
  EXPECT_TRUE(answers(edge));
}

TEST_F(Server, CutsWhoIsTooSlow) {
  const auto trickle = [](std::string_view begin) {
    return [begin](RawPeer& peer) { return peer.start_tls() && peer.write(begin) && peer.trickle_until_cut('x'); };
  };
  const struct {
    std::string_view name;
    Duration ServerLimits::* limit;
    std::function<bool(RawPeer&)> be_slow;  // True once cut.
  } cases[] = {
      {"handshake", &ServerLimits::handshake, [](RawPeer& peer) { return peer.read_all().empty(); }},
      {"header", &ServerLimits::header, trickle("GET / HTTP/1.1\r\nX-Slow: ")},
      {"body", &ServerLimits::body, trickle("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")},
      {"next request", &ServerLimits::idle, [](RawPeer& peer) { return peer.start_tls() && peer.read_all().empty(); }},
  };
  for (const auto& c : cases) {
    auto hasty = settings();
    hasty.limits.*c.limit = milliseconds(60);
    Edge edge(hasty, echo);
    auto peer = RawPeer::to(edge.port);
    EXPECT_TRUE(c.be_slow(peer)) << c.name;
    const bool is_news = c.limit != &ServerLimits::idle;  // Who only rests is no matter for the log.
    if (is_news) EXPECT_TRUE(edge.told(text("too slow: ", c.name)));
    EXPECT_TRUE(edge.comes_to(0)) << c.name;
  }
}

TEST_F(Server, CutsWhoDoesNotTakeTheAnswer) {
  auto hasty = settings();
  hasty.limits.write = milliseconds(60);
  Edge edge(hasty, [](Exchange exchange) { exchange.responder.answer({.body = Bytes(64 << 20, 'x')}); });
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_FALSE(peer.read_some().empty());
  EXPECT_TRUE(edge.comes_to(0));
}

TEST_F(Server, AnswersWhatIsNoRequestAndCloses) {
  auto strict = settings();
  strict.limits.header_bytes = 1000;
  strict.limits.body_bytes = 1000;
  Edge edge(strict, echo);
  const std::string long_header(2000, 'x');
  const std::string chunk = text("3e9\r\n", std::string(1001, 'x'), "\r\n0\r\n\r\n");
  const struct {
    std::string_view name;
    std::string sent;
    std::string_view status;
  } cases[] = {
      {"a header too long", text("GET / HTTP/1.1\r\nX: ", long_header, "\r\n\r\n"), "HTTP/1.1 431 "},
      {"a target too long", text("GET /", long_header, " HTTP/1.1\r\n\r\n"), "HTTP/1.1 431 "},
      {"a body too long", text("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n"), "HTTP/1.1 413 "},
      {"chunks too long", text("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk), "HTTP/1.1 413 "},
      {"no HTTP", "hello there, this is no HTTP\r\n\r\n", "HTTP/1.1 400 "},
      {"a bad version", "GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 400 "},
      {"a bad length", "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 400 "},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "HTTP/1.1 400 "},
      {"a length beside chunks", "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 "},
      {"a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "HTTP/1.1 400 "},
      {"a hidden slash", "GET /a%2Fb HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 "},
  };
  for (const auto& c : cases) {
    auto peer = RawPeer::to(edge.port);
    ASSERT_TRUE(peer.start_tls()) << c.name;
    ASSERT_TRUE(peer.write(c.sent)) << c.name;
    const auto answer = peer.read_all();
    EXPECT_TRUE(answer.starts_with(c.status)) << c.name << ": " << answer;
    EXPECT_TRUE(answer.contains("Connection: close")) << c.name << ": " << answer;
    EXPECT_TRUE(answer.contains("application/problem+json")) << c.name << ": " << answer;
  }
  EXPECT_TRUE(answers(edge));
}

TEST_F(Server, ARefusalReachesTheClientThatIsStillSending) {
  auto strict = settings();
  strict.limits.body_bytes = 1000;
  Edge edge(strict, echo);
  const auto response = client(edge)->request({.method = "POST", .body = Bytes(3 << 20, 'x')}, a_while);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 413);

  auto deaf = RawPeer::to(edge.port);
  ASSERT_TRUE(deaf.start_tls());
  ASSERT_TRUE(deaf.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"));
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(deaf.write(std::string(1000, 'x')));
  EXPECT_TRUE(deaf.read_all().starts_with("HTTP/1.1 413 "));
}

TEST_F(Server, AnErrorThatSomeoneLeftInOpensslsQueueIsNotItsOwn) {
  Edge edge(settings(), [](Exchange exchange) {
    ERR_raise(ERR_LIB_USER, 1);
    exchange.responder.answer({.body = text(int{exchange.peer.port})});
  });
  const auto asker = client(edge);
  const auto first = asker->request({}, a_while);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(edge.connections(), 1u);  // By then it waits for the next request.
  EXPECT_EQ(asker->request({}, a_while)->body, first->body);
}

TEST_F(Server, TellsPlainTextThatThisIsHttps) {
  Edge edge(settings(), echo);
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto answer = peer.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.contains("https://")) << answer;
  peer.close();
  auto junk = RawPeer::to(edge.port);
  ASSERT_TRUE(junk.write(std::string(1000, '\0')));
  junk.read_all();
  junk.close();
  EXPECT_TRUE(edge.comes_to(0));
  EXPECT_TRUE(answers(edge));
}

TEST_F(Server, SpeaksNothingOlderThanTls13) {
  Edge edge(settings(), echo);
  EXPECT_FALSE(RawPeer::to(edge.port).start_tls(TLS1_2_VERSION));
  EXPECT_TRUE(edge.told("it does not speak TLS 1.3"));
  EXPECT_TRUE(answers(edge));
}

TEST_F(Server, ShowsTheCertificateThatTheClientCanRead) {
  Edge edge(settings(), echo);
  const struct {
    const char* signatures;
    int key;
  } cases[] = {{"ecdsa_secp256r1_sha256", EVP_PKEY_EC}, {"ed25519", EVP_PKEY_ED25519}};
  for (const auto& c : cases) {
    auto peer = RawPeer::to(edge.port);
    ASSERT_TRUE(peer.start_tls(TLS1_3_VERSION, c.signatures)) << c.signatures;
    EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(peer.tls()))), c.key);
  }
  const auto ours = client(edge);
  ASSERT_TRUE(ours->request({}, a_while));
  const auto shown = (*read_certificates(ours->presented().front())).front().release();
  const Certificate owned(shown);
  EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(shown)), EVP_PKEY_ED25519);
}

TEST_F(Server, AHeldRequestIsAnsweredLaterFromAnotherThread) {
  Holder holder;
  Edge edge(settings(), holder.handler());
  auto waiting = std::async(std::launch::async, [&] { return client(edge)->request({}, a_while); });
  const auto exchange = holder.take();
  EXPECT_FALSE(exchange.responder.gone());
  exchange.responder.answer({.status = 204});
  exchange.responder.answer({.status = 500});
  const auto response = waiting.get();
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 204);
  EXPECT_FALSE(exchange.responder.gone());
}

TEST_F(Server, TellsTheHolderWhenTheClientLeaves) {
  const struct {
    std::string_view name;
    std::function<void(RawPeer&)> leave;
  } cases[] = {
      {"without a word", [](RawPeer& peer) { peer.vanish(); }},
      {"by closing", [](RawPeer& peer) { peer.close(); }},
      {"with a goodbye", [](RawPeer& peer) { peer.say_goodbye(); }},
      {"by half", [](RawPeer& peer) { peer.half_close(); }},
  };
  for (const auto& c : cases) {
    Holder holder;
    Edge edge(settings(), holder.handler());
    auto peer = RawPeer::to(edge.port);
    ASSERT_TRUE(peer.start_tls());
    ASSERT_TRUE(peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto exchange = holder.take();
    c.leave(peer);
    EXPECT_TRUE(holder.gone()) << c.name;
    EXPECT_TRUE(exchange.responder.gone()) << c.name;
    exchange.responder.answer({});
    EXPECT_TRUE(edge.comes_to(0)) << c.name;
  }
}

TEST_F(Server, AClientThatHasAskedAndClosedItsHalfStillGetsAnAnswerAtHand) {
  Edge edge(settings(), echo);
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
  peer.half_close();
  EXPECT_TRUE(peer.read_all().ends_with("\r\n\r\nhello"));
}

TEST_F(Server, AKeyUpdateIsNoGoodbye) {
  Holder holder;
  Edge edge(settings(), holder.handler());
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto exchange = holder.take();
  ASSERT_EQ(SSL_key_update(peer.tls(), SSL_KEY_UPDATE_REQUESTED), 1);
  ASSERT_EQ(SSL_do_handshake(peer.tls()), 1);
  // The loop has looked at its sockets when it has come round twice.
  EXPECT_EQ(edge.connections(), 1u);
  EXPECT_EQ(edge.connections(), 1u);
  exchange.responder.answer({.body = "still here"});
  EXPECT_TRUE(peer.read_until("still here").ends_with("still here"));
}

TEST_F(Server, ARequestDroppedWithoutAnAnswerIsAnswered500) {
  Edge edge(settings(), [](const Exchange&) {});
  const auto response = client(edge)->request({}, a_while);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 500);
}

TEST_F(Server, RequestsSentInARowAreAnsweredInTheirOrder) {
  Edge edge(settings(),
            [&](Exchange exchange) { exchange.responder.answer({.body = text(exchange.request.path, ";")}); });
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(
      peer.write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                 "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const auto all = peer.read_all();
  EXPECT_LT(all.find("/1;"), all.find("/2;"));
  EXPECT_LT(all.find("/2;"), all.find("/3;"));
  EXPECT_TRUE(all.ends_with("/3;")) << all;
}

TEST_F(Server, ReadsChunksAndTellsCarefulClientsToGoOn) {
  Edge edge(settings(), echo);
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(peer.write("5\r\nhello\r\n6\r\n there\r\n0\r\n\r\n"));
  EXPECT_TRUE(peer.read_until("hello there").ends_with("\r\n\r\nhello there"));
}

TEST_F(Server, AnswersHeadWithTheLengthAndNoBody) {
  Edge edge(settings(), [](Exchange exchange) { exchange.responder.answer({.body = "twelve bytes"}); });
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const auto answer = peer.read_all();
  EXPECT_TRUE(answer.contains("Content-Length: 12\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(Server, TellsTheOneTooManyToComeLater) {
  auto narrow = settings();
  narrow.limits.connections = 2;
  narrow.limits.retry_after_seconds = 7;
  Edge edge(narrow, echo);
  const auto one = client(edge), two = client(edge);
  ASSERT_TRUE(one->request({}, a_while));
  ASSERT_TRUE(two->request({}, a_while));
  const auto third = client(edge)->request({}, a_while);
  ASSERT_TRUE(third) << third.error().message;
  EXPECT_EQ(third->status, 503);
  EXPECT_EQ(header(third->headers, "Retry-After"), "7");
  one->disconnect();
  EXPECT_TRUE(edge.comes_to(1));
  EXPECT_TRUE(answers(edge));
}

TEST_F(Server, ManyHeldRequestsAreAllAnswered) {
  constexpr std::size_t count = 200;
  std::vector<Responder> held;
  std::promise<void> all;
  Edge edge(settings(), [&](const Exchange& exchange) {
    held.push_back(exchange.responder);
    if (held.size() == count) all.set_value();
  });
  std::vector<RawPeer> peers;
  for (std::size_t i = 0; i < count; ++i) {
    peers.push_back(RawPeer::to(edge.port));
    ASSERT_TRUE(peers.back().start_tls());
    ASSERT_TRUE(peers.back().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }
  all.get_future().get();
  edge.loop.post([&] {
    for (const auto& one : held) one.answer({.body = "now"});
  });
  for (auto& peer : peers) EXPECT_TRUE(peer.read_all().ends_with("now"));
}

TEST_F(Server, StoppingEndsHeldRequestsAndTellsTheirHolders) {
  Holder holder;
  Edge edge(settings(), holder.handler());
  auto waiting = std::async(std::launch::async, [&] { return client(edge)->request({}, a_while); });
  const auto exchange = holder.take();
  edge.stop();
  EXPECT_TRUE(holder.gone());
  const auto response = waiting.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
  exchange.responder.answer({});
}

TEST_F(Server, StoppingLetsAnAnswerEndThatIsBeingWritten) {
  Edge edge(settings(), echo);
  auto peer = RawPeer::to(edge.port);
  ASSERT_TRUE(peer.start_tls());
  ASSERT_TRUE(peer.write("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
  auto got = peer.read_until("\r\n\r\n").size();
  auto stopped = std::async(std::launch::async, [&] { edge.stop(); });
  got += peer.read_all().size();
  stopped.get();
  EXPECT_GT(got, std::size_t{8 << 20});
}

TEST_F(Server, NewCertificatesServeNewConnections) {
  Edge edge(settings(), echo);
  const auto kept = client(edge);
  ASSERT_TRUE(kept->request({}, a_while));
  const auto other = make_test_ca("new CA");
  std::promise<bool> done;
  edge.loop.post([&] { done.set_value(edge.server->replace_tls({.certificates = {server_of(other)}}).has_value()); });
  ASSERT_TRUE(done.get_future().get());
  EXPECT_TRUE(kept->request({}, a_while));
  EXPECT_FALSE(client(edge)->request({}, a_while));
  const auto fresh = client_for({.base_url = edge.url(), .trust = TrustCa{other.certificate_pem}});
  EXPECT_TRUE(fresh->request({}, a_while));
}

TEST_F(Server, SaysWhyItCannotStart) {
  Edge edge(settings(), echo);
  auto taken = settings();
  taken.port = edge.port;
  auto nowhere = settings();
  nowhere.address = "fleet.example";
  auto bare = settings();
  bare.tls.certificates.clear();
  auto mixed = settings();
  mixed.tls.certificates.front().key_pem = *make_key(KeyType::ed25519);
  auto no_ca = settings(ClientCertificate::required);
  no_ca.tls.client_ca_pem.clear();
  const struct {
    std::string_view name;
    ServerSettings settings;
    Errc want;
  } cases[] = {{"port in use", taken, Errc::conflict},
               {"no address", nowhere, Errc::invalid},
               {"no certificate", bare, Errc::invalid},
               {"key of another certificate", mixed, Errc::invalid},
               {"no CA for clients", no_ca, Errc::invalid}};
  for (const auto& c : cases) {
    EventLoop loop;
    const auto started = HttpServer::start(loop, c.settings, echo);
    ASSERT_FALSE(started) << c.name;
    EXPECT_EQ(started.error().code, c.want) << c.name << ": " << started.error().message;
  }
}

}  // namespace
}  // namespace flyball::os::net
