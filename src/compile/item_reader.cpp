#include "compile/item_reader.hpp"

#include "compile/did_you_mean.hpp"

#include <algorithm>

namespace flyball::compile {
namespace {

bool has_type(const yaml::Node& node, std::string_view type) {
  if (type == "list") return node.is_sequence();
  if (type == "map") return node.is_mapping();
  return node.is_scalar() && !node.is_null();
}

std::string_view called(std::string_view type) {
  if (type == "list") return "a list";
  if (type == "map") return "a map";
  return "a single value";
}

const KeyInfo* key_of(std::string_view item, std::string_view name) {
  const auto& keys = keys_of(item);
  const auto found = std::ranges::find(keys, name, &KeyInfo::name);
  return found == keys.end() ? nullptr : &*found;
}

// Kinds of resource that the language has and this version has not.
bool comes_later(std::string_view key) {
  static const std::vector<std::string_view> collections = {
      "edits",        "system",     "mounts",   "timers",    "kernel_modules",
      "external",     "containers", "firewall", "downloads", "package_repositories",
      "certificates", "images"};
  return std::ranges::find(collections, key) != collections.end();
}

// The `all`, `any` and `none` of a selector.
template <class Take>
void each_term(const yaml::Node& node, std::string_view what, std::vector<Diagnostic>& out, Take&& take) {
  static const std::vector<std::string_view> names = {"all", "any", "none"};
  if (!expect_map(node, what, out)) return;
  for (const auto& [key, value] : node.entries()) {
    if (std::ranges::find(names, key.text()) == names.end()) {
      out.push_back(diagnose(Code::unknown_key, key.spot().place(), text("unknown key `", key.text(), "` in ", what),
                             did_you_mean(key.text(), names)));
      continue;
    }
    if (!value.is_sequence()) {
      out.push_back(diagnose(Code::wrong_type, value.spot().place(),
                             text("`", key.text(), "` is ", describe(value), ", not a list"), "write [ … ]"));
      continue;
    }
    for (const auto& term : value.items()) {
      if (!term.is_scalar() || term.text().empty()) {
        out.push_back(
            diagnose(Code::bad_selector, term.spot().place(), text("a condition is ", describe(term), ", not text")));
      } else {
        take(key.text(), term);
      }
    }
  }
}

}  // namespace

bool expect_map(const yaml::Node& node, std::string_view what, std::vector<Diagnostic>& out) {
  if (node.is_mapping()) return true;
  out.push_back(diagnose(Code::wrong_type, node.spot().place(), text(what, " is ", describe(node), ", not a map")));
  return false;
}

std::vector<std::string_view> names_of(const std::vector<KeyInfo>& keys) {
  std::vector<std::string_view> out;
  for (const auto& key : keys) out.push_back(key.name);
  return out;
}

ItemReader::ItemReader(const yaml::Node& map, std::string_view item, std::vector<Diagnostic>& out)
    : map_(map), item_(item), out_(out) {
  for (const auto& [key, value] : map.entries()) {
    const auto* known = key_of(item, key.text());
    if (known == nullptr && comes_later(key.text())) {
      out.push_back(diagnose(Code::not_supported, key.spot().place(),
                             flyball::text("`", key.text(), "` is not supported by this version"),
                             "remove it until it is"));
    } else if (known == nullptr) {
      out.push_back(diagnose(Code::unknown_key, key.spot().place(),
                             flyball::text("unknown key `", key.text(), "` in ", item),
                             did_you_mean(key.text(), names_of(keys_of(item)))));
    } else if (!has_type(value, known->type)) {
      out.push_back(diagnose(Code::wrong_type, value.spot().place(),
                             flyball::text("`", key.text(), "` is ", describe(value), ", not ", called(known->type)),
                             std::string(known->help)));
    }
  }
}

const yaml::Entry* ItemReader::find(std::string_view key) const {
  const auto* known = key_of(item_, key);
  for (const auto& entry : map_.entries()) {
    if (entry.key.text() == key) return known != nullptr && has_type(entry.value, known->type) ? &entry : nullptr;
  }
  return nullptr;
}

std::string ItemReader::text(std::string_view key) const {
  const auto* entry = find(key);
  return entry == nullptr ? std::string() : std::string(entry->value.text());
}

std::string ItemReader::required(std::string_view key, const yaml::Spot& at) const {
  const auto* entry = find(key);
  const bool there = map_.find(key) != nullptr;
  if (entry == nullptr && !there)
    out_.push_back(diagnose(Code::missing_key, at.place(), flyball::text("`", key, "` is missing"),
                            std::string(key_of(item_, key)->help)));
  if (entry != nullptr && entry->value.text().empty())
    out_.push_back(diagnose(Code::missing_key, entry->value.spot().place(), flyball::text("`", key, "` is empty"),
                            std::string(key_of(item_, key)->help)));
  return text(key);
}

std::vector<NameAt> ItemReader::list(std::string_view key) const {
  std::vector<NameAt> out;
  const auto* entry = find(key);
  if (entry == nullptr) return out;
  for (const auto& item : entry->value.items()) {
    if (item.is_scalar() && !item.text().empty()) {
      out.push_back({.name = std::string(item.text()), .at = item.spot()});
    } else {
      out_.push_back(diagnose(Code::wrong_type, item.spot().place(),
                              flyball::text("an entry of `", key, "` is ", describe(item), ", not a name")));
    }
  }
  return out;
}

std::map<std::string, Written, std::less<>> ItemReader::entries(std::string_view key) const {
  std::map<std::string, Written, std::less<>> out;
  const auto* entry = find(key);
  if (entry == nullptr) return out;
  for (const auto& [name, value] : entry->value.entries())
    out.emplace(name.text(), Written{.key = name.spot(), .value = value});
  return out;
}

bool Selector::takes(const Labels& labels, const GroupPath& group) const {
  const auto holds = [&](const Term& term) {
    if (term.key == "group")
      return term.value && (group.str() == *term.value || group.str().starts_with(*term.value + "/"));
    const auto found = labels.find(term.key);
    return found != labels.end() && (!term.value || found->second == *term.value);
  };
  return std::ranges::all_of(all, holds) && (any.empty() || std::ranges::any_of(any, holds)) &&
         std::ranges::none_of(none, holds);
}

Selector read_selector(const yaml::Node& node, std::vector<Diagnostic>& out) {
  Selector selector;
  each_term(node, "match", out, [&](std::string_view where, const yaml::Node& term) {
    const auto written = term.text();
    const auto equals = written.find('=');
    if (equals == 0 || written.substr(0, equals).find_first_of("!<> ") != std::string_view::npos) {
      out.push_back(diagnose(Code::bad_selector, term.spot().place(), text("`", written, "` is no condition on labels"),
                             "write label=value or label; put what must not hold under `none`"));
      return;
    }
    Selector::Term parsed{.key = std::string(written.substr(0, equals))};
    if (equals != std::string_view::npos) parsed.value = std::string(written.substr(equals + 1));
    (where == "all" ? selector.all : where == "any" ? selector.any : selector.none).push_back(std::move(parsed));
  });
  return selector;
}

When read_facts(const yaml::Node& node, std::vector<Diagnostic>& out) {
  When when;
  std::vector<std::string_view> known;
  for (const auto& fact : known_facts()) known.push_back(fact.name);
  each_term(node, "facts", out, [&](std::string_view where, const yaml::Node& term) {
    auto test = FactTest::parse(term.text());
    if (!test) {
      out.push_back(diagnose(Code::bad_selector, term.spot().place(), test.error().message));
      return;
    }
    if (std::ranges::find(known, test->fact) == known.end()) {
      out.push_back(diagnose(Code::unknown_fact, term.spot().place(), text("unknown fact `", test->fact, "`"),
                             did_you_mean(test->fact, known)));
      return;
    }
    (where == "all" ? when.all : where == "any" ? when.any : when.none).push_back(std::move(*test));
  });
  return when;
}

}  // namespace flyball::compile
