#include "compile/evaluate.hpp"

#include "base/bytes.hpp"
#include "compile/codes.hpp"
#include "compile/did_you_mean.hpp"

#include <algorithm>

namespace flyball::compile {
namespace {

bool holds_facts(const Json& value) {
  if (value.find("parts") != nullptr) return true;
  return value.array() != nullptr && std::ranges::any_of(*value.array(), holds_facts);
}

std::string_view type_in_words(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return "true or false";
    case FieldType::integer:
      return "a whole number";
    case FieldType::names:
      return "a list of texts";
    default:
      return "text";
  }
}

// What people often write where YAML 1.2 wants true or false.
std::string truth_help(std::string_view written) {
  static const std::vector<std::string_view> yes = {"yes", "on", "Yes", "On", "y", "True", "TRUE", "1"};
  static const std::vector<std::string_view> no = {"no", "off", "No", "Off", "n", "False", "FALSE", "0"};
  if (std::ranges::find(yes, written) != yes.end()) return "write true";
  if (std::ranges::find(no, written) != no.end()) return "write false";
  return {};
}

std::string clean_folder(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

// The value of a directory's `source` where it is set as plain text; the highest layer wins in the evaluation itself.
std::vector<std::string> sources_of(const ResourceId& id, const Layers& layers) {
  std::vector<std::string> out;
  for (const auto* block : layers) {
    const auto found = block->resources.find(id);
    if (found == block->resources.end()) continue;
    const auto* source = found->second.value.find("source");
    if (source != nullptr && source->is_scalar() && !source->is_null())
      out.push_back(clean_folder(std::string(source->text())));
  }
  return out;
}

}  // namespace

ResourceId normal_id(const ResourceId& id) {
  constexpr std::string_view suffix = ".service";
  if (id.kind() != Service::kind || !id.name().ends_with(suffix)) return id;
  return {id.kind(), id.name().substr(0, id.name().size() - suffix.size())};
}

std::map<ResourceId, TreeFile> tree_files(const Snapshot& snapshot, const Layers& layers) {
  std::map<ResourceId, TreeFile> out;
  std::set<ResourceId> directories;
  for (const auto* block : layers) {
    for (const auto& [id, written] : block->resources) {
      if (id.kind() == Directory::kind) directories.insert(id);
    }
  }
  for (const auto& id : directories) {
    for (const auto& source : sources_of(id, layers)) {
      const auto prefix = source + "/";
      for (auto file = snapshot.files.lower_bound(prefix);
           file != snapshot.files.end() && file->first.starts_with(prefix); ++file) {
        const auto relative = file->first.substr(prefix.size());
        for (auto slash = relative.find('/'); slash != std::string::npos; slash = relative.find('/', slash + 1)) {
          out.emplace(ResourceId(Directory::kind, text(id.name(), '/', relative.substr(0, slash))),
                      TreeFile{.directory = id, .path = text(source, '/', relative.substr(0, slash))});
        }
        out.emplace(ResourceId(File::kind, text(id.name(), '/', relative)),
                    TreeFile{.directory = id, .path = file->first});
      }
    }
  }
  // Whoever declares a path says all there is to say about it.
  for (const auto* block : layers) {
    for (const auto& [id, written] : block->resources) {
      for (const auto& kind : {File::kind, Directory::kind, Link::kind}) {
        if (id.kind() == File::kind || id.kind() == Directory::kind || id.kind() == Link::kind)
          out.erase(ResourceId(kind, id.name()));
      }
    }
  }
  return out;
}

Evaluated Evaluator::evaluate(const ResourceId& id, const MergedResource& merged, std::optional<Manage> manage) {
  Evaluated out;
  if (!merged.present) return out;
  if (merged.released) {
    out.variant.outcome = Variant::Outcome::released;
    return out;
  }
  out.variant.outcome = Variant::Outcome::managed;
  out.variant.relations.manage = manage.value_or(Manage::enforce);
  const auto before = scope_.diagnostics().size();
  for (const auto& [name, field] : merged.fields) read_field(id, field, out);
  if (scope_.diagnostics().size() == before) check_whole(id, merged, out);
  return out;
}

Evaluated Evaluator::evaluate_tree_file(const ResourceId& id, const TreeFile& file, const MergedResource& directory,
                                        std::optional<Manage> manage) {
  Evaluated out;
  const auto source = directory.fields.find("source");
  if (!directory.present || directory.released || source == directory.fields.end() || source->second.released)
    return out;
  const auto folder = clean_folder(std::string(source->second.written.value.text()));
  if (!file.path.starts_with(folder + "/")) return out;  // Another layer's folder.
  out.variant.outcome = Variant::Outcome::managed;
  out.variant.relations.manage = manage.value_or(Manage::enforce);
  for (const auto* name : {"owner", "group"}) {
    if (const auto field = directory.fields.find(name); field != directory.fields.end() && !field->second.released)
      read_field(file.directory, field->second, out);
  }
  const auto at = source->second.written.value.spot().place();
  if (id.kind() == Directory::kind) {
    out.variant.fields["mode"] = "0755";
    return out;
  }
  const auto* found = file_at(file.path, at);
  if (found == nullptr) return out;
  const auto digest = sha256(*found->bytes);
  out.variant.fields["content"] = digest.str();
  out.variant.fields["mode"] = found->type == SnapshotFile::Type::executable ? "0755" : "0644";
  out.contents.emplace(digest, found->bytes);
  return out;
}

void Evaluator::read_field(const ResourceId& id, const MergedField& field, Evaluated& into) {
  const auto* kind = find_kind(id.kind());
  const auto& node = field.written.value;
  auto& relations = into.variant.relations;
  const auto name = field_of(id.kind(), field.key);
  if (name == "docs" || (id.kind() == Directory::kind && name == "source")) return;
  if (field.released) {
    if (kind->find(name) != nullptr) relations.released.emplace_back(name);
    return;
  }
  if (name == "needs") {
    relations.needs = resource_ids(field);
  } else if (name == "restart_on" || name == "on_change") {
    relations.restart_on = resource_ids(field);
  } else if (name == "reload_on") {
    relations.reload_on = resource_ids(field);
  } else if (name == "manage") {
    if (node.text() != "enforce" && node.text() != "observe") {
      scope_.diagnostics().push_back(diagnose(Code::bad_value, node.spot().place(),
                                              text("`", node.text(), "` is not a way to manage"),
                                              "write enforce or observe"));
    }
    relations.manage = node.text() == "observe" ? Manage::observe : Manage::enforce;
  } else if (const auto* info = kind->find(name); info != nullptr && info->use != FieldUse::derived) {
    auto value = value_of(*kind, *info, field, into);
    if (!value) return;
    Json alone;
    alone[name] = *value;
    if (!holds_facts(*value)) {
      if (const auto decoded = decode(kind->kind, alone); !decoded) {
        const auto message = decoded.error().message;
        scope_.diagnostics().push_back(
            diagnose(Code::bad_value, node.spot().place(), message.substr(message.find(": ") + 2)));
        return;
      }
    }
    into.variant.fields[name] = std::move(*value);
  }
}

bool Evaluator::wrong_type(const yaml::Node& node, std::string_view field, std::string_view wanted, std::string help) {
  scope_.diagnostics().push_back(diagnose(Code::wrong_type, node.spot().place(),
                                          text("`", field, "` is ", describe(node), ", not ", wanted),
                                          std::move(help)));
  return false;
}

std::optional<Json> Evaluator::value_of(const KindInfo&, const FieldInfo& info, const MergedField& field,
                                        Evaluated& into) {
  if (info.type == FieldType::content) return content_of(field, into);
  const auto* behind = scope_.variable_behind(field.written.value);
  const auto& node = behind != nullptr ? *behind : field.written.value;
  const auto wanted = type_in_words(info.type);
  if (info.type == FieldType::names) return names_of_list(node, field);
  if (!node.is_scalar() || node.is_null()) return wrong_type(node, field.key, wanted), std::nullopt;
  const auto expanded = scope_.expand(node);
  if (!expanded.literal()) return expanded.json();
  if (info.type == FieldType::boolean) {
    const bool as_text = take_apart(node.text()).whole() != nullptr;
    const auto value = as_text ? (expanded.text() == "true"    ? std::optional(true)
                                  : expanded.text() == "false" ? std::optional(false)
                                                               : std::nullopt)
                               : node.boolean();
    if (!value) return wrong_type(node, field.key, wanted, truth_help(expanded.text())), std::nullopt;
    return *value;
  }
  if (info.type == FieldType::integer) {
    const auto value = node.integer();
    if (!value) return wrong_type(node, field.key, wanted), std::nullopt;
    return *value;
  }
  return expanded.text();
}

std::optional<Json> Evaluator::names_of_list(const yaml::Node& node, const MergedField& field) {
  if (scope_.lenient() && take_apart(node.text()).whole() != nullptr) return scope_.expand(node).json();
  if (!node.is_sequence())
    return wrong_type(node, field.key, "a list of texts",
                      node.is_scalar() && !node.is_null() ? text("write [", node.text(), "]") : ""),
           std::nullopt;
  Json::Array out;
  for (const auto& item : node.items()) {
    if (!item.is_scalar() || item.is_null())
      return wrong_type(item, text("an entry of ", field.key), "text"), std::nullopt;
    out.push_back(scope_.expand(item).json());
  }
  return out;
}

std::optional<Json> Evaluator::keep(const Expanded& content, Evaluated& into) {
  if (!content.literal()) return content.json();
  auto bytes = std::make_shared<const Bytes>(content.text());
  const auto digest = sha256(*bytes);
  into.contents.emplace(digest, std::move(bytes));
  return digest.str();
}

const SnapshotFile* Evaluator::file_at(const std::string& path, const Place& at) {
  auto& out = scope_.diagnostics();
  const bool leads_away = path.starts_with('/') || path == ".." || path.starts_with("../") || path.contains("/../") ||
                          path.ends_with("/..");
  if (leads_away) {
    out.push_back(diagnose(Code::outside_repository, at, text("`", path, "` leads out of the repository"),
                           "name a file by its path from the repository's root"));
    return nullptr;
  }
  const auto found = snapshot_.files.find(path);
  if (found == snapshot_.files.end()) {
    std::vector<std::string_view> known;
    for (const auto& [name, file] : snapshot_.files) {
      if (!is_configuration(name)) known.push_back(name);
    }
    out.push_back(
        diagnose(Code::missing_file, at, text("the repository has no file `", path, "`"), did_you_mean(path, known)));
    return nullptr;
  }
  const auto& file = found->second;
  if (file.type == SnapshotFile::Type::symlink || file.type == SnapshotFile::Type::submodule) {
    out.push_back(
        diagnose(Code::outside_repository, at,
                 text("`", path, "` is a ", file.type == SnapshotFile::Type::symlink ? "symbolic link" : "submodule",
                      ", which is not followed"),
                 "put the file itself there"));
    return nullptr;
  }
  if (file.bytes == nullptr) {
    out.push_back(diagnose(Code::content_too_large, at,
                           text("`", path, "` has ", file.size / (1U << 20U), " MiB; at most 16 are sent to devices"),
                           "ship it as a package"));
    return nullptr;
  }
  return &file;
}

std::optional<Json> Evaluator::content_of(const MergedField& field, Evaluated& into) {
  const auto& node = field.written.value;
  if (!node.is_scalar() || node.is_null()) return wrong_type(node, field.key, "text"), std::nullopt;
  if (field.key == "content") return keep(scope_.expand(node), into);
  const auto path = scope_.expand(node);
  if (!path.literal()) {
    if (!scope_.lenient())
      scope_.diagnostics().push_back(diagnose(Code::bad_reference, node.spot().place(),
                                              text("`", field.key, "` cannot depend on facts"),
                                              "use blocks of `when: facts` with a file each"));
    return std::nullopt;
  }
  const auto* file = file_at(path.text(), node.spot().place());
  if (file == nullptr) return std::nullopt;
  if (field.key == "source") {
    const auto digest = sha256(*file->bytes);
    into.contents.emplace(digest, file->bytes);
    return digest.str();
  }
  if (!is_utf8(*file->bytes) || file->bytes->contains('\0')) {
    scope_.diagnostics().push_back(diagnose(Code::not_text, node.spot().place(),
                                            text("the template `", path.text(), "` is not text in UTF-8"),
                                            "send it as it is with `source`"));
    return std::nullopt;
  }
  const auto place_of = [&](std::size_t offset, std::size_t length) {
    const std::string_view before = std::string_view(*file->bytes).substr(0, offset);
    const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1);
    const auto start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line.
    const auto column = std::ranges::count_if(before.substr(start),
                                              [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
    return Place{.file = path.text(),
                 .line = line,
                 .column = static_cast<std::uint32_t>(column + 1),
                 .length = static_cast<std::uint32_t>(length)};
  };
  return keep(scope_.expand(*file->bytes, place_of), into);
}

std::vector<ResourceId> Evaluator::resource_ids(const MergedField& field) {
  std::vector<ResourceId> out;
  const auto& node = field.written.value;
  if (!node.is_sequence()) {
    wrong_type(node, field.key, "a list of resources",
               node.is_scalar() && !node.is_null() ? text("write [\"", node.text(), "\"]") : "");
    return out;
  }
  for (const auto& item : node.items()) {
    const auto id = ResourceId::parse(item.text());
    if (!id || find_kind(id->kind()) == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& kind : kinds()) known.push_back(kind.kind);
      const auto help = id ? did_you_mean(id->kind(), known) : std::string("write kind:name, such as package:nginx");
      scope_.diagnostics().push_back(
          diagnose(Code::unknown_resource, item.spot().place(), text("`", item.text(), "` is no resource"), help));
      continue;
    }
    out.push_back(normal_id(*id));
  }
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

void Evaluator::check_whole(const ResourceId& id, const MergedResource& merged, const Evaluated& evaluated) {
  if (std::ranges::any_of(*evaluated.variant.fields.object(),
                          [](const auto& field) { return holds_facts(field.second); }))
    return;
  const auto spec = decode(id.kind(), evaluated.variant.fields);
  auto good = spec ? check_spec(*spec) : std::unexpected(spec.error());
  if (good) good = check_absence(id, *spec);
  // A block that no device uses may leave to others what is missing here.
  if (!good && !scope_.lenient())
    scope_.diagnostics().push_back(
        diagnose(good.error().message.contains("needs `") ? Code::missing_key : Code::bad_value, merged.key.place(),
                 good.error().message));
}

}  // namespace flyball::compile
