#include "compile/declarations.hpp"
#include "resources/spec.hpp"

namespace flyball::compile {
namespace {

std::vector<KeyInfo> with_collections(std::vector<KeyInfo> keys) {
  for (const auto& kind : kinds()) keys.push_back({kind.collection, "map", kind.help});
  return keys;
}

using Table = std::map<std::string_view, std::vector<KeyInfo>>;

Table make_table() {
  const KeyInfo kind{"kind", "text", "what the file is"};
  const KeyInfo docs{"docs", "text", "where it is documented, as a path of the repository or a URL"};
  const KeyInfo vars{"vars", "map", "variables, used as ${{ vars.name }}"};
  const KeyInfo manage{"manage", "text", "enforce (default), or observe: report drift, change nothing"};
  const KeyInfo match{"match", "map", "which devices, by labels and groups: all, any, none"};
  return {
      {"fleet",
       {kind,
        {"id", "text", "made once by `flyball init`, so that fleets never mix"},
        {"name", "text", "the fleet's name"},
        docs,
        vars,
        {"guards", "map", "limits on what one change may do: max_delete, max_devices"}}},
      {"guards",
       {{"max_delete", "percent", "how much of what is managed may leave in one change (5%)"},
        {"max_devices", "number", "how many devices one change may reach (500)"}}},
      {"devices",
       {kind,
        docs,
        {"group", "text", "the group of the devices that do not say one"},
        {"devices", "map", "the devices by name"}}},
      {"device", with_collections({docs,
                                   vars,
                                   manage,
                                   {"group", "text", "the group it is in"},
                                   {"serial", "text", "serial number, for people"},
                                   {"labels", "map", "labels, text by name"}})},
      {"group",
       with_collections({kind,
                         {"name", "text", "its path in the tree: kiosks/berlin"},
                         docs,
                         vars,
                         manage,
                         {"use", "list", "the profiles it uses"},
                         {"when", "list", "blocks for some of its devices: match or facts, and what they set"}})},
      {"when", with_collections({docs,
                                 vars,
                                 manage,
                                 match,
                                 {"facts", "map", "which devices, by what they tell of themselves: all, any, none"}})},
      {"profile", with_collections({kind, {"name", "text", "by which groups use it"}, docs, vars, manage})},
      {"override", with_collections({kind,
                                     {"name", "text", "its name; overrides apply in the order of their names"},
                                     docs,
                                     vars,
                                     manage,
                                     match,
                                     {"devices", "list", "the devices it is for"},
                                     {"reason", "text", "why; required"},
                                     {"ticket", "text", "where it is tracked"},
                                     {"until", "text", "the day it ends, 2026-12-05; required"}})},
  };
}

}  // namespace

const std::vector<KeyInfo>& keys_of(std::string_view item) {
  static const Table table = make_table();
  return table.at(item);
}

const std::vector<KeyInfo>& common_keys(std::string_view kind) {
  const KeyInfo docs{"docs", "text", "where it is documented"};
  const KeyInfo needs{"needs", "list", "resources that come before it, as kind:name"};
  const KeyInfo manage{"manage", "text", "enforce (default), or observe: report drift, change nothing"};
  static const std::vector<KeyInfo> plain = {docs, needs, manage};
  static const std::vector<KeyInfo> file = {
      docs,
      needs,
      manage,
      {"source", "text", "instead of content: a file of the repository"},
      {"template", "text", "instead of content: a file of the repository with variables in it"}};
  static const std::vector<KeyInfo> directory = {
      docs, needs, manage, {"source", "text", "a folder of the repository: what is in it is put here"}};
  static const std::vector<KeyInfo> service = {docs,
                                               needs,
                                               manage,
                                               {"restart_on", "list", "resources whose change restarts it"},
                                               {"reload_on", "list", "resources whose change reloads it"}};
  static const std::vector<KeyInfo> command = {
      docs, needs, manage, {"on_change", "list", "resources whose change runs it again"}};
  if (kind == File::kind) return file;
  if (kind == Directory::kind) return directory;
  if (kind == Service::kind) return service;
  if (kind == Command::kind) return command;
  return plain;
}

}  // namespace flyball::compile
