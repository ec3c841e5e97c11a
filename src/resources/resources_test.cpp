#include "resources/resource.hpp"

#include <gtest/gtest.h>

namespace flyball {
namespace {

const Digest hello = sha256("hello\n");
const WallTime now = *parse_rfc3339("2026-11-23T09:00:00Z");

Json json(std::string_view written) { return *Json::parse(written); }

TEST(Kinds, EachIsFoundByItsPrefixAndItsCollection) {
  EXPECT_EQ(kinds().size(), std::variant_size_v<Spec>);
  for (const auto& kind : kinds()) {
    EXPECT_EQ(find_kind(kind.kind), &kind);
    EXPECT_EQ(find_collection(kind.collection), &kind);
    EXPECT_FALSE(kind.help.empty());
    for (const auto& f : kind.fields) EXPECT_FALSE(f.help.empty()) << kind.kind << " " << f.name;
  }
}

TEST(Spec, ReadsBackWhatItWroteAndRefusesTheRest) {
  const File file{.content = hello, .mode = Mode{0644}, .owner = "root"};
  EXPECT_EQ(*decode("file", encode(file)), Spec(file));
  struct {
    const char* kind;
    const char* fields;
    const char* want;
  } const cases[] = {
      {"file", R"({"mode":"rw"})", "mode: `rw` is not a mode of three or four octal digits such as \"0644\""},
      {"file", R"({"mod":"0644"})", "unknown field `mod` of a file"},
      {"service", R"({"running":"yes"})", "running: \"yes\" is not true or false"},
      {"container", R"({})", "unknown kind `container`: the agent is too old for it"},
      {"package", R"({"version":"> 3"})", "version: `> 3` is not a version: write 1.2-3, \">=1.2\" or latest"},
      {"user", R"({"groups":"video"})", "groups: \"video\" is not a list of texts"},
  };
  for (const auto& c : cases) {
    const auto spec = decode(c.kind, json(c.fields));
    ASSERT_FALSE(spec) << c.fields;
    EXPECT_EQ(spec.error().message, c.want);
  }
}

TEST(Spec, WhatWasObservedIsKeptAsItWasRead) {
  const Spec observed = Sysctl{.value = "1", .persisted = "0"};
  EXPECT_EQ(*decode_observed("sysctl", encode_observed(observed)), observed);
  EXPECT_EQ(encode(observed).canonical(), R"({"value":"1"})");
}

TEST(Differences, AreOfFieldsThatGitSetsAndNoOthers) {
  const auto fields = [](const Spec& desired, const std::optional<Spec>& observed) {
    std::string out;
    for (const auto& change : differences(desired, observed)) {
      out += text(change.field, ':', change.before ? change.before->canonical() : "-", "→",
                  change.after ? change.after->canonical() : "-", ' ');
    }
    return out;
  };
  EXPECT_EQ(fields(File{.mode = Mode{0644}}, File{.content = hello, .mode = Mode{0644}, .owner = "alice"}), "");
  EXPECT_EQ(fields(File{.mode = Mode{0644}}, File{.mode = Mode{0600}}), "mode:\"0600\"→\"0644\" ");
  EXPECT_EQ(fields(File{.mode = Mode{0644}}, std::nullopt), "ensure:\"absent\"→\"present\" mode:-→\"0644\" ");
  EXPECT_EQ(fields(File{.ensure = Ensure::absent}, File{.mode = Mode{0644}}), "ensure:\"present\"→\"absent\" ");
  EXPECT_EQ(fields(File{.ensure = Ensure::absent}, std::nullopt), "");
  EXPECT_EQ(fields(Package{}, Package{.version = Version{"1.0"}}), "");
  EXPECT_EQ(fields(Package{.version = Version{">=1.2"}}, Package{.version = Version{"1.10-1"}}), "");
  EXPECT_EQ(fields(Package{.version = Version{"1.2"}}, Package{.version = Version{"1.10"}}),
            "version:\"1.10\"→\"1.2\" ");
  EXPECT_EQ(fields(User{.groups = NamesWithin{{"video"}}}, User{.groups = NamesWithin{{"audio", "video"}}}), "");
  EXPECT_EQ(fields(UserGroup{.members = NameSet{{"ana"}}}, UserGroup{.members = NameSet{{"ana", "bo"}}}),
            "members:[\"ana\",\"bo\"]→[\"ana\"] ");
  EXPECT_EQ(fields(File{.sensitive = true}, File{}), "");
  EXPECT_EQ(fields(*decode("sysctl", json(R"({"value":"1"})")), Sysctl{.value = "1"}), "persisted:-→\"1\" ");
}

TEST(Versions, AreOrderedAsDebianOrdersThem) {
  const char* const ascending[] = {"1.0~~",  "1.0~~a", "1.0~",  "1.0", "1.0-1", "1.0-1.1",
                                   "1.0-10", "1.0a",   "1.0+b", "1.2", "1.10",  "1:0.1"};
  for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
    EXPECT_LT(compare_versions(ascending[i], ascending[i + 1]), 0) << ascending[i] << " " << ascending[i + 1];
    EXPECT_GT(compare_versions(ascending[i + 1], ascending[i]), 0) << ascending[i] << " " << ascending[i + 1];
  }
  EXPECT_EQ(compare_versions("1.02", "1.2"), 0);
  EXPECT_EQ(compare_versions("0:1.0", "1.0-0"), 0);
}

TEST(Names, AreCheckedPerKind) {
  struct {
    const char* kind;
    const char* name;
    bool good;
  } const cases[] = {
      {"file", "/etc/motd", true},
      {"file", "etc/motd", false},
      {"file", "/etc/../shadow", false},
      {"file", "/etc//motd", false},
      {"file", "/etc/", false},
      {"file", "/", false},
      {"file", "/a\nb", false},
      {"package", "libc6", true},
      {"package", "-y", false},
      {"package", "libc6:amd64", true},
      {"package", "Nginx", false},
      {"service", "getty@tty1", true},
      {"service", "-all", false},
      {"service", "a b", false},
      {"user", "ana", true},
      {"user", "-r", false},
      {"user", "Ana", false},
      {"sysctl", "net.ipv4.tcp_ecn", true},
      {"sysctl", "../../etc", false},
      {"sysctl", "net", false},
      {"file", "/proc/sys/vm/swappiness", false},
      {"command", "build index", true},
      {"command", "", false},
  };
  for (const auto& c : cases) EXPECT_EQ(check_name(c.kind, c.name).has_value(), c.good) << c.kind << ":" << c.name;
}

TEST(SpecBlob, HasOneSpelling) {
  const SpecBlob blob{.variants = {{.when = *When::from_json(json(R"({"all":["os.id=debian"]})")),
                                    .fields = json(R"({"running":true})"),
                                    .relations = {.needs = {ResourceId("package", "ssh")},
                                                  .restart_on = {ResourceId("file", "/etc/ssh/sshd_config")},
                                                  .released = {"masked"}}},
                                   {.outcome = Variant::Outcome::released}}};
  EXPECT_EQ(*SpecBlob::decode(blob.encode()), blob);
  EXPECT_FALSE(SpecBlob::decode(text(blob.encode(), "\n")));
  EXPECT_FALSE(SpecBlob::decode(R"({"kind":"flyball-spec@v1","variants":[{"fields":{},"surprise":1}]})"));
}

TEST(Resolve, TheFirstVariantThatHoldsWins) {
  const auto id = ResourceId("file", "/etc/motd");
  const auto blob = *SpecBlob::decode(
      R"({"kind":"flyball-spec@v1","variants":[{"outcome":"released","when":{"all":["os.id=fedora"]}},)"
      R"({"fields":{"content":{"parts":["on ",{"fact":"os.id"},"\n"]},"mode":"0644"}}]})");
  struct {
    const char* name;
    Facts facts;
    Resolved::Outcome want;
  } const cases[] = {{"debian", {{"os.id", "debian"}}, Resolved::Outcome::managed},
                     {"fedora", {{"os.id", "fedora"}}, Resolved::Outcome::released},
                     {"nothing is known", {}, Resolved::Outcome::waiting}};
  for (const auto& c : cases) EXPECT_EQ(resolve(id, blob, c.facts, now)->outcome, c.want) << c.name;
  const auto resolved = *resolve(id, blob, cases[0].facts, now);
  EXPECT_EQ(std::get<File>(*resolved.spec).content, sha256("on debian\n"));
  EXPECT_EQ(resolved.contents.at(sha256("on debian\n")), "on debian\n");
  EXPECT_EQ(resolve(id, blob, {}, now)->waiting_for, "os.id");
}

}  // namespace
}  // namespace flyball
