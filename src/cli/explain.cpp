#include "cli/checkout.hpp"
#include "cli/render.hpp"
#include "cli/spec_view.hpp"
#include "cli/verbs.hpp"
#include "compile/codes.hpp"
#include "compile/compile.hpp"
#include "compile/did_you_mean.hpp"
#include "compile/field_changes.hpp"

#include <algorithm>

namespace flyball::cli {
namespace {

using compile::FieldOrigin;
using compile::Origin;

std::string wrapped(std::string_view paragraph, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!paragraph.empty()) {
    const auto end = std::min(paragraph.find(' '), paragraph.size());
    const auto word = paragraph.substr(0, end);
    paragraph.remove_prefix(std::min(end + 1, paragraph.size()));
    if (column > 0 && column + 1 + columns_of(word) > width) {
      out += '\n';
      column = 0;
    }
    if (column > 0) out += ' ', ++column;
    out += word;
    column += columns_of(word);
  }
  return out + '\n';
}

Result<ExitCode> explain_code(const Context& context, const compile::CodeInfo& code) {
  Json data;
  data["code"] = code.id;
  data["title"] = code.title;
  data["explanation"] = code.explanation;
  if (!context.print_data(data))
    context.print(text(code.id, ": ", code.title, "\n\n",
                       wrapped(code.explanation, std::min<std::size_t>(context.world.width, 100))));
  return ExitCode::done;
}

bool looks_like_code(std::string_view word) {
  return word.size() == 5 && (word[0] == 'E' || word[0] == 'W' || word[0] == 'e' || word[0] == 'w') &&
         std::ranges::all_of(word.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

// `source` and `template` are two of the ways to write `content`.
std::string_view spec_field(std::string_view key) {
  return key == "source" || key == "template" ? std::string_view("content") : key;
}

// The values a field has, one for each variant that sets it: `= "…"`, with its condition where there is one.
std::vector<std::string> values_of(const compile::Fleet& fleet, const SpecBlob& blob, std::string_view field) {
  std::vector<std::string> out;
  const auto name = spec_field(field);
  for (const auto& variant : blob.variants) {
    const auto condition = compile::when_text(variant.when);
    const auto* value = variant.fields.find(name);
    std::string line;
    if (value != nullptr) {
      line = shown_field(fleet, variant, name, *value).canonical();
    } else if (std::ranges::find(variant.relations.released, name) != variant.relations.released.end() ||
               variant.outcome == Variant::Outcome::released) {
      line = "released: left as it is";
    } else {
      const auto all = shown_variant(fleet, "", variant);
      const auto* found = all.find(name == "on_change" ? "restart_on" : name);
      if (found == nullptr) continue;
      line = found->canonical();
    }
    out.push_back(condition.empty() ? line : text(line, "   when ", condition));
  }
  return out;
}

std::size_t widest(const std::vector<std::pair<std::string, Origin>>& lines) {
  std::size_t out = 0;
  for (const auto& [word, origin] : lines) out = std::max(out, columns_of(origin.at.str()));
  return out;
}

std::string lines_text(const std::vector<std::pair<std::string, Origin>>& lines, std::string_view margin,
                       std::size_t least) {
  const auto width = std::max(widest(lines) + 3, least);
  std::string out;
  for (const auto& [word, origin] : lines)
    out += text(margin, word, padded(origin.at.str(), width), origin.layer, '\n');
  return out;
}

std::string field_text(const FieldOrigin& field) {
  std::vector<std::pair<std::string, Origin>> lines = {{"set    ", field.set}};
  for (const auto& over : field.over) lines.emplace_back("over   ", over);
  auto out = lines_text(lines, "  ", 34);
  std::size_t name_width = 0;
  for (const auto& use : field.uses) name_width = std::max(name_width, columns_of(use.variable));
  std::vector<std::pair<std::string, Origin>> uses;
  for (const auto& use : field.uses) {
    uses.emplace_back(text("uses ", padded(use.variable, name_width + 2)), use.set);
    for (const auto& over : use.over) uses.emplace_back(text("over ", padded(use.variable, name_width + 2)), over);
  }
  return out + lines_text(uses, "    ", 0);
}

Json origin_json(const Origin& origin) {
  return Json::Object{{"at", Json(origin.at.str())}, {"layer", Json(origin.layer)}};
}
Json origins_json(const std::vector<Origin>& origins) {
  Json::Array out;
  for (const auto& origin : origins) out.push_back(origin_json(origin));
  return out;
}

Json field_json(const FieldOrigin& field, const std::vector<std::string>& values) {
  Json out;
  out["field"] = field.field;
  Json::Array shown;
  for (const auto& value : values) shown.emplace_back(value);
  out["values"] = std::move(shown);
  out["set"] = origin_json(field.set);
  out["over"] = origins_json(field.over);
  Json::Array uses;
  for (const auto& use : field.uses)
    uses.emplace_back(
        Json::Object{{"variable", use.variable}, {"set", origin_json(use.set)}, {"over", origins_json(use.over)}});
  out["uses"] = std::move(uses);
  return out;
}

std::unexpected<Error> no_device(const compile::Fleet& fleet, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& [id, device] : fleet.devices) names.push_back(id.str());
  const auto hint = compile::did_you_mean(name, names);
  return fail(Errc::not_found, "git declares no device ", name, hint.empty() ? "" : "; ", hint);
}

std::unexpected<Error> no_resource(const compile::FleetDevice& device, const ResourceId& id) {
  std::vector<std::string_view> names;
  for (const auto& [known, digest] : device.manifest->resources) names.push_back(known.str());
  const auto hint = compile::did_you_mean(id.str(), names);
  return fail(Errc::not_found, device.id, " has no ", id,
              hint.empty() ? text("; `flyball show ", device.id, "` lists what it has") : text("; ", hint));
}

std::unexpected<Error> no_field(const compile::ResourceOrigin& origin, const ResourceId& id, const std::string& name) {
  std::string known;
  for (const auto& field : origin.fields) known += text(known.empty() ? "" : ", ", field.field);
  return fail(Errc::not_found, id, " sets no `", name, "`; it sets ", known.empty() ? "nothing" : known);
}

Result<ResourceId> resource_named(const Context& context) {
  const auto name = context.arguments.value("RESOURCE");
  auto id = ResourceId::parse(name);
  if (!id) return fail(Errc::invalid, "`", name, "` is no resource such as file:/etc/motd or package:nginx");
  return *id;
}

Result<ExitCode> explain(const Context& context) {
  const auto device_name = context.arguments.value("DEVICE");
  if (!context.arguments.has("RESOURCE")) {
    if (const auto* code = compile::find_code(device_name)) return explain_code(context, *code);
    if (looks_like_code(device_name)) return fail(Errc::not_found, "there is no code ", device_name);
    return fail(Errc::invalid, "which resource of ", device_name, "? `flyball explain ", device_name,
                " file:/etc/motd`");
  }
  const auto id = TRY(resource_named(context));
  const auto wanted = context.arguments.value("FIELD");
  const auto checkout = TRY(find_checkout(context));
  const auto named = TRY(snapshot_at(context, checkout, context.arguments.value("at")));
  const auto compiled = compile::compile(named.snapshot);
  if (!compiled.fleet) {
    show_diagnostics(context, compiled, named.snapshot);
    return ExitCode::invalid_configuration;
  }
  const auto device = compiled.fleet->devices.find(DeviceId(device_name));
  if (device == compiled.fleet->devices.end()) return no_device(*compiled.fleet, device_name);
  const auto origin = compile::explain(named.snapshot, device->first, id);
  const auto blob = compiled.fleet->spec(device->second, id);
  if (!origin || !blob) return no_resource(device->second, id);

  Json data;
  data["device"] = device_name;
  data["resource"] = id.str();
  data["set"] = origin_json(origin->set);
  if (!origin->docs.empty()) data["docs"] = origin->docs;
  Json::Array fields;
  std::string out;
  for (const auto& field : origin->fields) {
    if (!wanted.empty() && field.field != wanted && spec_field(field.field) != wanted) continue;
    const auto values = values_of(*compiled.fleet, *blob, field.field);
    fields.push_back(field_json(field, values));
    out += text(out.empty() ? "" : "\n", device_name, "  ", id, "  ", field.field, '\n');
    for (const auto& value : values) out += text("  = ", value, '\n');
    out += field_text(field);
  }
  if (!wanted.empty() && fields.empty()) return no_field(*origin, id, wanted);
  if (out.empty()) out = text(device_name, "  ", id, '\n', lines_text({{"set    ", origin->set}}, "  ", 34));
  if (!origin->docs.empty()) out += text("  docs   ", origin->docs, '\n');
  data["fields"] = std::move(fields);
  if (!context.print_data(data)) context.print(out);
  return ExitCode::done;
}

}  // namespace

Verb explain_verb() {
  return {
      .name = "explain",
      .help = "Why a field has its value; or what a code such as E0101 means",
      .page =
          "For each field: its value, the line that set it, the variables it uses, and what each overrode, nearest\n"
          "first.\n\n"
          "  flyball explain kiosk-0042 file:/etc/kiosk/kiosk.env content\n"
          "  flyball explain kiosk-0042 package:chromium\n  flyball explain E0101\n",
      .arguments = {{Argument::Kind::required, "DEVICE", "", "A device, or a code"},
                    {Argument::Kind::optional, "RESOURCE", "", "kind:name, as in needs: file:/etc/motd"},
                    {Argument::Kind::optional, "FIELD", "", "One field; all when not given"},
                    {Argument::Kind::option, "at", "REV", "At that revision instead of the working tree"}},
      .formats = {Format::json, Format::yaml},
      .run = explain};
}

}  // namespace flyball::cli
