#include "trust/token.hpp"

#include "trust/honest_fleet.hpp"

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

const Token token = *Token::make(sha256("seed").bytes(), DeviceId("kiosk-0042"), sha256("trust document"));

EnrollClaim claim() {
  return {.device = DeviceId("kiosk-0042"),
          .key = key_of("kiosk-0042").public_key(),
          .nonce = Bytes(32, 'n'),
          .pin = sha256("trust document")};
}

TEST(Token, IsOneLineThatReadsBack) {
  const auto line = token.line();
  EXPECT_TRUE(line.starts_with("flyball1."));
  EXPECT_EQ(line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
            std::string::npos);
  const auto read = Token::parse("  " + line + "\r\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->device(), DeviceId("kiosk-0042"));
  EXPECT_EQ(read->pin(), sha256("trust document"));
  EXPECT_EQ(read->id(), token.id());
  EXPECT_EQ(read->line(), line);
}

TEST(Token, ThatWasMistypedIsRecognised) {
  const auto line = token.line();
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto changed = line;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Token::parse(changed)) << i;
    EXPECT_FALSE(Token::parse(line.substr(0, i))) << i;
    if (i > 0 && line[i] != line[i - 1]) {
      changed = line;
      std::swap(changed[i], changed[i - 1]);
      EXPECT_FALSE(Token::parse(changed)) << i;
    }
  }
  EXPECT_FALSE(Token::parse(line + "A"));
  EXPECT_FALSE(Token::parse("ghp_something"));
}

TEST(Token, NeedsASeedAndAName) {
  EXPECT_FALSE(Token::make("short", DeviceId("kiosk-0042"), Digest()));
  EXPECT_FALSE(Token::make(sha256("seed").bytes(), DeviceId(""), Digest()));
  EXPECT_FALSE(Token::make(sha256("seed").bytes(), DeviceId("a b"), Digest()));
  EXPECT_FALSE(Token::make(sha256("seed").bytes(), DeviceId(std::string(254, 'x')), Digest()));
}

TEST(EnrollClaim, IsProvedByItsToken) {
  const auto verified = verify_claim(sign_claim(claim(), token));
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->claim, claim());
  EXPECT_EQ(verified->token.digest(), token.id());
}

TEST(EnrollClaim, IsRefusedWhenAnythingIsOff) {
  const auto honest = sign_claim(claim(), token);
  auto other_device = honest;
  other_device.bytes.replace(other_device.bytes.find("0042"), 4, "0043");
  auto trailing = honest;
  trailing.bytes += '\n';
  auto short_nonce = claim();
  short_nonce.nonce = "short";
  auto long_nonce = claim();
  long_nonce.nonce = Bytes(65, 'n');
  const std::pair<const char*, SignedBytes> cases[] = {
      {"a long nonce", sign_claim(long_nonce, token)},
      {"another device", other_device},
      {"a trailing byte", trailing},
      {"no signature", {.bytes = honest.bytes}},
      {"two signatures", {.bytes = honest.bytes, .signatures = {honest.signatures[0], honest.signatures[0]}}},
      {"another purpose", signed_by(honest.bytes, purpose::report, {"token"})},
      {"a short nonce", sign_claim(short_nonce, token)},
  };
  for (const auto& [name, signed_claim] : cases) EXPECT_FALSE(verify_claim(signed_claim)) << name;
}

}  // namespace
}  // namespace flyball::trust
