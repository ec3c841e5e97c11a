#include "trust/refusal.hpp"

#include <algorithm>
#include <array>

namespace flyball::trust {
namespace {

struct Word {
  Code code;
  std::string_view name;
};
constexpr std::array words = {Word{Code::malformed, "malformed"},
                              Word{Code::trust_chain, "trust-chain"},
                              Word{Code::other_repository, "other-repository"},
                              Word{Code::other_branch, "other-branch"},
                              Word{Code::duties_old, "duties-old"},
                              Word{Code::agent_old, "agent-old"},
                              Word{Code::signature, "signature"},
                              Word{Code::too_few, "too-few"},
                              Word{Code::own_change, "own-change"},
                              Word{Code::not_separate, "not-separate"},
                              Word{Code::replay, "replay"},
                              Word{Code::equivocation, "equivocation"},
                              Word{Code::fast_forward, "fast-forward"},
                              Word{Code::not_mine, "not-mine"},
                              Word{Code::not_included, "not-included"},
                              Word{Code::digest, "digest"},
                              Word{Code::unplannable, "unplannable"},
                              Word{Code::risk_understated, "risk-understated"},
                              Word{Code::stale_approval, "stale-approval"},
                              Word{Code::disk, "disk"}};

}  // namespace

std::string_view name(Code code) { return std::ranges::find(words, code, &Word::code)->name; }

std::optional<Code> parse_code(std::string_view word) {
  const auto* const found = std::ranges::find(words, word, &Word::name);
  return found == words.end() ? std::nullopt : std::optional(found->code);
}

}  // namespace flyball::trust
