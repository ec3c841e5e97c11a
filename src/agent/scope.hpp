#pragma once

#include "model/ids.hpp"
#include "plan/plan.hpp"
#include "providers/provider.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace flyball::agent {

/// The provider of a kind, or null: `[&](auto kind) { return providers.find(kind); }`.
using ProviderOf = std::function<providers::Provider*(std::string_view kind)>;

/// What a reconcile looks at: everything, or what may have moved, with who moved it where that is known.
struct Scope {
  bool all = false;
  std::map<ResourceId, std::string> dirty;
};

}  // namespace flyball::agent
