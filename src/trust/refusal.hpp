#pragma once

#include "base/result.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::trust {

/// Why a device does not take what it was offered: the codes of its checks, as reports and the API spell them.
enum class Code {
  malformed,         ///< Size, counts, canonical form, unknown kinds.
  trust_chain,       ///< A trust document that does not follow the one held.
  other_repository,  ///< For another fleet.
  other_branch,      ///< For a branch this device does not follow.
  duties_old,        ///< Judged by other duties than the ones held.
  agent_old,         ///< Needs a newer agent.
  signature,         ///< A signature that does not verify, or by a key that may not sign this.
  too_few,           ///< Fewer people than a rule asks for.
  own_change,        ///< An author among the approvers.
  not_separate,      ///< One person in two parts of a release.
  replay,            ///< Older than what was accepted.
  equivocation,      ///< Two statements with one sequence.
  fast_forward,      ///< Further ahead than a fleet can get.
  not_mine,          ///< For another device or key.
  not_included,      ///< No proof that it belongs to the signed release.
  digest,            ///< Bytes that are not what their digest says.
  unplannable,       ///< A manifest that does not parse or plan.
  risk_understated,  ///< The device's own plan is riskier than what was signed.
  stale_approval,    ///< The approval ended before this device adopted it.
  disk,              ///< What was accepted could not be kept.
};
std::string_view name(Code code);  ///< `trust-chain`, `other-repository`, …
std::optional<Code> parse_code(std::string_view word);

/// A refusal and, for people, what exactly was wrong.
struct Refusal {
  Code code = Code::malformed;
  std::string message;
  bool operator==(const Refusal&) const = default;
};

/// The value, or why it is refused.
template <class T = void>
using Checked = std::expected<T, Refusal>;

/// `return refuse(Code::replay, "sequence ", n, " is below the floor");`
template <class... Parts>
std::unexpected<Refusal> refuse(Code code, const Parts&... parts) {
  return std::unexpected(Refusal{code, text(parts...)});
}

}  // namespace flyball::trust
