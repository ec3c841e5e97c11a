#include "model/change.hpp"
#include "model/facts.hpp"
#include "model/manifest.hpp"
#include "model/release.hpp"

#include <gtest/gtest.h>

namespace flyball {
namespace {

TEST(ResourceId, IsAKindAndAName) {
  const auto id = ResourceId::parse("sysctl:net.ipv4.ip_forward");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->kind(), "sysctl");
  EXPECT_EQ(id->name(), "net.ipv4.ip_forward");
  EXPECT_EQ(ResourceId::parse("file:/a:b")->name(), "/a:b");
  for (const char* bad : {"", ":", "file", "file:", ":x", "File:x", "fi le:x"})
    EXPECT_FALSE(ResourceId::parse(bad)) << bad;
}

TEST(When, IsUnknownOnlyWhenTheAnswerHangsOnAnUnknownFact) {
  const Facts facts = {{"os.id", "debian"}, {"memory_bytes", std::int64_t{8} << 30}, {"os.version_id", "12"}};
  const WallTime now = *parse_rfc3339("2026-11-23T09:00:00Z");
  struct {
    const char* given;
    Truth want;
  } const cases[] = {
      {R"({})", Truth::yes},
      {R"({"all":["os.id=debian","memory_bytes>=4GiB"]})", Truth::yes},
      {R"({"all":["memory_bytes>8GiB"]})", Truth::no},
      {R"({"all":["os.id=debian","tpm=2"]})", Truth::unknown},
      {R"({"all":["os.id=fedora","tpm=2"]})", Truth::no},
      {R"({"any":["os.id=debian","tpm=2"]})", Truth::yes},
      {R"({"any":["os.id=fedora","tpm=2"]})", Truth::unknown},
      {R"({"none":["os.id=fedora"]})", Truth::yes},
      {R"({"none":["tpm=2"]})", Truth::unknown},
      {R"({"all":["os.version_id>=11","os.version_id<13"]})", Truth::yes},
      {R"({"until":"2026-11-23T09:00:01Z"})", Truth::yes},
      {R"({"until":"2026-11-23T09:00:00Z"})", Truth::no},
      {R"({"also":[{"all":["os.id=debian"]},{"all":["os.id!=debian"]}]})", Truth::no},
  };
  for (const auto& c : cases) {
    const auto when = When::from_json(*Json::parse(c.given));
    ASSERT_TRUE(when) << c.given << ": " << when.error().message;
    EXPECT_EQ(when->holds(facts, now), c.want) << c.given;
    EXPECT_EQ(when->to_json().canonical(), Json::parse(c.given)->canonical());
  }
}

TEST(FactTest, RefusesWhatIsNoComparison) {
  for (const char* bad : {"", "os.id", "=debian", "os.id=", "memory_bytes>=plenty"})
    EXPECT_FALSE(FactTest::parse(bad)) << bad;
}

TEST(Manifest, HasOneSpellingAndRefusesAllOthers) {
  const Manifest manifest{
      .resources = {{ResourceId("file", "/etc/motd"), sha256("a")}, {ResourceId("package", "nginx"), sha256("b")}}};
  const auto bytes = manifest.encode();
  EXPECT_EQ(*Manifest::decode(bytes), manifest);
  EXPECT_EQ(Manifest{}.encode(), R"({"kind":"flyball-manifest@v1","resources":[]})");
  const auto a = text("[\"file:/a\",\"", sha256("a").str(), "\"]");
  const auto b = text("[\"file:/b\",\"", sha256("b").str(), "\"]");
  for (const auto& list : {text("[", b, ",", a, "]"), text("[", a, ",", a, "]"), text("[ ", a, "]"),
                           text("[[\"file:/a\"]]"), std::string("1")}) {
    EXPECT_FALSE(Manifest::decode(text(R"({"kind":"flyball-manifest@v1","resources":)", list, "}"))) << list;
  }
}

TEST(Change, ReadsBackWhatItWrote) {
  const Change change{
      .id = ResourceId("file", "/etc/motd"),
      .action = Action::update,
      .reason = Reason::corrective,
      .fields = {{.field = "mode", .before = "0600", .after = "0644"}, {.field = "content", .diff = "-a\n+b\n"}},
      .cause = "unknown"};
  EXPECT_EQ(*Change::from_json(change.to_json()), change);
}

TEST(EventHash, ChangesWithEveryPartOfAnEntryAndOfItsPast) {
  const Event event{
      .n = 1, .kind = "release", .actor = "server", .subject = "release 1", .cause = "push", .body = "{}"};
  const auto start = first_hash(RepositoryId("acme-5f0c1e9a"));
  const auto hash = event_hash(start, event);
  auto changed = [&](auto change) {
    Event other = event;
    change(other);
    return event_hash(start, other);
  };
  EXPECT_NE(hash, changed([](Event& e) { e.n = 2; }));
  EXPECT_NE(hash, changed([](Event& e) { e.actor = "admin"; }));
  EXPECT_NE(hash, changed([](Event& e) { e.body = "[]"; }));
  EXPECT_NE(hash, changed([](Event& e) { e.time = WallTime{std::chrono::seconds(1)}; }));
  EXPECT_NE(hash, event_hash(first_hash(RepositoryId("other-00000000")), event));
  EXPECT_EQ(hash, changed([](Event&) {}));
}

}  // namespace
}  // namespace flyball
