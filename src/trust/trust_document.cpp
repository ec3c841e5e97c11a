#include "trust/trust_document.hpp"

#include "trust/strict.hpp"

#include <algorithm>
#include <array>

namespace flyball::trust {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr std::array roles = {RoleName{Role::admin, "admin"},   RoleName{Role::approve, "approve"},
                              RoleName{Role::deploy, "deploy"}, RoleName{Role::operate, "operate"},
                              RoleName{Role::review, "review"}, RoleName{Role::submit, "submit"}};

std::string_view word_of(Mode mode) {
  switch (mode) {
    case Mode::open:
      return "open";
  }
  return "";
}

Result<Mode> mode_from(const std::string& word) {
  if (word == "approved") return fail(Errc::unsupported, "mode `approved` needs a newer agent");
  if (word != "open") return fail(Errc::invalid, "unknown mode `", word, "`");
  return Mode::open;
}

std::optional<std::string> as_name(const std::string& item) {
  return strict::is_name(item) ? std::optional(item) : std::nullopt;
}

// Not `get_set`: a key of a type that this version cannot use is no mistake of the document's.
Result<std::set<PublicKey>> keys_from(const Json& json, std::string_view member) {
  std::set<PublicKey> out;
  for (const auto& line : TRY(strict::get_strings(json, member))) out.insert(TRY(PublicKey::parse(line)));
  return out;
}

Json keys_json(const std::set<PublicKey>& keys) {
  return strict::list(keys, [](const PublicKey& k) { return k.str(); });
}

Json roles_json(const std::set<Role>& set) {
  return strict::list(set, [](Role r) { return name(r); });
}

Json names_json(const std::set<std::string>& set) {
  return strict::list(set, [](const std::string& s) { return s; });
}

Json rule_json(const Rule& rule) { return Json::Object{{"approve", rule.approve}}; }

Result<Rule> rule_from(const Json& json) {
  const Rule rule{.approve = TRY(strict::get_count(json, "approve"))};
  if (rule.approve == 0) return fail(Errc::invalid, "a rule asks for nobody");
  return rule;
}

Json people_json(const TrustDocument& document) {
  Json::Object out;
  for (const auto& [who, person] : document.people) {
    out[who] = Json::Object{
        {"keys", keys_json(person.keys)}, {"roles", roles_json(person.roles)}, {"teams", names_json(person.teams)}};
  }
  return out;
}

Result<std::map<std::string, Person, std::less<>>> people_from(const Json& json) {
  std::map<std::string, Person, std::less<>> out;
  for (const auto& [who, person] : TRY(strict::get_object(json, "people"))) {
    if (!strict::is_name(who)) return fail(Errc::invalid, "a person has an improper name");
    out[who] = Person{.keys = TRY(keys_from(person, "keys"), who),
                      .roles = TRY(strict::get_set<Role>(person, "roles", parse_role), who),
                      .teams = TRY(strict::get_set<std::string>(person, "teams", as_name), who)};
  }
  return out;
}

Result<TrustDocument::Online> online_from(const Json& json) {
  const Json online = TRY(strict::get_object(json, "online"));
  return TrustDocument::Online{.ca = TRY(strict::get_digest(online, "ca")),
                               .audit = TRY(keys_from(online, "audit")),
                               .freshness = TRY(keys_from(online, "freshness"))};
}

Result<TrustDocument::Trustees> trustees_from(const Json& json) {
  const Json trustees = TRY(strict::get_object(json, "trustees"));
  return TrustDocument::Trustees{.count = TRY(strict::get_count(trustees, "count")),
                                 .of = TRY(strict::get_set<std::string>(trustees, "of", as_name))};
}

Result<TrustDocument> read(const Json& json) {
  TrustDocument out{.version = TRY(strict::get_count(json, "version")),
                    .mode = TRY(mode_from(TRY(get_string(json, "mode")))),
                    .repository = RepositoryId(TRY(strict::get_name(json, "repository"))),
                    .branches = TRY(strict::get_set<std::string>(json, "branches", as_name)),
                    .people = TRY(people_from(json)),
                    .trustees = TRY(trustees_from(json)),
                    .separate = TRY(strict::get_set<Role>(json, "separate", parse_role)),
                    .revoked = TRY(strict::get_set<Digest>(json, "revoked", Digest::parse)),
                    .online = TRY(online_from(json)),
                    .previous = TRY(strict::maybe_digest(json, "previous"))};
  for (const auto& [rule, body] : TRY(strict::get_object(json, "rules"))) {
    if (!strict::is_name(rule)) return fail(Errc::invalid, "a rule has an improper name");
    out.rules[rule] = TRY(rule_from(body), "rule ", rule);
  }
  for (const auto& [word, body] : TRY(strict::get_object(json, "risk"))) {
    const auto risk = parse_risk(word);
    if (!risk) return fail(Errc::invalid, "unknown risk class `", word, "`");
    out.risk[*risk] = TRY(rule_from(body), "risk ", word);
  }
  if (json.find("floor") != nullptr) out.floor = Sequence{TRY(strict::get_count(json, "floor"))};
  if (json.find("expires") != nullptr) out.expires = TRY(strict::get_time(json, "expires"));
  return out;
}

Result<> check_keys(const TrustDocument& document) {
  std::map<PublicKey, std::string> owners;
  for (const auto& [who, person] : document.people) {
    if (person.keys.empty()) return fail(Errc::invalid, who, " has no key");
    for (const auto& key : person.keys) {
      const auto [other, fresh] = owners.emplace(key, who);
      if (!fresh) return fail(Errc::invalid, who, " and ", other->second, " share a key");
    }
  }
  return {};
}

// People who hold a key that can still sign, as far as the set names them.
std::uint64_t able(const TrustDocument& document, const auto& counts) {
  std::uint64_t out = 0;
  for (const auto& [who, person] : document.people) {
    const bool has_key =
        std::ranges::any_of(person.keys, [&](const PublicKey& k) { return !document.revoked.contains(k.digest()); });
    if (has_key && counts(who, person)) ++out;
  }
  return out;
}

// Duties that nobody could meet would lock a fleet for ever.
Result<> check_duties(const TrustDocument& document) {
  if (document.version == 0) return fail(Errc::invalid, "`version` counts from 1");
  if ((document.version == 1) == document.previous.has_value())
    return fail(Errc::invalid, "all versions but the first name the one before");
  if (document.branches.empty()) return fail(Errc::invalid, "no branch");
  if (document.rules.empty()) return fail(Errc::invalid, "no rule");
  const auto& trustees = document.trustees;
  const auto can_sign =
      able(document, [&](const std::string& who, const Person&) { return trustees.of.contains(who); });
  if (trustees.count == 0 || trustees.count > can_sign)
    return fail(Errc::invalid, trustees.count, " trustees are asked for, ", can_sign, " can sign");
  const auto approvers =
      able(document, [](const std::string&, const Person& p) { return p.roles.contains(Role::approve); });
  const auto most = [&](const auto& rules) {
    return std::ranges::any_of(rules, [&](const auto& rule) { return rule.second.approve > approvers; });
  };
  if (most(document.rules) || most(document.risk))
    return fail(Errc::invalid, "a rule asks for more approvers than the ", approvers, " there are");
  return check_keys(document);
}

}  // namespace

std::string_view name(Role role) { return std::ranges::find(roles, role, &RoleName::role)->name; }

std::optional<Role> parse_role(std::string_view word) {
  const auto* const found = std::ranges::find(roles, word, &RoleName::name);
  return found == roles.end() ? std::nullopt : std::optional(found->role);
}

Bytes TrustDocument::encode() const {
  Json out;
  out["kind"] = kind;
  out["branches"] = names_json(branches);
  if (expires) out["expires"] = rfc3339(*expires);
  if (floor) out["floor"] = floor->value;
  out["mode"] = word_of(mode);
  out["online"] = Json::Object{
      {"audit", keys_json(online.audit)}, {"ca", online.ca.str()}, {"freshness", keys_json(online.freshness)}};
  out["people"] = people_json(*this);
  if (previous) out["previous"] = previous->str();
  out["repository"] = repository.str();
  out["revoked"] = strict::list(revoked, [](const Digest& d) { return d.str(); });
  out["risk"] = Json::Object{};
  for (const auto& [cls, rule] : risk) out["risk"][name(cls)] = rule_json(rule);
  out["rules"] = Json::Object{};
  for (const auto& [rule_name, rule] : rules) out["rules"][rule_name] = rule_json(rule);
  out["separate"] = roles_json(separate);
  out["trustees"] = Json::Object{{"count", trustees.count}, {"of", names_json(trustees.of)}};
  out["version"] = version;
  return out.canonical();
}

Result<TrustDocument> TrustDocument::decode(std::string_view bytes) {
  const auto json = TRY(strict::parse(bytes, kind, max_bytes));
  auto out = TRY(read(json), kind);
  TRY(strict::same(out.encode(), bytes, kind));
  TRY(check_duties(out), kind);
  return out;
}

const std::string* TrustDocument::owner(const PublicKey& key) const {
  if (revoked.contains(key.digest())) return nullptr;
  const auto found = std::ranges::find_if(people, [&](const auto& p) { return p.second.keys.contains(key); });
  return found == people.end() ? nullptr : &found->first;
}

}  // namespace flyball::trust
