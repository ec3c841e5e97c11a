#include "os/net/client.hpp"

#include "os/net/edge_fixture.hpp"

#include <atomic>

namespace flyball::os::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class Client : public testing::Test {
 protected:
  ServerSettings settings(const KeyedCertificate& certificate) const {
    return {.tls = {.certificates = {certificate}}};
  }
  ServerSettings settings() const { return settings(server_of(ca)); }
  std::unique_ptr<HttpClient> client(const std::string& url) const {
    return client_for({.base_url = url, .trust = TrustCa{ca.certificate_pem}});
  }

  KeyedCertificate ca = make_test_ca();
};

// Says by which connection it was asked.
void name_port(Exchange exchange) { exchange.responder.answer({.body = text(int{exchange.peer.port})}); }

TEST_F(Client, KeepsItsConnection) {
  Edge edge(settings(), name_port);
  const auto asker = client(edge.url());
  const auto first = asker->request({}, a_while);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(asker->request({}, a_while)->body, first->body);
  asker->disconnect();
  EXPECT_NE(asker->request({}, a_while)->body, first->body);
}

TEST_F(Client, FindsAHostByItsName) {
  Edge edge(settings(), name_port);
  EXPECT_TRUE(client(edge.url("localhost"))->request({}, a_while));
}

TEST_F(Client, ConnectsAgainWhenTheKeptConnectionIsDead) {
  std::uint16_t port = 0;
  std::unique_ptr<HttpClient> asker;
  {
    Edge edge(settings(), name_port);
    port = edge.port;
    asker = client(edge.url());
    ASSERT_TRUE(asker->request({}, a_while));
  }
  EXPECT_EQ(asker->request({}, a_while).error().code, Errc::unavailable);
  auto again = settings();
  again.port = port;
  Edge edge(again, name_port);
  ASSERT_TRUE(asker->request({}, a_while));
  edge.stop();
  EXPECT_FALSE(asker->request({}, a_while));
}

// The server takes a request on a kept connection and closes instead of answering.
TEST_F(Client, AsksAgainWhatMayBeAskedTwiceAndNothingElse) {
  const auto identity = server_of(ca);
  for (const std::string method : {"GET", "PUT", "DELETE", "POST"}) {
    std::atomic<int> asked = 0;
    const auto answer = [&](RawPeer& peer) {
      if (!peer.read_until("\r\n\r\n").empty()) ++asked;
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    };
    const RawServer server({[&](RawPeer peer) {
                              ASSERT_TRUE(peer.accept_tls(identity));
                              answer(peer);
                              if (!peer.read_until("\r\n\r\n").empty()) ++asked;
                            },
                            [&](RawPeer peer) {
                              if (peer.accept_tls(identity)) answer(peer);
                            }});
    const auto asker = client(server.url());
    ASSERT_TRUE(asker->request({.method = method}, a_while)) << method;
    const auto second = asker->request({.method = method}, a_while);
    const bool repeats = method != "POST";
    EXPECT_EQ(second.has_value(), repeats) << method;
    EXPECT_EQ(asked, repeats ? 3 : 2) << method;
    if (!second) EXPECT_EQ(second.error().code, Errc::unavailable) << second.error().message;
    if (!repeats) EXPECT_TRUE(asker->request({.method = method}, a_while)) << "the second script ends too";
  }
}

TEST_F(Client, TrustsOnlyWhatItWasTold) {
  const auto other = make_test_ca("other CA");
  const auto good = server_of(ca);
  const auto leaf = *key_fingerprint(good.key_pem);
  const auto root = *key_fingerprint(ca.key_pem);
  const auto elsewhere = server_of(ca, KeyType::ed25519, {"fleet.example", "192.0.2.7"});
  const auto expired = server_of(ca, KeyType::ed25519, {"127.0.0.1"}, -milliseconds(1000));
  const auto by_other = server_of(other);
  const struct {
    std::string_view name;
    const KeyedCertificate& shown;
    Trust trust;
    std::string_view refusal;  // Empty: trusted.
  } cases[] = {
      {"by the CA", good, TrustCa{ca.certificate_pem}, ""},
      {"one of two CAs", good, TrustCa{other.certificate_pem + ca.certificate_pem}, ""},
      {"by another CA", by_other, TrustCa{ca.certificate_pem},
       "its certificate is by `other CA`, a CA that we do not trust"},
      {"by no CA of the system", good, TrustSystem{}, "its certificate is by `test CA`, a CA that we do not trust"},
      {"for other hosts", elsewhere, TrustCa{ca.certificate_pem},
       "its certificate is for fleet.example, 192.0.2.7, not for 127.0.0.1"},
      {"expired", expired, TrustCa{ca.certificate_pem}, "its certificate ended at 2026-11-23T08:59:59Z"},
      {"the pinned key", good, TrustPin{leaf}, ""},
      {"the pinned key, though expired", expired, TrustPin{*key_fingerprint(expired.key_pem)}, ""},
      {"by the pinned CA", good, TrustPin{root}, ""},
      {"by the pinned CA, expired", expired, TrustPin{root}, "its certificate ended at"},
      {"by the pinned CA, for other hosts", elsewhere, TrustPin{root}, "not for 127.0.0.1"},
      {"another key than the pinned", by_other, TrustPin{leaf}, "its key is sha256:"},
      {"anything", by_other, TrustAnything{}, ""},
  };
  for (const auto& c : cases) {
    Edge edge(settings(c.shown), name_port);
    const auto asker = client_for({.base_url = edge.url(), .trust = c.trust});
    const auto response = asker->request({}, a_while);
    EXPECT_EQ(*split_certificates(c.shown.certificate_pem), asker->presented()) << c.name;
    EXPECT_EQ(response.has_value(), c.refusal.empty()) << c.name << (response ? "" : response.error().message);
    if (response || c.refusal.empty()) continue;
    EXPECT_EQ(response.error().code, Errc::denied) << c.name;
    EXPECT_TRUE(response.error().message.contains(c.refusal)) << c.name << ": " << response.error().message;
  }
}

// Whoever holds the pinned CA's certificate, which is public, has not got a certificate by it.
TEST_F(Client, APinnedCaMustHaveSigned) {
  auto forged = server_of(make_test_ca());
  forged.certificate_pem = split_certificates(forged.certificate_pem)->front() + ca.certificate_pem;
  Edge edge(settings(forged), name_port);
  const auto asker = client_for({.base_url = edge.url(), .trust = TrustPin{*key_fingerprint(ca.key_pem)}});
  const auto response = asker->request({}, a_while);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::denied) << response.error().message;
}

TEST_F(Client, JudgesDatesByTheClockItIsGiven) {
  Edge edge(settings(), name_port);
  const auto early = client_for(
      {.base_url = edge.url(), .trust = TrustCa{ca.certificate_pem}, .now = [] { return test_now() - hours(30); }});
  const auto response = early->request({}, a_while);
  ASSERT_FALSE(response);
  EXPECT_TRUE(
      response.error().message.contains("begins at 2026-11-23T08:00:00Z; by our clock it is 2026-11-22T03:00:00Z"))
      << response.error().message;
}

TEST_F(Client, AHeldRequestEndsWhenCancelled) {
  std::promise<Exchange> held;
  std::atomic<int> count = 0;
  Edge edge(settings(), [&](Exchange exchange) {
    if (++count == 1)
      held.set_value(std::move(exchange));
    else
      exchange.responder.answer({});
  });
  const auto asker = client(edge.url());
  auto waiting = std::async(std::launch::async, [&] { return asker->request({}, a_while); });
  const auto exchange = held.get_future().get();
  asker->cancel();
  const auto response = waiting.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::cancelled);
  EXPECT_TRUE(asker->request({}, a_while));
}

TEST_F(Client, CancellingBeforehandEndsTheNextRequestOnly) {
  Edge edge(settings(), name_port);
  const auto asker = client(edge.url());
  asker->cancel();
  const auto response = asker->request({}, a_while);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::cancelled);
  EXPECT_TRUE(asker->request({}, a_while));
}

TEST_F(Client, WaitsNoLongerThanItMay) {
  std::vector<Exchange> held;
  Edge edge(settings(), [&](Exchange exchange) {
    if (exchange.request.path == "/slow")
      held.push_back(std::move(exchange));
    else
      exchange.responder.answer({});
  });
  const auto asker = client(edge.url());
  ASSERT_TRUE(asker->request({}, a_while));
  const auto response = asker->request({.target = "/slow?token=secret"}, milliseconds(50));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::timeout);
  EXPECT_EQ(response.error().message, text("GET ", edge.url(), "/slow: the answer took longer than 50 ms"));
  edge.stop();
}

TEST_F(Client, WaitsNoLongerThanItMayForTheHandshake) {
  const RawServer silent({[](RawPeer peer) { peer.read_all(); }});
  const auto asker = client_for({.base_url = silent.url(), .handshake = milliseconds(50)});
  const auto response = asker->request({}, a_while);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::timeout) << response.error().message;
  EXPECT_TRUE(response.error().message.contains("the TLS handshake took longer than 50 ms"))
      << response.error().message;
}

TEST_F(Client, SaysWhyItReachesNobody) {
  std::uint16_t free_port = 0;
  {
    Edge edge(settings(), name_port);
    free_port = edge.port;
  }
  const auto refused = client(text("https://127.0.0.1:", int{free_port}))->request({}, a_while);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_TRUE(refused.error().message.contains("cannot connect: Connection refused")) << refused.error().message;
  // Two dots in a row are no name, so nobody is asked.
  const auto unknown = client("https://no..name")->request({}, a_while);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::unavailable);
  EXPECT_TRUE(unknown.error().message.contains("the name no..name is not known")) << unknown.error().message;
}

TEST_F(Client, SaysWhatIsWrongWithTheServer) {
  const auto identity = server_of(ca);
  const auto says = [&](std::string words) {
    return [identity, words](RawPeer peer) {
      if (!peer.accept_tls(identity)) return;
      peer.read_until("\r\n\r\n");
      peer.write(words);
    };
  };
  const struct {
    std::string_view name;
    RawServer::Script script;
    Errc code;
    std::string_view words;
  } cases[] = {
      {"no TLS", [](RawPeer peer) { peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"), peer.read_all(); }, Errc::invalid,
       "it does not speak TLS"},
      {"only TLS 1.2", [&](RawPeer peer) { peer.accept_tls(identity, TLS1_2_VERSION); }, Errc::unsupported,
       "it does not speak TLS 1.3"},
      {"closes at once", [](const RawPeer&) {}, Errc::unavailable, "no TLS connection: "},
      {"no answer", says(""), Errc::unavailable, "it closed the connection before the answer"},
      {"half an answer", says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), Errc::unavailable,
       "in the middle of the answer"},
      {"an end that is a cut", says("HTTP/1.1 200 OK\r\n\r\nhalf"), Errc::unavailable, "in the middle of the answer"},
      {"no HTTP", says("hello\r\n\r\n"), Errc::invalid, "the answer is no HTTP"},
      {"too long", says("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), Errc::invalid, "longer than 1000 bytes"},
      {"too long a header", says(text("HTTP/1.1 200 OK\r\nX: ", std::string(3000, 'x'), "\r\n\r\n")), Errc::invalid,
       "header of the answer is longer than 2000 bytes"},
  };
  for (const auto& c : cases) {
    const RawServer server({c.script});
    const auto asker = client_for(
        {.base_url = server.url(), .trust = TrustCa{ca.certificate_pem}, .body_bytes = 1000, .header_bytes = 2000});
    const auto response = asker->request({}, a_while);
    ASSERT_FALSE(response) << c.name;
    EXPECT_EQ(response.error().code, c.code) << c.name << ": " << response.error().message;
    EXPECT_TRUE(response.error().message.contains(c.words)) << c.name << ": " << response.error().message;
  }
}

TEST_F(Client, PassesOverInterimAnswersAndTakesOneThatEndsWithAGoodbye) {
  const auto identity = server_of(ca);
  const RawServer server({[&](RawPeer peer) {
    ASSERT_TRUE(peer.accept_tls(identity));
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-Note: hello\r\n\r\nwhole");
    peer.say_goodbye();
  }});
  const auto response = client(server.url())->request({}, a_while);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(header(response->headers, "x-note"), "hello");
  EXPECT_EQ(response->body, "whole");
}

TEST_F(Client, RefusesSettingsThatCannotBeRight) {
  const auto key = *make_key(KeyType::ed25519);
  const struct {
    std::string_view name;
    ClientSettings settings;
  } cases[] = {
      {"no https", {.base_url = "http://127.0.0.1"}},
      {"no CA", {.base_url = "https://127.0.0.1", .trust = TrustCa{"junk"}}},
      {"a certificate with another key",
       {.base_url = "https://127.0.0.1", .identity = KeyedCertificate{ca.certificate_pem, key}}},
  };
  for (const auto& c : cases) {
    const auto made = HttpClient::make(c.settings);
    ASSERT_FALSE(made) << c.name;
    EXPECT_EQ(made.error().code, Errc::invalid) << c.name;
  }
}

}  // namespace
}  // namespace flyball::os::net
