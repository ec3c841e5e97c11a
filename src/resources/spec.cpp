#include "resources/spec.hpp"

#include <algorithm>
#include <utility>

namespace flyball {
namespace {

template <class S, class Visit>
void each_field(Visit&& visit) {
  std::apply([&](const auto&... fields) { (visit(fields), ...); }, S::fields());
}

template <class S, class T>
FieldInfo info(const Field<S, T>& f) {
  return {.name = f.name, .type = FieldCodec<T>::type, .use = f.use, .help = f.help};
}

template <class S>
KindInfo describe() {
  KindInfo out{.kind = S::kind, .collection = S::collection, .help = S::help};
  each_field<S>([&](const auto& f) { out.fields.push_back(info(f)); });
  return out;
}

template <std::size_t... I>
std::vector<KindInfo> describe_all(std::index_sequence<I...>) {
  return {describe<std::variant_alternative_t<I, Spec>>()...};
}

template <class S, class T>
Result<> read_field(S& spec, const Field<S, T>& f, std::string_view name, const Json& json) {
  if (f.name == name) spec.*f.member = TRY(FieldCodec<T>::decode(json), name);
  return {};
}

// What a user never writes follows from what they wrote.
template <class S>
void derive(S&) {}
void derive(Sysctl& spec) { spec.persisted = spec.value; }
void derive(Command& spec) { spec.done = true; }
void derive(Directory& spec) {
  if (spec.purge == true) spec.foreign = NameSet{};
}

enum class Fill { derived, nothing };

template <class S>
Result<Spec> decode_as(const Json::Object& object, Fill fill) {
  S spec;
  for (const auto& [name, json] : object) {
    bool known = false;
    Result<> read;
    each_field<S>([&](const auto& f) {
      if (f.name != name) return;
      known = true;
      read = read_field(spec, f, name, json);
    });
    if (!known) return fail(Errc::unsupported, "unknown field `", name, "` of a ", S::kind);
    TRY(std::move(read));
  }
  if (fill == Fill::derived) derive(spec);
  return Spec(std::move(spec));
}

constexpr auto all_kinds = std::make_index_sequence<std::variant_size_v<Spec>>();

template <std::size_t... I>
Result<Spec> decode_any(std::string_view kind, const Json::Object& object, Fill fill, std::index_sequence<I...>) {
  std::optional<Result<Spec>> out;
  ((std::variant_alternative_t<I, Spec>::kind == kind
        ? void(out = decode_as<std::variant_alternative_t<I, Spec>>(object, fill))
        : void()),
   ...);
  if (!out) return fail(Errc::unsupported, "unknown kind `", kind, "`: the agent is too old for it");
  return std::move(*out);
}

Result<Spec> decode_filling(std::string_view kind, const Json& fields, Fill fill) {
  if (fields.object() == nullptr) return fail(Errc::invalid, "the fields of a ", kind, " are not an object");
  return decode_any(kind, *fields.object(), fill, all_kinds);
}

Json encode_with(const Spec& spec, Fill derived_fields) {
  Json out{Json::Object{}};
  std::visit(
      [&]<class S>(const S& s) {
        each_field<S>([&]<class T>(const Field<S, T>& f) {
          if (f.use == FieldUse::derived && derived_fields == Fill::nothing) return;
          if (s.*f.member) out[f.name] = FieldCodec<T>::encode(*(s.*f.member));
        });
      },
      spec);
  return out;
}

template <class S, class T>
void compare_field(std::vector<FieldChange>& out, const Field<S, T>& f, const S& desired, const S* observed) {
  const auto& want = desired.*f.member;
  if (f.use == FieldUse::steering || !want) return;
  // An absent `ensure` of what was observed means what it means in YAML: it is there.
  const std::optional<T> have = observed != nullptr ? observed->*f.member : std::nullopt;
  if constexpr (std::is_same_v<T, Ensure>) {
    if (*want == Ensure::present && observed != nullptr) return;
  }
  if (have && satisfied(*want, *have)) return;
  out.push_back({.field = std::string(f.name),
                 .before = have ? std::optional(FieldCodec<T>::encode(*have)) : std::nullopt,
                 .after = FieldCodec<T>::encode(*want)});
}

template <class S>
constexpr bool has_ensure = requires(const S& s) { s.ensure; };

template <class S>
bool absent_wanted(const S& spec) {
  if constexpr (has_ensure<S>) {
    return spec.ensure == Ensure::absent;
  } else {
    return false;
  }
}

}  // namespace

const FieldInfo* KindInfo::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldInfo::name);
  return found == fields.end() ? nullptr : &*found;
}

std::span<const KindInfo> kinds() {
  static const std::vector<KindInfo> all = describe_all(all_kinds);
  return all;
}

const KindInfo* find_kind(std::string_view kind) {
  const auto found = std::ranges::find(kinds(), kind, &KindInfo::kind);
  return found == kinds().end() ? nullptr : &*found;
}

const KindInfo* find_collection(std::string_view collection) {
  const auto found = std::ranges::find(kinds(), collection, &KindInfo::collection);
  return found == kinds().end() ? nullptr : &*found;
}

std::string_view kind_of(const Spec& spec) {
  return std::visit([]<class S>(const S&) { return S::kind; }, spec);
}

Json encode(const Spec& spec) { return encode_with(spec, Fill::nothing); }
Json encode_observed(const Spec& spec) { return encode_with(spec, Fill::derived); }
Result<Spec> decode(std::string_view kind, const Json& fields) { return decode_filling(kind, fields, Fill::derived); }
Result<Spec> decode_observed(std::string_view kind, const Json& fields) {
  return decode_filling(kind, fields, Fill::nothing);
}

bool wants_absence(const Spec& spec) {
  return std::visit([](const auto& s) { return absent_wanted(s); }, spec);
}

std::vector<FieldChange> differences(const Spec& desired, const std::optional<Spec>& observed) {
  std::vector<FieldChange> out;
  if (wants_absence(desired)) {
    if (observed) out.push_back({.field = "ensure", .before = "present", .after = "absent"});
    return out;
  }
  std::visit(
      [&]<class S>(const S& want) {
        const S* have = observed ? std::get_if<S>(&*observed) : nullptr;
        if (have == nullptr && has_ensure<S>)
          out.push_back({.field = "ensure", .before = "absent", .after = "present"});
        each_field<S>([&]<class T>(const Field<S, T>& f) {
          if constexpr (std::is_same_v<T, Ensure>) {
            if (have == nullptr) return;
          }
          compare_field(out, f, want, have);
        });
      },
      desired);
  return out;
}

std::string unit_name(std::string_view service) {
  return service.contains('.') ? std::string(service) : text(service, ".service");
}

}  // namespace flyball
