#include "compile/did_you_mean.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace flyball::compile {
namespace {

constexpr std::size_t longest = 64;
using Row = std::array<std::size_t, longest + 1>;

char plain(char c) {
  if (c == '_') return '-';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Three rows of the matrix are enough: a swap looks two rows back.
std::size_t distance(std::string_view a, std::string_view b) {
  Row rows[3] = {};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row& now = rows[i % 3];
    const Row& above = rows[(i + 2) % 3];
    const Row& two_above = rows[(i + 1) % 3];
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = plain(a[i - 1]) == plain(b[j - 1]);
      now[j] = std::min({above[j] + 1, now[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) && plain(a[i - 2]) == plain(b[j - 1]);
      if (swapped) now[j] = std::min(now[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.empty() || name.size() > longest) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t bound = std::max<std::size_t>(name.size(), 3) / 3 + 1;  // Nearer than this.
  for (const auto candidate : candidates) {
    const auto gap = candidate.size() > name.size() ? candidate.size() - name.size() : name.size() - candidate.size();
    if (candidate.empty() || candidate.size() > longest || candidate == name || gap >= bound) continue;
    // A word with every letter changed is another word.
    const auto steps = distance(name, candidate);
    if (steps >= bound || steps >= std::max(name.size(), candidate.size())) continue;
    best = candidate;
    bound = steps;
  }
  return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const auto found = nearest(name, candidates);
  return found ? text("did you mean `", *found, "`?") : std::string();
}

}  // namespace flyball::compile
