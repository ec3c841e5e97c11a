#pragma once

#include "providers/provider.hpp"

#include <algorithm>
#include <string_view>
#include <variant>
#include <vector>

namespace flyball::providers {

/// The desired spec as the kind's own type; the subject is of that kind.
template <class S>
const S& desired_of(const Subject& subject) {
  return std::get<S>(subject.desired);
}

inline std::string name_of(const Subject& subject) { return std::string(subject.id.name()); }

inline bool has(const std::vector<FieldChange>& changes, std::string_view field) {
  return std::ranges::find(changes, field, &FieldChange::field) != changes.end();
}

inline bool has(const std::vector<std::string>& fields, std::string_view field) {
  return std::ranges::find(fields, field) != fields.end();
}

inline bool is_managed(const Subject& subject, const ResourceId& id) {
  return subject.managed != nullptr && subject.managed->contains(id);
}

/// `a, b and 3 more`: at most five of them, for people.
std::string some_of(const std::vector<std::string>& names);

}  // namespace flyball::providers
