#include "model/facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flyball {
namespace {

struct Spelling {
  std::string_view text;
  FactTest::Op op;
};
// Longest first, so that `>=` is not read as `>`.
constexpr std::array spellings = {Spelling{"!=", FactTest::Op::not_equal},
                                  Spelling{"<=", FactTest::Op::less_or_equal},
                                  Spelling{">=", FactTest::Op::greater_or_equal},
                                  Spelling{"=", FactTest::Op::equal},
                                  Spelling{"<", FactTest::Op::less},
                                  Spelling{">", FactTest::Op::greater}};

std::optional<double> number(std::string_view written) {
  struct Unit {
    std::string_view name;
    double factor;
  };
  constexpr std::array units = {
      Unit{"KiB", 1024.0}, Unit{"MiB", 1048576.0}, Unit{"GiB", 1073741824.0}, Unit{"TiB", 1099511627776.0},
      Unit{"kB", 1e3},     Unit{"MB", 1e6},        Unit{"GB", 1e9},           Unit{"TB", 1e12}};
  double factor = 1;
  for (const auto& unit : units) {
    if (written.ends_with(unit.name)) {
      factor = unit.factor;
      written.remove_suffix(unit.name.size());
      break;
    }
  }
  double value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  if (error != std::errc() || end != written.data() + written.size()) return std::nullopt;
  return value * factor;
}

std::optional<double> number_of(const Json& fact) {
  if (const auto* i = fact.integer()) return static_cast<double>(*i);
  if (const auto* s = fact.string()) return number(*s);
  return std::nullopt;
}

std::string written(const Json& fact) { return fact.string() != nullptr ? *fact.string() : fact.canonical(); }

Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth test(const FactTest& t, const Facts& facts) {
  const auto found = facts.find(t.fact);
  if (found == facts.end()) return Truth::unknown;
  const auto have = number_of(found->second);
  const auto want = number(t.value);
  const bool numeric = have.has_value() && want.has_value();
  switch (t.op) {
    case FactTest::Op::equal:
      return truth(numeric ? *have == *want : written(found->second) == t.value);
    case FactTest::Op::not_equal:
      return truth(numeric ? *have != *want : written(found->second) != t.value);
    case FactTest::Op::less:
      return truth(numeric && *have < *want);
    case FactTest::Op::less_or_equal:
      return truth(numeric && *have <= *want);
    case FactTest::Op::greater:
      return truth(numeric && *have > *want);
    case FactTest::Op::greater_or_equal:
      return truth(numeric && *have >= *want);
  }
  return Truth::unknown;
}

Truth negated(Truth value) { return value == Truth::unknown ? value : truth(value == Truth::no); }
Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::unknown || b == Truth::unknown ? Truth::unknown : Truth::yes;
}
Truth either(Truth a, Truth b) { return negated(both(negated(a), negated(b))); }

Json texts(const std::vector<FactTest>& tests) {
  Json::Array out;
  for (const auto& t : tests) out.emplace_back(t.str());
  return out;
}

Result<std::vector<FactTest>> tests_of(const Json& json, std::string_view name) {
  std::vector<FactTest> out;
  const auto* member = json.find(name);
  if (member == nullptr) return out;
  if (member->array() == nullptr) return fail(Errc::invalid, "`", name, "` is not a list");
  for (const auto& item : *member->array()) {
    if (item.string() == nullptr) return fail(Errc::invalid, "`", name, "` holds something other than a text");
    out.push_back(TRY(FactTest::parse(*item.string())));
  }
  return out;
}

}  // namespace

const std::vector<FactInfo>& known_facts() {
  static const std::vector<FactInfo> facts = {
      {"arch", "machine architecture as the kernel names it: x86_64, aarch64"},
      {"hostname", "the kernel's host name"},
      {"kernel.release", "the kernel's release: 6.1.0-18-amd64"},
      {"memory_bytes", "memory in bytes"},
      {"cpus", "processors that are online"},
      {"os.id", "ID of os-release(5): debian"},
      {"os.version_id", "VERSION_ID of os-release(5): 12"},
      {"os.codename", "VERSION_CODENAME of os-release(5): bookworm"},
      {"virtualization", "none, or what we run in as systemd names it: systemd-nspawn, kvm"},
      {"agent.version", "version of the agent"},
  };
  return facts;
}

Result<FactTest> FactTest::parse(std::string_view input) {
  for (std::size_t i = 1; i < input.size(); ++i) {
    for (const auto& [spelling, op] : spellings) {
      if (!input.substr(i).starts_with(spelling)) continue;
      FactTest out{
          .fact = std::string(input.substr(0, i)), .op = op, .value = std::string(input.substr(i + spelling.size()))};
      if (out.value.empty()) return fail(Errc::invalid, "nothing follows `", spelling, "` in `", input, "`");
      const bool orders = op != Op::equal && op != Op::not_equal;
      if (orders && !number(out.value))
        return fail(Errc::invalid, "`", out.value, "` is no number, so `", spelling, "` cannot order it");
      return out;
    }
  }
  return fail(Errc::invalid, "`", input, "` is no comparison such as os.id=debian or memory_bytes>=4GiB");
}

std::string FactTest::str() const {
  const auto spelling = std::ranges::find(spellings, op, &Spelling::op);
  return text(fact, spelling->text, value);
}

bool When::always() const {
  return all.empty() && any.empty() && none.empty() && !until && std::ranges::all_of(also, &When::always);
}

Truth When::holds(const Facts& facts, WallTime now) const {
  Truth out = truth(!until || now < *until);
  for (const auto& t : all) out = both(out, test(t, facts));
  for (const auto& t : none) out = both(out, negated(test(t, facts)));
  if (!any.empty()) {
    Truth some = Truth::no;
    for (const auto& t : any) some = either(some, test(t, facts));
    out = both(out, some);
  }
  for (const auto& w : also) out = both(out, w.holds(facts, now));
  return out;
}

Json When::to_json() const {
  Json out{Json::Object{}};
  if (!all.empty()) out["all"] = texts(all);
  if (!any.empty()) out["any"] = texts(any);
  if (!none.empty()) out["none"] = texts(none);
  if (until) out["until"] = rfc3339(*until);
  if (!also.empty()) {
    Json::Array parts;
    for (const auto& w : also) parts.push_back(w.to_json());
    out["also"] = std::move(parts);
  }
  return out;
}

Result<When> When::from_json(const Json& json) {
  if (json.object() == nullptr) return fail(Errc::invalid, "a condition is not an object");
  for (const auto& [name, value] : *json.object()) {
    if (name != "all" && name != "any" && name != "none" && name != "until" && name != "also") {
      return fail(Errc::invalid, "a condition holds the unknown `", name, "`");
    }
  }
  When out{.all = TRY(tests_of(json, "all")), .any = TRY(tests_of(json, "any")), .none = TRY(tests_of(json, "none"))};
  if (json.find("until") != nullptr) {
    out.until = parse_rfc3339(TRY(get_string(json, "until")));
    if (!out.until) return fail(Errc::invalid, "`until` is no time");
  }
  if (const auto* also = json.find("also")) {
    if (also->array() == nullptr) return fail(Errc::invalid, "`also` is not a list");
    for (const auto& item : *also->array()) out.also.push_back(TRY(from_json(item)));
  }
  return out;
}

}  // namespace flyball
