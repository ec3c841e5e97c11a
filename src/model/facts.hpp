#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flyball {

/// What a device reports about itself: `os.id` → "debian", `memory_bytes` → 8589934592. Values are strings, integers
/// or booleans. A fact that is not here is not known, which is something else than absent.
using Facts = std::map<std::string, Json, std::less<>>;

/// The facts every agent can tell, with a word on each; a name that is not here is a user's mistake.
struct FactInfo {
  std::string_view name;
  std::string_view help;
};
const std::vector<FactInfo>& known_facts();

/// One comparison: `os.id=debian`, `os.id!=debian`, `memory_bytes>=4GiB`.
struct FactTest {
  enum class Op { equal, not_equal, less, less_or_equal, greater, greater_or_equal };
  std::string fact;
  Op op = Op::equal;
  std::string value;  ///< As written. Numbers may carry kB, MB, GB, KiB, MiB, GiB, TiB.
  /// `invalid` with what is wrong when it is no comparison or an ordering of something that is no number.
  static Result<FactTest> parse(std::string_view text);
  std::string str() const;
  bool operator==(const FactTest&) const = default;
};

enum class Truth { no, yes, unknown };

/// When a variant of a resource applies. Empty: always.
struct When {
  std::vector<FactTest> all;
  std::vector<FactTest> any;
  std::vector<FactTest> none;
  std::optional<WallTime> until;  ///< Holds before that time.
  std::vector<When> also;         ///< All of these too: blocks inside blocks.

  bool always() const;
  /// Unknown as soon as the answer hangs on a fact that is not known.
  Truth holds(const Facts& facts, WallTime now) const;
  Json to_json() const;
  static Result<When> from_json(const Json& json);
  bool operator==(const When&) const = default;
};

}  // namespace flyball
