#include "trust/statement.hpp"

#include "trust/strict.hpp"

#include <algorithm>
#include <array>

namespace flyball::trust {
namespace {

struct RiskName {
  RiskClass risk;
  std::string_view name;
};
constexpr std::array risks = {
    RiskName{RiskClass::agent, "agent"},         RiskName{RiskClass::connectivity, "connectivity"},
    RiskName{RiskClass::deletion, "deletion"},   RiskName{RiskClass::duties, "duties"},
    RiskName{RiskClass::emergency, "emergency"}, RiskName{RiskClass::identity, "identity"},
    RiskName{RiskClass::reach, "reach"}};

std::optional<std::string> as_name(const std::string& item) {
  return strict::is_name(item) ? std::optional(item) : std::nullopt;
}

Result<std::optional<ReleaseStatement::Previous>> previous_of(const Json& json) {
  const auto* previous = json.find("previous");
  if (previous == nullptr) return std::nullopt;
  return ReleaseStatement::Previous{.revision = Revision(TRY(strict::get_name(*previous, "revision"))),
                                    .statement = TRY(strict::get_digest(*previous, "statement"))};
}

Result<ReleaseStatement> read(const Json& json) {
  ReleaseStatement out{.branch = TRY(strict::get_name(json, "branch")),
                       .compiler = TRY(strict::get_count(json, "compiler")),
                       .duties = TRY(strict::get_count(json, "duties")),
                       .not_before = TRY(strict::get_time(json, "not_before")),
                       .expires = TRY(strict::get_time(json, "expires")),
                       .leaves = TRY(strict::get_count(json, "leaves")),
                       .policy = TRY(strict::get_digest(json, "policy")),
                       .previous = TRY(previous_of(json)),
                       .repository = RepositoryId(TRY(strict::get_name(json, "repository"))),
                       .revision = Revision(TRY(strict::get_name(json, "revision"))),
                       .risk = TRY(strict::get_set<RiskClass>(json, "risk", parse_risk)),
                       .root = TRY(strict::get_digest(json, "root")),
                       .sequence = Sequence{TRY(strict::get_count(json, "sequence"))},
                       .snapshot = TRY(strict::get_digest(json, "snapshot")),
                       .submitters = TRY(strict::get_set<std::string>(json, "submitters", as_name))};
  if (out.sequence.value == 0) return fail(Errc::invalid, "`sequence` counts from 1");
  if (!(out.not_before < out.expires)) return fail(Errc::invalid, "it expires before it begins");
  return out;
}

}  // namespace

std::string_view name(RiskClass risk) { return std::ranges::find(risks, risk, &RiskName::risk)->name; }

std::optional<RiskClass> parse_risk(std::string_view word) {
  const auto* const found = std::ranges::find(risks, word, &RiskName::name);
  return found == risks.end() ? std::nullopt : std::optional(found->risk);
}

Bytes ReleaseStatement::encode() const {
  Json out;
  out["kind"] = kind;
  out["branch"] = branch;
  out["compiler"] = compiler;
  out["duties"] = duties;
  out["expires"] = rfc3339(expires);
  out["leaves"] = leaves;
  out["not_before"] = rfc3339(not_before);
  out["policy"] = policy.str();
  if (previous) {
    out["previous"]["revision"] = previous->revision.str();
    out["previous"]["statement"] = previous->statement.str();
  }
  out["repository"] = repository.str();
  out["revision"] = revision.str();
  out["risk"] = strict::list(risk, [](RiskClass r) { return name(r); });
  out["root"] = root.str();
  out["sequence"] = sequence.value;
  out["snapshot"] = snapshot.str();
  out["submitters"] = strict::list(submitters, [](const std::string& s) { return s; });
  return out.canonical();
}

Result<ReleaseStatement> ReleaseStatement::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_bytes));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  return out;
}

}  // namespace flyball::trust
