#include "os/net/http.hpp"

#include "os/net/heads.hpp"

#include <gtest/gtest.h>

namespace flyball::os::net {
namespace {

TEST(Http, HeadersAreFoundWhateverTheirCase) {
  const Headers headers = {{"ETag", "\"1\""}, {"Retry-After", "30"}};
  EXPECT_EQ(header(headers, "etag"), "\"1\"");
  EXPECT_EQ(header(headers, "RETRY-AFTER"), "30");
  EXPECT_EQ(header(headers, "Retry"), std::nullopt);
}

TEST(Http, EncodingAndDecodingAreInverse) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(url_decode(url_encode(all)), all);
  EXPECT_EQ(url_encode("file:/etc/motd é~"), "file%3A%2Fetc%2Fmotd%20%C3%A9~");
  for (const std::string_view bad : {"%", "%4", "%zz", "a%4"}) EXPECT_EQ(url_decode(bad), std::nullopt) << bad;
}

TEST(Http, ATargetIsSplitIntoPathAndQuery) {
  struct {
    std::string target, path;
    Query query;
  } const cases[] = {
      {"/", "/", {}},
      {"/agent/v1/desired?have=sha256%3A00&wake=3", "/agent/v1/desired", {{"have", "sha256:00"}, {"wake", "3"}}},
      {"/devices?all=a%26b&all=c+d&flag", "/devices", {{"all", "a&b"}, {"all", "c d"}, {"flag", ""}}},
      {"/a%20b?", "/a b", {}},
      {"https://fleet.example:8443/healthz?x=1", "/healthz", {{"x", "1"}}},
      {"https://fleet.example", "/", {}},
  };
  for (const auto& c : cases) {
    Request request{.target = c.target};
    ASSERT_TRUE(split_target(request)) << c.target;
    EXPECT_EQ(request.path, c.path) << c.target;
    EXPECT_EQ(request.query, c.query) << c.target;
  }
}

TEST(Http, ATargetThatHidesSomethingIsRefused) {
  for (const char* const bad : {"/a%2Fb", "/a%00", "/a%", "/a?b=%", "/a?%zz"}) {
    Request request{.target = bad};
    const auto split = split_target(request);
    ASSERT_FALSE(split) << bad;
    EXPECT_EQ(split.error().code, Errc::invalid) << bad;
  }
}

TEST(Http, AMadeTargetIsSplitIntoWhatItWasMadeOf) {
  const Query query = {{"have", "sha256:00"}, {"q", "a&b=c d+é"}};
  Request request{.target = make_target("/agent/v1/a b", query)};
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.path, "/agent/v1/a b");
  EXPECT_EQ(request.query, query);
}

TEST(Http, BaseUrlsAreHostAndPort) {
  struct {
    std::string_view given;
    BaseUrl want;
    std::string_view text, authority;
  } const cases[] = {
      {"https://fleet.example", {"fleet.example", 443, false}, "https://fleet.example", "fleet.example:443"},
      {"https://fleet.example:8443/",
       {"fleet.example", 8443, false},
       "https://fleet.example:8443",
       "fleet.example:8443"},
      {"https://192.0.2.7:1", {"192.0.2.7", 1, true}, "https://192.0.2.7:1", "192.0.2.7:1"},
      {"https://[2001:db8::7]:8443", {"2001:db8::7", 8443, true}, "https://[2001:db8::7]:8443", "[2001:db8::7]:8443"},
      {"https://[::1]", {"::1", 443, true}, "https://[::1]", "[::1]:443"},
  };
  for (const auto& c : cases) {
    const auto url = parse_base_url(c.given);
    ASSERT_TRUE(url) << c.given;
    EXPECT_EQ(*url, c.want) << c.given;
    EXPECT_EQ(url->str(), c.text);
    EXPECT_EQ(url->authority(), c.authority);
  }
}

TEST(Http, WhatIsNoBaseUrlIsRefused) {
  for (const std::string_view bad :
       {"", "fleet.example", "http://fleet.example", "https://", "https://:8443", "https://a:0", "https://a:65536",
        "https://a:", "https://a:x", "https://a:1x", "https://a/path", "https://user@a", "https://a?b", "https://[::1",
        "https://[::1]x", "https://[a]", "https://a b", "https://[192.0.2.7]"}) {
    const auto url = parse_base_url(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().code, Errc::invalid) << bad;
  }
}

TEST(Http, AnErrorBecomesAProblem) {
  const auto response = problem(Error{Errc::not_found, "no device kiosk-0042"});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(header(response.headers, "content-type"), "application/problem+json");
  EXPECT_EQ(
      response.body,
      R"({"code":"not_found","detail":"no device kiosk-0042","status":404,"title":"Not Found","type":"/docs/problems/not-found"})");
  EXPECT_EQ(header(overloaded(30, "").headers, "Retry-After"), "30");
}

TEST(Http, NoValueCanBeginAHeaderOfItsOwn) {
  const Response response{.status = 303, .headers = {{"Location", "/a\r\nSet-Cookie: x=1"}, {"content-length", "7"}}};
  const auto head = response_head(response, true);
  EXPECT_TRUE(head.contains("Location: /a  Set-Cookie: x=1\r\n")) << head;
  EXPECT_TRUE(head.contains("Content-Length: 0\r\n")) << head;
  EXPECT_FALSE(head.contains("content-length: 7")) << head;
  const auto request = request_head({.target = "/a\r\nX: 1"}, *parse_base_url("https://[::1]:8"), "test");
  EXPECT_EQ(request, "GET /a  X: 1 HTTP/1.1\r\nHost: [::1]:8\r\nUser-Agent: test\r\n\r\n");
}

}  // namespace
}  // namespace flyball::os::net
