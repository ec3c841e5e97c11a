#include "compile/text_diff.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace flyball::compile {
namespace {

using Lines = std::vector<std::string_view>;  // Each with its line end, so that a missing one is a difference.

// Beyond this many edits the middle is shown as replaced: memory grows with their square.
constexpr std::int64_t max_edits = 1'000;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto size = end == std::string_view::npos ? text.size() : end + 1;
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

enum class Op : std::uint8_t { keep, take, put };

// The edits from `a` to `b`, in order. `furthest[d]` keeps, for each diagonal k = x - y, how far d edits reach.
std::vector<Op> shortest_edit(const Lines& a, const Lines& b) {
  const auto n = static_cast<std::int64_t>(a.size());
  const auto m = static_cast<std::int64_t>(b.size());
  const auto line = [](const Lines& lines, std::int64_t i) { return lines[static_cast<std::size_t>(i)]; };
  const auto most = std::min(n + m, max_edits);
  std::vector<std::vector<std::int64_t>> furthest;
  const auto reach = [&](std::int64_t d, std::int64_t k) -> std::int64_t& {
    return furthest[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
  };
  // Whether the best way to diagonal k by d edits ends with a line put in (down) rather than taken out (right).
  const auto comes_down = [&](std::int64_t d, std::int64_t k) {
    return k == -d || (k != d && reach(d - 1, k - 1) < reach(d - 1, k + 1));
  };
  std::int64_t last = -1;
  for (std::int64_t d = 0; d <= most && last < 0; ++d) {
    furthest.emplace_back(static_cast<std::size_t>(2 * d + 1));
    for (std::int64_t k = -d; k <= d; k += 2) {
      std::int64_t x = 0;
      if (d > 0) x = comes_down(d, k) ? reach(d - 1, k + 1) : reach(d - 1, k - 1) + 1;
      while (x < n && x - k < m && line(a, x) == line(b, x - k)) ++x;
      reach(d, k) = x;
      if (k == n - m && x >= n) last = d;
    }
  }
  std::vector<Op> out;
  if (last < 0) {
    out.assign(a.size(), Op::take);
    out.insert(out.end(), b.size(), Op::put);
    return out;
  }
  std::int64_t x = n;
  std::int64_t y = m;
  for (auto d = last; d >= 0; --d) {
    const auto k = x - y;
    const bool down = d > 0 && comes_down(d, k);
    const auto from = d == 0 ? 0 : down ? reach(d - 1, k + 1) : reach(d - 1, k - 1) + 1;
    for (; x > from; --x, --y) out.push_back(Op::keep);
    if (d == 0) break;
    out.push_back(down ? Op::put : Op::take);
    (down ? y : x) -= 1;
  }
  std::ranges::reverse(out);
  return out;
}

std::string shown(char sign, std::string_view line, std::size_t columns) {
  const bool ended = line.ends_with('\n');
  if (ended) line.remove_suffix(1);
  auto size = std::min(line.size(), columns);
  while (size < line.size() && (static_cast<unsigned char>(line[size]) & 0xc0U) == 0x80U) --size;
  std::string out(1, sign);
  for (const char c : line.substr(0, size)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      out += text("\\x", hex(std::string_view(&c, 1)));
    } else {
      out += c;
    }
  }
  if (size < line.size()) out += "…";
  out += '\n';
  if (!ended) out += "\\ no line end at the end of the file\n";
  return out;
}

}  // namespace

bool is_text(std::string_view bytes) { return bytes.find('\0') == std::string_view::npos && is_utf8(bytes); }

std::string text_diff(std::string_view before, std::string_view after, const DiffBounds& bounds) {
  if (before == after) return {};
  auto a = lines_of(before);
  auto b = lines_of(after);
  // What is alike at both ends costs nothing to find and is most of what there is.
  const auto head = std::ranges::mismatch(a, b).in1 - a.begin();
  a.erase(a.begin(), a.begin() + head);
  b.erase(b.begin(), b.begin() + head);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.pop_back();
    b.pop_back();
  }
  std::string out;
  std::size_t lines = 0;
  auto old_line = a.begin();
  auto new_line = b.begin();
  bool gap = false;
  for (const auto op : shortest_edit(a, b)) {
    if (op == Op::keep) {
      ++old_line, ++new_line;
      gap = !out.empty();
      continue;
    }
    const auto piece =
        op == Op::take ? shown('-', *old_line++, bounds.columns) : shown('+', *new_line++, bounds.columns);
    if (++lines > bounds.lines || out.size() + piece.size() > bounds.bytes) return out + "… and more\n";
    if (gap) out += "…\n";
    gap = false;
    out += piece;
  }
  return out;
}

}  // namespace flyball::compile
