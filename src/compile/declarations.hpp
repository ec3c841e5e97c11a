#pragma once

#include "compile/fleet.hpp"
#include "compile/yaml/node.hpp"
#include "model/snapshot.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flyball::compile {

/// Which devices are meant, by what git says of them. Empty: all.
struct Selector {
  struct Term {
    std::string key;                   ///< A label, or `group`.
    std::optional<std::string> value;  ///< None: the label is there, whatever it says.
  };
  std::vector<Term> all;
  std::vector<Term> any;
  std::vector<Term> none;
  bool takes(const Labels& labels, const GroupPath& group) const;
};

/// A key with its value, as written.
struct Written {
  yaml::Spot key;
  yaml::Node value;
};

/// What can set variables and resources: fleet.yaml, a profile, a group, a `when` block, a device, an override.
struct Block {
  std::string layer;  ///< `group kiosks`
  yaml::Spot at;
  std::map<std::string, Written, std::less<>> vars;
  std::map<ResourceId, Written> resources;  ///< A map of fields, or null.
  std::optional<Manage> manage;
  When when;       ///< Only the device can decide.
  Selector match;  ///< Decided here.
  std::string docs;
};

struct NameAt {
  std::string name;
  yaml::Spot at;
};

struct Profile {
  std::string name;
  Block block;
};
struct Group {
  GroupPath name;
  std::vector<NameAt> use;
  Block block;
  std::vector<Block> when;
};
struct DeviceDeclaration {
  DeviceId id;
  GroupPath group;
  yaml::Spot group_at;
  Labels labels;
  std::string serial;
  Block block;
};
struct Override {
  std::string name;
  std::vector<NameAt> devices;
  bool selects = false;  ///< By `match` of its block instead.
  Block block;
};

/// All files of configuration, read: the nodes stay valid as long as this does.
struct Declarations {
  std::vector<yaml::Document> documents;
  std::size_t files = 0;
  bool has_fleet = false;
  bool complete = true;  ///< False when a file could not be read to its end: what is missing means nothing then.
  yaml::Spot fleet_at;
  RepositoryId id;
  std::string name;
  Guards guards;
  Block fleet;  ///< Only variables.
  std::map<std::string, Profile, std::less<>> profiles;
  std::map<GroupPath, Group> groups;
  std::map<DeviceId, DeviceDeclaration> devices;
  std::map<std::string, Override, std::less<>> overrides;  ///< By name, which is their order too.
};

/// Reads every file of configuration; mistakes are appended to `out`.
Declarations read_declarations(const Snapshot& snapshot, std::vector<Diagnostic>& out);

/// Whether this path is one that is read as configuration.
bool is_configuration(std::string_view path);

/// What keys an item takes, and what they are for: the one list behind the reader and the JSON Schema.
struct KeyInfo {
  std::string_view name;
  std::string_view type;  ///< `text`, `list`, `map`, `truth`, `percent`, `number`
  std::string_view help;
};
const std::vector<KeyInfo>& keys_of(
    std::string_view item);  ///< `fleet`, `devices`, `device`, `group`, `when`, `profile`, `override`.
/// The keys that every resource takes besides its kind's fields.
const std::vector<KeyInfo>& common_keys(std::string_view kind);

}  // namespace flyball::compile
