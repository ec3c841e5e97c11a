#include "os/real/account_files.hpp"

#include "os/real/lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>

namespace flyball::os::real {
namespace {

std::optional<std::uint32_t> number(std::string_view digits) {
  std::uint32_t value = 0;
  const auto parsed = std::from_chars(digits.begin(), digits.end(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.end() || digits.empty()) return std::nullopt;
  return value;
}

// The fields of a line, or nothing for one that holds no record.
template <std::size_t Count>
std::optional<std::array<std::string_view, Count>> fields(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.front() == '+' || line.front() == '-') return std::nullopt;
  std::array<std::string_view, Count> out;
  for (std::size_t i = 0; i < Count; ++i) {
    const bool last = line.find(':') == std::string_view::npos;
    if (last && i + 1 < Count) return std::nullopt;
    out[i] = next_field(line, ':');
  }
  if (out[0].empty()) return std::nullopt;
  return out;
}

std::map<std::string_view, std::string_view> hashes_of(std::string_view shadow) {
  std::map<std::string_view, std::string_view> out;
  while (!shadow.empty()) {
    if (const auto f = fields<2>(next_line(shadow))) out.try_emplace((*f)[0], (*f)[1]);
  }
  return out;
}

}  // namespace

std::vector<Account> parse_accounts(std::string_view passwd, std::string_view shadow) {
  const auto hashes = hashes_of(shadow);
  std::vector<Account> out;
  while (!passwd.empty()) {
    const auto f = fields<7>(next_line(passwd));
    if (!f) continue;
    const auto [name, password, uid_text, gid_text, comment, home, shell] = *f;
    const auto uid = number(uid_text);
    const auto gid = number(gid_text);
    if (!uid || !gid) continue;
    const auto hash = hashes.find(name);
    const auto shown = password != "x" ? password : hash != hashes.end() ? hash->second : std::string_view("*");
    out.push_back(Account{.name = std::string(name),
                          .uid = *uid,
                          .gid = *gid,
                          .comment = std::string(comment),
                          .home = std::string(home),
                          .shell = std::string(shell),
                          .password_hash = std::string(shown)});
  }
  return out;
}

std::vector<AccountGroup> parse_groups(std::string_view group) {
  std::vector<AccountGroup> out;
  while (!group.empty()) {
    const auto f = fields<4>(next_line(group));
    if (!f) continue;
    const auto gid = number((*f)[2]);
    if (!gid) continue;
    AccountGroup entry{.name = std::string((*f)[0]), .gid = *gid};
    for (auto members = (*f)[3]; !members.empty();) {
      if (const auto member = next_field(members, ','); !member.empty()) entry.members.emplace_back(member);
    }
    std::ranges::sort(entry.members);
    entry.members.erase(std::ranges::unique(entry.members).begin(), entry.members.end());
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace flyball::os::real
