#include "compile/declarations.hpp"

#include "compile/did_you_mean.hpp"
#include "compile/item_reader.hpp"
#include "compile/yaml/reader.hpp"
#include "resources/spec.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flyball::compile {
namespace {

constexpr std::array read_folders = {"devices/", "groups/", "profiles/", "overrides/"};
constexpr std::array later_folders = {"rollouts/", "policies/", "queries/", "secrets/", "tests/"};
constexpr std::array later_kinds = {"rollout", "policy", "query", "secret", "test", "duties"};

bool is_yaml(std::string_view path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }
bool is_fleet_file(std::string_view path) { return path == "fleet.yaml" || path == "fleet.yml"; }

template <class Folders>
bool below(std::string_view path, const Folders& folders) {
  return std::ranges::any_of(folders, [&](std::string_view folder) { return path.starts_with(folder); });
}

// What a name of a device, group, profile or override may be made of; groups also take slashes.
bool is_name(std::string_view name, bool slashes) {
  if (name.empty() || name.size() > 200) return false;
  bool start = true;
  for (const char c : name) {
    if (c == '/') {
      if (!slashes || start) return false;
      start = true;
      continue;
    }
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && (start || (c != '-' && c != '_' && c != '.'))) return false;
    start = false;
  }
  return !start;
}

class Reading {
 public:
  Reading(Declarations& into, std::vector<Diagnostic>& out) : into_(into), out_(out) {}

  void read_file(const yaml::Document& document) {
    into_.complete = into_.complete && document.complete();
    const yaml::Spot start{.file = &document.file(), .line = 0, .column = 0, .length = 1};
    // A file that says nothing readable may have been the very one that others refer to: that is told once.
    const auto unread = [&] { into_.complete = false; };
    if (document.empty()) {
      if (document.complete())
        out_.push_back(diagnose(Code::empty_file, start.place(), text(document.file(), " says nothing")));
      return;
    }
    const auto& root = *document.root();
    if (!expect_map(root, "the file", out_)) return unread();
    const auto* kind = root.find("kind");
    if (kind == nullptr || !kind->is_scalar()) {
      unread();
      // What could not be read to its end may have had its kind further down.
      if (document.complete())
        out_.push_back(diagnose(Code::missing_key, (kind == nullptr ? root.spot() : kind->spot()).place(),
                                "`kind` is missing", "the first line says what the file is: `kind: group`"));
      return;
    }
    read_kind(kind->text(), *kind, root);
  }

 private:
  void read_kind(std::string_view kind, const yaml::Node& at, const yaml::Node& root) {
    static const std::vector<std::string_view> known = {"fleet", "devices", "group", "profile", "override"};
    if (kind == "fleet") return read_fleet(root, at.spot());
    if (kind == "devices") return read_devices(root);
    if (kind == "group") return read_group(root, at.spot());
    if (kind == "profile") return read_profile(root, at.spot());
    if (kind == "override") return read_override(root, at.spot());
    if (std::ranges::find(later_kinds, kind) != later_kinds.end()) {
      out_.push_back(diagnose(Code::not_supported, at.spot().place(),
                              text("kind `", kind, "` is not supported by this version"),
                              "remove the file until it is"));
    } else {
      into_.complete = false;
      out_.push_back(
          diagnose(Code::bad_value, at.spot().place(), text("unknown kind `", kind, "`"), did_you_mean(kind, known)));
    }
  }

  void read_fleet(const yaml::Node& root, const yaml::Spot& at) {
    if (!is_fleet_file(*at.file)) {
      out_.push_back(diagnose(Code::declared_twice, at.place(),
                              "`kind: fleet` belongs into fleet.yaml at the root of the repository"));
      return;
    }
    into_.has_fleet = true;
    into_.fleet_at = at;
    // Parts of the language that this version does not have are named as such, not as slips of the finger.
    for (const auto& [key, value] : root.entries()) {
      if (key.text() == "rollout" || key.text() == "duties" || key.text() == "secrets") {
        out_.push_back(diagnose(Code::not_supported, key.spot().place(),
                                text("`", key.text(), "` is not supported by this version"), "remove it until it is"));
      }
    }
    const auto before = out_.size();
    const ItemReader reader(root, "fleet", out_);
    std::erase_if(out_, [&](const Diagnostic& d) {
      return d.code == info(Code::unknown_key).id &&
             std::ranges::any_of(std::array{"`rollout`", "`duties`", "`secrets`"},
                                 [&](const char* n) { return d.message.contains(n); }) &&
             &d >= out_.data() + before;
    });
    into_.name = reader.required("name", at);
    into_.id = RepositoryId(reader.required("id", at));
    if (!into_.id.empty() && !is_name(into_.id.str(), false))
      out_.push_back(diagnose(Code::bad_name, reader.find("id")->value.spot().place(),
                              text("`", into_.id, "` cannot be an id"),
                              "letters, digits, `-`; `flyball init` makes one"));
    into_.fleet = {.layer = "fleet", .at = at, .vars = reader.entries("vars"), .docs = reader.text("docs")};
    if (const auto* guards = reader.find("guards")) read_guards(guards->value);
  }

  void read_guards(const yaml::Node& node) {
    const ItemReader reader(node, "guards", out_);
    if (const auto* entry = reader.find("max_delete")) {
      auto written = entry->value.text();
      double value = 0;
      const bool percent = written.ends_with('%');
      if (percent) written.remove_suffix(1);
      const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
      if (!percent || error != std::errc() || end != written.data() + written.size() || value < 0 || value > 100) {
        out_.push_back(diagnose(Code::bad_value, entry->value.spot().place(),
                                text("`", entry->value.text(), "` is no share"), "write a percentage such as 5%"));
      } else {
        into_.guards.max_delete_percent = value;
      }
    }
    if (const auto* entry = reader.find("max_devices")) {
      const auto value = entry->value.integer();
      if (!value || *value < 0) {
        out_.push_back(diagnose(Code::bad_value, entry->value.spot().place(),
                                text("`", entry->value.text(), "` is no number of devices"),
                                "write a whole number such as 500"));
      } else {
        into_.guards.max_devices = static_cast<std::uint64_t>(*value);
      }
    }
  }

  // What all blocks have in common: variables, resources, whether to enforce.
  Block read_block(const ItemReader& reader, std::string layer, const yaml::Spot& at) {
    Block block{.layer = std::move(layer), .at = at, .vars = reader.entries("vars"), .docs = reader.text("docs")};
    if (const auto* manage = reader.find("manage")) {
      if (manage->value.text() == "observe") {
        block.manage = Manage::observe;
      } else if (manage->value.text() == "enforce") {
        block.manage = Manage::enforce;
      } else {
        out_.push_back(diagnose(Code::bad_value, manage->value.spot().place(),
                                text("`", manage->value.text(), "` is not a way to manage"),
                                "write enforce or observe"));
      }
    }
    for (const auto& kind : kinds()) {
      if (const auto* collection = reader.find(kind.collection)) read_collection(block, kind, collection->value);
    }
    return block;
  }

  void read_collection(Block& block, const KindInfo& kind, const yaml::Node& collection) {
    for (const auto& [name, value] : collection.entries()) {
      if (const auto good = check_name(kind.kind, name.text()); !good) {
        out_.push_back(diagnose(Code::bad_name, name.spot().place(), good.error().message));
        continue;
      }
      // `nginx:` with nothing behind it is null to YAML; whoever releases something should have to write so.
      if (value.is_null() && value.text().empty()) {
        out_.push_back(diagnose(Code::wrong_type, name.spot().place(), text("nothing follows `", name.text(), ":`"),
                                "write {} for all defaults, or null to release it"));
        continue;
      }
      if (!value.is_mapping() && !value.is_null()) {
        out_.push_back(diagnose(Code::wrong_type, value.spot().place(),
                                text("`", name.text(), "` is ", describe(value), ", not a map of fields"),
                                "write {} for all defaults, or null to release it"));
        continue;
      }
      // One unit, one id, however it was written.
      const auto id = ResourceId(kind.kind, kind.kind == Service::kind && name.text().ends_with(".service")
                                                ? name.text().substr(0, name.text().size() - 8)
                                                : name.text());
      block.resources.insert_or_assign(id, Written{.key = name.spot(), .value = value});
    }
  }

  bool check_free(bool taken, std::string_view what, std::string_view name, const yaml::Spot& at,
                  const yaml::Spot& first) {
    if (!taken) return true;
    auto fault = diagnose(Code::declared_twice, at.place(), text("the ", what, " `", name, "` is declared twice"));
    fault.notes.push_back({.at = first.place(), .message = "first declared here"});
    out_.push_back(std::move(fault));
    return false;
  }

  std::string read_name(const ItemReader& reader, const yaml::Spot& at, bool slashes) {
    auto name = reader.required("name", at);
    if (name.empty() || is_name(name, slashes)) return name;
    out_.push_back(diagnose(Code::bad_name, reader.find("name")->value.spot().place(),
                            text("`", name, "` cannot be a name"),
                            slashes ? "letters, digits, `-`, `_`, `.`; `/` between the steps of the tree"
                                    : "letters, digits, `-`, `_`, `.`"));
    return {};
  }

  void read_profile(const yaml::Node& root, const yaml::Spot& at) {
    const ItemReader reader(root, "profile", out_);
    const auto name = read_name(reader, at, false);
    if (name.empty()) return;
    const auto found = into_.profiles.find(name);
    if (!check_free(found != into_.profiles.end(), "profile", name, reader.find("name")->value.spot(),
                    found != into_.profiles.end() ? found->second.block.at : at))
      return;
    into_.profiles.emplace(
        name,
        Profile{.name = name, .block = read_block(reader, text("profile ", name), reader.find("name")->value.spot())});
  }

  void read_group(const yaml::Node& root, const yaml::Spot& at) {
    const ItemReader reader(root, "group", out_);
    const GroupPath name(read_name(reader, at, true));
    if (name.empty()) return;
    const auto spot = reader.find("name")->value.spot();
    const auto found = into_.groups.find(name);
    if (!check_free(found != into_.groups.end(), "group", name.str(), spot,
                    found != into_.groups.end() ? found->second.block.at : at))
      return;
    Group group{.name = name, .use = reader.list("use"), .block = read_block(reader, text("group ", name), spot)};
    if (const auto* when = reader.find("when")) {
      for (const auto& item : when->value.items()) {
        if (expect_map(item, "a block of `when`", out_)) group.when.push_back(read_when(item, group));
      }
    }
    into_.groups.emplace(name, std::move(group));
  }

  Block read_when(const yaml::Node& node, const Group& group) {
    const ItemReader reader(node, "when", out_);
    auto block = read_block(reader, text("group ", group.name, ", when block ", group.when.size() + 1), node.spot());
    if (const auto* match = reader.find("match")) block.match = read_selector(match->value, out_);
    if (const auto* facts = reader.find("facts")) block.when = read_facts(facts->value, out_);
    if (node.find("match") == nullptr && node.find("facts") == nullptr) {
      out_.push_back(diagnose(Code::missing_key, node.spot().place(), "a block of `when` needs `match` or `facts`",
                              "without a condition it belongs into the group itself"));
    }
    return block;
  }

  void read_devices(const yaml::Node& root) {
    const ItemReader reader(root, "devices", out_);
    for (const auto& [name, written] : reader.entries("devices")) read_device(name, written, reader);
  }

  void read_device(const std::string& name, const Written& written, const ItemReader& file) {
    if (!is_name(name, false)) {
      out_.push_back(diagnose(Code::bad_name, written.key.place(), text("`", name, "` cannot be the name of a device"),
                              "letters, digits, `-`, `_`, `.`"));
      return;
    }
    if (!written.value.is_null() && !expect_map(written.value, text("device `", name, "`"), out_)) return;
    const ItemReader reader(written.value, "device", out_);
    const DeviceId id(name);
    const auto found = into_.devices.find(id);
    if (!check_free(found != into_.devices.end(), "device", name, written.key,
                    found != into_.devices.end() ? found->second.block.at : written.key))
      return;
    DeviceDeclaration device{
        .id = id, .serial = reader.text("serial"), .block = read_block(reader, text("device ", name), written.key)};
    const auto* group = reader.find("group");
    if (group == nullptr) group = file.find("group");
    if (group == nullptr) {
      out_.push_back(diagnose(Code::missing_key, written.key.place(), text("device `", name, "` is in no group"),
                              "write `group:` in the device, or once at the top of the file"));
      return;
    }
    device.group = GroupPath(group->value.text());
    device.group_at = group->value.spot();
    for (const auto& [label, value] : reader.entries("labels")) {
      if (value.value.is_scalar() && !value.value.is_null()) {
        device.labels.emplace(label, value.value.text());
      } else {
        out_.push_back(diagnose(Code::wrong_type, value.value.spot().place(),
                                text("label `", label, "` is ", describe(value.value), ", not text")));
      }
    }
    into_.devices.emplace(id, std::move(device));
  }

  void read_override(const yaml::Node& root, const yaml::Spot& at) {
    const ItemReader reader(root, "override", out_);
    const auto name = read_name(reader, at, false);
    (void)reader.required("reason", at);
    const auto until = reader.required("until", at);
    if (name.empty()) return;
    const auto found = into_.overrides.find(name);
    if (!check_free(found != into_.overrides.end(), "override", name, reader.find("name")->value.spot(),
                    found != into_.overrides.end() ? found->second.block.at : at))
      return;
    Override out{.name = name,
                 .devices = reader.list("devices"),
                 .block = read_block(reader, text("override ", name, until.empty() ? "" : text(", until ", until)),
                                     reader.find("name")->value.spot())};
    if (!until.empty()) {
      out.block.when.until = parse_date(until);
      if (!out.block.when.until) out.block.when.until = parse_rfc3339(until);
      if (!out.block.when.until)
        out_.push_back(diagnose(Code::bad_value, reader.find("until")->value.spot().place(),
                                text("`", until, "` is no date"), "write 2026-12-05, or 2026-12-05T18:00:00Z"));
    }
    if (const auto* match = reader.find("match")) {
      out.block.match = read_selector(match->value, out_);
      out.selects = true;
    }
    if (out.selects == !out.devices.empty()) {
      out_.push_back(diagnose(Code::missing_key, at.place(),
                              "an override is for `devices` or for those that `match` takes: one of the two"));
    }
    into_.overrides.emplace(name, std::move(out));
  }

  Declarations& into_;
  std::vector<Diagnostic>& out_;
};

}  // namespace

bool is_configuration(std::string_view path) {
  return is_fleet_file(path) || (is_yaml(path) && below(path, read_folders));
}

Declarations read_declarations(const Snapshot& snapshot, std::vector<Diagnostic>& out) {
  Declarations into;
  Reading reading(into, out);
  for (const auto& [path, file] : snapshot.files) {
    const Place at{.file = path};
    if (is_yaml(path) && below(path, later_folders)) {
      out.push_back(diagnose(Code::not_supported, at,
                             text(path.substr(0, path.find('/')), "/ is not supported by this version"),
                             "remove the file until it is"));
      continue;
    }
    if (!is_configuration(path)) {
      if (is_yaml(path) && !path.contains('/'))
        out.push_back(diagnose(
            path == "duties.yaml" ? Code::not_supported : Code::not_read, at,
            path == "duties.yaml" ? "duties.yaml is not supported by this version" : text(path, " is not read")));
      continue;
    }
    ++into.files;
    if (file.type == SnapshotFile::Type::symlink || file.type == SnapshotFile::Type::submodule) {
      out.push_back(diagnose(Code::outside_repository, at, text(path, " is a link, which is not followed"),
                             "put the file itself there"));
      into.complete = false;
      continue;
    }
    if (file.bytes == nullptr) {
      out.push_back(
          diagnose(Code::file_too_large, at, text("the file has ", file.size, " bytes; at most 4 MiB are read")));
      into.complete = false;
      continue;
    }
    into.documents.push_back(yaml::read(*file.bytes, path, out));
    reading.read_file(into.documents.back());
  }
  return into;
}

}  // namespace flyball::compile
