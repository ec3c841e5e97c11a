// Random changes to good files: whatever comes, the reader ends, and gives a document or says what is wrong.
#include "compile/codes.hpp"
#include "compile/yaml/reader.hpp"
#include "compile/yaml/source.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace flyball::compile::yaml {
namespace {

constexpr std::string_view good[] = {
    R"(kind: group
name: kiosks
use: [linux-base, "printing"]
vars: { url: "https://signage.example.com/", größe: 12 }
files:
  /etc/kiosk/kiosk.env:
    mode: "0644"
    content: |
      URL=${{ vars.url }}
      SITE=${{ device.labels.site }}
services:
  kiosk: { running: true, enabled: true, needs: [package:chromium], restart_on: ["file:/etc/kiosk/kiosk.env"] }
when:
  - match: { all: [hw=nuc11] }
    sysctl: { kernel.nmi_watchdog: { value: "0" } }
  - facts: { all: [os.id=debian] }
    packages: { firmware-linux-free: {} }
)",
    R"(--- # devices
kind: devices
devices:
  kiosk-0042: &one
    labels: {site: lobby, ring: canary}
    vars: {text: >-
      folded
      text}
  kiosk-0043: *one
  "kiosk 44": {labels: *missing}
...
)",
    "a: &x [1, -2.5e3, ~, true, 0o17, .inf, 'it''s', \"\\u00e4\\n\"]\r\nb: [*x, {c: *x}, [[[[]]]]]\r\n? d\r\n: - e\r\n "
    " - f: g\r\n",
    "- plain text\n  over lines\n- \"日本語\": |2-\n    text\n\n   more\n- !!str 12\n- {? a : b, c, d: }\n- []\n",
};

// xorshift64*: the same everywhere for a seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
  std::size_t below(std::size_t bound) {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return static_cast<std::size_t>(state_ * 0x2545f4914f6cdd1dU >> 33U) % bound;
  }

 private:
  std::uint64_t state_;
};

std::string_view token(Dice& dice) {
  constexpr std::string_view tokens[] = {":",     ": ",    "- ",       "[",   "]",      "{",      "}",  ",",
                                         "\t",    "\n",    "\n  ",     "&x ", "*x",     "<<: ",   "\"", "'",
                                         "|\n",   ">",     "#",        " #",  "!",      "!!int ", "%",  "@",
                                         "---\n", "...\n", "? ",       "\r",  "\xff",   "\xc3",   "ö",  "\xe2\x80\xa8",
                                         "~",     "0644",  "${{ x }}", "\\",  "&a [*a]"};
  return tokens[dice.below(std::size(tokens))];
}

std::string mutated(std::string text, Dice& dice) {
  for (auto changes = 1 + dice.below(6); changes > 0; --changes) {
    const auto at = dice.below(text.size() + 1);
    const auto length = std::min(dice.below(20), text.size() - at);
    switch (dice.below(12)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(dice.below(text.size() + 1), dice.below(40)));
        break;
      case 3:
        text.insert(at, 1, static_cast<char>(dice.below(256)));
        break;
      case 4:
      case 5:
        text.replace(at, std::min<std::size_t>(length, 1), token(dice));
        break;
      default:
        text.insert(at, token(dice));
        break;
    }
  }
  return text;
}

std::size_t count(const Node& node, std::size_t depth, std::size_t lines) {
  EXPECT_LE(depth, max_depth);
  EXPECT_TRUE(node.spot().line >= 1 && node.spot().line <= lines && node.spot().column >= 1);
  const auto part = node.spot(node.text().size() / 2, 3);
  EXPECT_TRUE(part.line >= 1 && part.line <= lines);
  std::size_t out = 1;
  for (const auto& item : node.items()) out += count(item, depth + 1, lines);
  for (const auto& entry : node.entries()) {
    EXPECT_TRUE(entry.key.is_scalar());
    out += count(entry.key, depth, lines) + count(entry.value, depth + 1, lines);
  }
  return out;
}

void check(std::string_view bytes) {
  const std::string file = "f.yaml";
  std::vector<Diagnostic> mistakes;
  const auto document = read(bytes, file, mistakes);
  const auto lines = Source(bytes, file).lines();
  EXPECT_TRUE(document.complete() || !mistakes.empty());
  EXPECT_LE(mistakes.size(), max_mistakes + 1);
  if (document.root() != nullptr) {
    EXPECT_LE(count(*document.root(), 0, lines), bytes.size() + max_repeated_nodes);
  }
  for (const auto& mistake : mistakes) {
    EXPECT_NE(find_code(mistake.code), nullptr) << mistake.code;
    EXPECT_TRUE(mistake.at.line >= 1 && mistake.at.line <= lines && mistake.at.column >= 1) << mistake.at.str();
    const auto shown = render(mistake, [&](const std::string&, std::uint32_t n) { return shown_line(bytes, n); });
    EXPECT_NE(shown.find('^'), std::string::npos);
  }
}

TEST(Mutations, EndInADocumentOrInWordsAboutTheMistake) {
  for (const auto text : good) check(text);
  for (std::uint64_t seed = 1; seed <= 50'000; ++seed) {
    Dice dice(seed);
    const auto bytes = mutated(std::string(good[seed % std::size(good)]), dice);
    check(bytes);
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << bytes;
  }
}

}  // namespace
}  // namespace flyball::compile::yaml
