#pragma once

#include "compile/layers.hpp"
#include "compile/references.hpp"
#include "model/snapshot.hpp"
#include "resources/resource.hpp"

#include <optional>
#include <string>

namespace flyball::compile {

/// A folder of the repository that a directory names by `source`: what lies in it, as resources below the directory.
struct TreeFile {
  ResourceId directory;  ///< Whose `source` it comes from.
  std::string path;      ///< In the repository.
};
/// The files and directories that `source` of directories brings, by id; what is declared itself is left out.
std::map<ResourceId, TreeFile> tree_files(const Snapshot& snapshot, const Layers& layers);

/// One way a resource comes out, and what it took.
struct Evaluated {
  Variant variant{.outcome = Variant::Outcome::none};
  Blobs contents;
};

/// Turns merged fields into a variant: fills in references, checks values, reads contents. Mistakes are told at their
/// places; the variant is then of no use.
class Evaluator {
 public:
  Evaluator(const Snapshot& snapshot, Scope& scope) : snapshot_(snapshot), scope_(scope) {}

  Evaluated evaluate(const ResourceId& id, const MergedResource& merged, std::optional<Manage> manage);
  /// A file or directory that came with a folder.
  Evaluated evaluate_tree_file(const ResourceId& id, const TreeFile& file, const MergedResource& directory,
                               std::optional<Manage> manage);

 private:
  void read_field(const ResourceId& id, const MergedField& field, Evaluated& into);
  std::optional<Json> value_of(const KindInfo& kind, const FieldInfo& info, const MergedField& field, Evaluated& into);
  std::optional<Json> content_of(const MergedField& field, Evaluated& into);
  std::optional<Json> keep(const Expanded& text, Evaluated& into);
  std::optional<Json> names_of_list(const yaml::Node& node, const MergedField& field);
  std::vector<ResourceId> resource_ids(const MergedField& field);
  const SnapshotFile* file_at(const std::string& path, const Place& at);
  void check_whole(const ResourceId& id, const MergedResource& merged, const Evaluated& evaluated);
  bool wrong_type(const yaml::Node& node, std::string_view field, std::string_view wanted, std::string help = {});

  const Snapshot& snapshot_;
  Scope& scope_;
};

/// A service is named without `.service`, however it was written.
ResourceId normal_id(const ResourceId& id);

}  // namespace flyball::compile
