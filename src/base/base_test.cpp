#include "base/bytes.hpp"
#include "base/diagnostic.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

namespace flyball {
namespace {

TEST(Json, HasOneSpellingAsRfc8785Says) {
  struct {
    const char* given;
    const char* want;
  } const cases[] = {
      {R"({"b":1,"a":[true,null]})", R"({"a":[true,null],"b":1})"},
      {R"([333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001])",
       "[333333333.3333333,1e+30,4.5,0.002,1e-27]"},
      {R"(["\u20ac$\u000f\nA'B\"\\\\\"\/"])", "[\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"]"},
      {R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})",
       "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"},
      {"-0.0", "0"},
      {"9007199254740993", "9007199254740993"},
      {"1e21", "1e+21"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
  };
  for (const auto& c : cases) {
    const auto value = Json::parse(c.given);
    ASSERT_TRUE(value) << c.given << value.error().message;
    EXPECT_EQ(value->canonical(), c.want);
    EXPECT_EQ(Json::parse(value->canonical())->canonical(), c.want);
    EXPECT_EQ(Json::parse(value->pretty())->canonical(), c.want);
  }
}

TEST(Json, RefusesWhatIsNotOneCleanValue) {
  for (const char* bad : {"", "{", R"({"a":1,"a":2})", "[1,]", "1 2", "\"\xff\"", "NaN", "// no\n1", "nul", "[1]x"}) {
    EXPECT_FALSE(Json::parse(bad)) << bad;
  }
  EXPECT_FALSE(Json::parse(std::string(1000, '[') + std::string(1000, ']')));
}

TEST(Digest, IsWrittenWithItsAlgorithmAndReadStrictly) {
  const auto digest = sha256("abc");
  EXPECT_EQ(digest.str(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest::parse(digest.str()), digest);
  EXPECT_EQ(Digest::from_bytes(digest.bytes()), digest);
  for (const char* bad : {"sha256:ba78", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                          "sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}) {
    EXPECT_FALSE(Digest::parse(bad)) << bad;
  }
}

TEST(Bytes, BaseEncodingsReadBackWhatTheyWroteAndNothingElse) {
  for (const auto& bytes :
       {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\0\xff\x10", 3)}) {
    EXPECT_EQ(unbase64(base64(bytes)), bytes);
    EXPECT_EQ(unbase64url(base64url(bytes)), bytes);
    EXPECT_EQ(unhex(hex(bytes)), bytes);
  }
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  for (const char* bad : {"Zg=", "Zh==", "Z===", "Zm9v\n", "Zg"}) EXPECT_FALSE(unbase64(bad)) << bad;
}

TEST(Bytes, Utf8IsCheckedToTheLetter) {
  for (const char* good : {"", "a", "ö", "€", "😀", "\xef\xbf\xbf"}) EXPECT_TRUE(is_utf8(good));
  for (const char* bad : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Time, IsWrittenAndReadAsRfc3339) {
  for (const char* at : {"1970-01-01T00:00:00Z", "2026-11-23T09:00:00Z", "2028-02-29T23:59:59Z"}) {
    const auto time = parse_rfc3339(at);
    ASSERT_TRUE(time) << at;
    EXPECT_EQ(rfc3339(*time), at);
  }
  for (const char* bad :
       {"2026-02-30T00:00:00Z", "2026-11-23 09:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T09:00:00+01:00"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Time, DurationsAreAddedUp) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("1h30m"), Duration(90min));
  EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
  for (const char* bad : {"", "10", "m", "1x", "-1s", "1h 30m"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Diagnostic, ShowsTheLineWithACaretUnderTheFault) {
  const Diagnostic fault{.code = "E0101",
                         .at = {.file = "groups/kiosks.yaml", .line = 19, .column = 5, .length = 10},
                         .message = "unknown key `restart-on` in service",
                         .help = "did you mean `restart_on`?"};
  const auto shown =
      render(fault, [](const std::string&, std::uint32_t) { return "    restart-on: [file:/etc/kiosk.env]"; });
  EXPECT_EQ(shown,
            "error[E0101]: unknown key `restart-on` in service\n"
            "  --> groups/kiosks.yaml:19:5\n"
            "   |\n"
            "19 |     restart-on: [file:/etc/kiosk.env]\n"
            "   |     ^^^^^^^^^^ help: did you mean `restart_on`?\n");
}

TEST(Diagnostic, ShowsThePartOfALongLineThatHoldsTheFault) {
  const auto long_line = std::string(300, 'a') + "ö!" + std::string(300, 'b');
  const Diagnostic fault{.code = "E0103", .at = {.file = "f", .line = 1, .column = 302}, .message = "m", .help = "h"};
  const auto shown = render(fault, [&](const std::string&, std::uint32_t) { return long_line; });
  EXPECT_EQ(shown, "error[E0103]: m\n  --> f:1:302\n   |\n 1 | …" + std::string(79, 'a') + "ö!" + std::string(79, 'b') +
                       "…\n   | " + std::string(81, ' ') + "^ help: h\n");
}

}  // namespace
}  // namespace flyball
