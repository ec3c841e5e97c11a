#pragma once

#include "base/json.hpp"
#include "model/change.hpp"
#include "resources/command/command.hpp"
#include "resources/directory/directory.hpp"
#include "resources/file/file.hpp"
#include "resources/link/link.hpp"
#include "resources/package/package.hpp"
#include "resources/service/service.hpp"
#include "resources/sysctl/sysctl.hpp"
#include "resources/user/user.hpp"
#include "resources/user_group/user_group.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace flyball {

/// The fields of a resource, whatever its kind. **The list of kinds**: all else walks it.
using Spec = std::variant<File, Directory, Link, Package, Service, User, UserGroup, Sysctl, Command>;

/// A kind, as the reader, the schema and the reference page see it.
struct KindInfo {
  std::string_view kind;        ///< `file`: the prefix of its ids.
  std::string_view collection;  ///< `files`: its key in YAML.
  std::string_view help;
  std::vector<FieldInfo> fields;
  const FieldInfo* find(std::string_view field) const;
};

std::span<const KindInfo> kinds();  ///< In the order of `Spec`.
const KindInfo* find_kind(std::string_view kind);
const KindInfo* find_collection(std::string_view collection);

std::string_view kind_of(const Spec& spec);

/// The set fields as a JSON object.
Json encode(const Spec& spec);
/// A spec of that kind; `unsupported` for a kind this version does not know, `invalid` with the field's name for a
/// field it does not know or a value of the wrong form. Derived fields that follow from others are filled in.
Result<Spec> decode(std::string_view kind, const Json& fields);

/// The same for what was observed: derived fields are kept as they were read, not filled in. For the ledger.
Json encode_observed(const Spec& spec);
Result<Spec> decode_observed(std::string_view kind, const Json& fields);

/// Whether a spec wants its resource not to exist.
bool wants_absence(const Spec& spec);

/// Which fields differ: for each compared field that `desired` sets, `before` from `observed` and `after` from
/// `desired`. Both of one kind. A resource that is not there differs in every compared field; where absence is
/// wanted, the one difference is `ensure`. Empty means equal.
std::vector<FieldChange> differences(const Spec& desired, const std::optional<Spec>& observed);

/// Whether the name can be one of that kind: an absolute, normal path; a package, unit or account name; a dotted key.
/// `invalid` with what is wrong.
Result<> check_name(std::string_view kind, std::string_view name);
/// Whether this may be wanted not to exist: no device lives without root, its package manager, systemd or libc.
Result<> check_absence(const ResourceId& id, const Spec& spec);
/// What the types cannot say: a file that is to be absent but has content, a command without `apply`.
Result<> check_spec(const Spec& spec);

/// The unit that a service is named by: `ssh` → `ssh.service`.
std::string unit_name(std::string_view service);

}  // namespace flyball
