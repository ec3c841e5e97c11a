#include "resources/values.hpp"

#include <algorithm>

namespace flyball {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// deb-version(7): letters before all else, but `~` before even the end of a part.
int rank(std::string_view part, std::size_t at) {
  if (at >= part.size() || digit(part[at])) return 0;
  const char c = part[at];
  if (c == '~') return -1;
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter ? c : c + 256;
}

// Runs of non-digits by rank, runs of digits by value, in turn.
int compare_parts(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !digit(a[i])) || (j < b.size() && !digit(b[j]))) {
      const int difference = rank(a, i) - rank(b, j);
      if (difference != 0) return difference;
      if (i < a.size()) ++i;
      if (j < b.size()) ++j;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    int first = 0;
    while (i < a.size() && digit(a[i]) && j < b.size() && digit(b[j])) {
      if (first == 0) first = a[i] - b[j];
      ++i;
      ++j;
    }
    if (i < a.size() && digit(a[i])) return 1;
    if (j < b.size() && digit(b[j])) return -1;
    if (first != 0) return first;
  }
  return 0;
}

struct VersionParts {
  std::string_view epoch;
  std::string_view upstream;
  std::string_view revision;
};

VersionParts split(std::string_view version) {
  VersionParts out{.epoch = "0"};
  if (const auto colon = version.find(':'); colon != std::string_view::npos) {
    out.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  const auto dash = version.rfind('-');
  out.upstream = version.substr(0, dash);
  if (dash != std::string_view::npos) out.revision = version.substr(dash + 1);
  return out;
}

}  // namespace

Result<Mode> Mode::parse(std::string_view input) {
  const bool octal = std::ranges::all_of(input, [](char c) { return c >= '0' && c <= '7'; });
  if (!octal || input.size() < 3 || input.size() > 4)
    return fail(Errc::invalid, "`", input, "` is not a mode of three or four octal digits such as \"0644\"");
  Mode out;
  for (const char c : input) out.bits = out.bits * 8 + static_cast<std::uint32_t>(c - '0');
  return out;
}

std::string Mode::str() const {
  std::string out(4, '0');
  for (std::size_t i = 0; i < 4; ++i) out[3 - i] = static_cast<char>('0' + (bits >> (3 * i) & 7U));
  return out;
}

Result<Version> Version::parse(std::string_view input) {
  auto version = input;
  if (version.starts_with(">=")) version.remove_prefix(2);
  const bool sane = !version.empty() && std::ranges::all_of(version, [](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view(".+-~:").contains(c);
  });
  if (!sane || (version != "latest" && !digit(version[0])) || (version == "latest" && input != version)) {
    return fail(Errc::invalid, "`", input, "` is not a version: write 1.2-3, \">=1.2\" or latest");
  }
  return Version{std::string(input)};
}

int compare_versions(std::string_view a, std::string_view b) {
  const auto left = split(a);
  const auto right = split(b);
  if (const int c = compare_parts(left.epoch, right.epoch); c != 0) return c;
  if (const int c = compare_parts(left.upstream, right.upstream); c != 0) return c;
  return compare_parts(left.revision, right.revision);
}

}  // namespace flyball
