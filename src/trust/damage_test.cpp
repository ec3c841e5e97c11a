#include "trust/honest_fleet.hpp"
#include "trust/sshsig.hpp"
#include "trust/token.hpp"

#include <functional>
#include <random>

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

constexpr std::uint64_t seed = 20261123;
constexpr int rounds = 4000;

struct Format {
  const char* name;
  Bytes honest;
  /// Decodes and encodes again; nothing when it refuses.
  std::function<std::optional<Bytes>(std::string_view)> again;
};

template <class Document>
std::optional<Bytes> again(std::string_view bytes) {
  const auto decoded = Document::decode(bytes);
  return decoded ? std::optional(decoded->encode()) : std::nullopt;
}

std::vector<Format> formats() {
  const HonestFleet fleet;
  const auto token = *Token::make(sha256("seed").bytes(), DeviceId("kiosk-0042"), fleet.authority.pin());
  const EnrollClaim claim{
      .device = token.device(), .key = key_of("kiosk-0042").public_key(), .nonce = Bytes(16, 'n'), .pin = token.pin()};
  const auto blob = sign(key_of("anna"), purpose::approval, "message");
  return {
      {"statement", fleet.statement(41).encode(), again<ReleaseStatement>},
      {"trust document", fleet.document.encode(), again<TrustDocument>},
      {"member", fleet.member("kiosk-0042").encode(), again<Member>},
      {"envelope", fleet.envelope(41).encode(), again<Envelope>},
      {"device trust", fleet.held(40).encode(), again<DeviceTrust>},
      {"claim", claim.encode(), again<EnrollClaim>},
      {"signature", blob, again<SshSignature>},
      {"armour", armour(blob),
       [](std::string_view bytes) {
         const auto decoded = unarmour(bytes);
         return decoded ? std::optional(armour(*decoded)) : std::nullopt;
       }},
      {"token", token.line(),
       [](std::string_view bytes) {
         const auto decoded = Token::parse(bytes);
         return decoded ? std::optional(decoded->line()) : std::nullopt;
       }},
      {"public key", claim.key.str(),
       [](std::string_view bytes) {
         const auto decoded = PublicKey::parse(bytes);
         return decoded ? std::optional(decoded->str()) : std::nullopt;
       }},
  };
}

Bytes damaged(Bytes bytes, std::mt19937_64& random) {
  for (auto edits = 1 + random() % 4; edits > 0 && !bytes.empty(); --edits) {
    const auto at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, random() % 40);
        break;
      case 2:
        bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

bool forgives_white_space(std::string_view format) { return format == "token" || format == "public key"; }

// Whatever is taken is written again as the same bytes: nothing has two spellings.
TEST(Formats, TakeDamagedBytesOnlyWhenTheyAreTheOneSpellingOfSomething) {
  std::mt19937_64 random(seed);
  for (const auto& format : formats()) {
    ASSERT_EQ(format.again(format.honest), format.honest) << format.name;
    for (int round = 0; round < rounds; ++round) {
      const auto bytes = damaged(format.honest, random);
      const auto written = format.again(bytes);
      if (written && !forgives_white_space(format.name))
        EXPECT_EQ(*written, bytes) << format.name << " round " << round << " of seed " << seed;
      if (written)
        EXPECT_EQ(format.again(*written), written) << format.name << " round " << round << " of seed " << seed;
    }
  }
}

}  // namespace
}  // namespace flyball::trust
