#include "cli/checkout.hpp"
#include "cli/render.hpp"
#include "cli/spec_view.hpp"
#include "cli/verbs.hpp"
#include "cli/yaml_writer.hpp"
#include "compile/compile.hpp"
#include "compile/did_you_mean.hpp"
#include "compile/field_changes.hpp"

namespace flyball::cli {
namespace {

// One variant stands as itself; several stand as a list of what holds when.
Json shown_blob(const compile::Fleet& fleet, std::string_view kind, const SpecBlob& blob) {
  if (blob.variants.size() == 1 && blob.variants[0].when.always()) return shown_variant(fleet, kind, blob.variants[0]);
  Json::Array out;
  for (const auto& variant : blob.variants) {
    Json line;
    const auto condition = compile::when_text(variant.when);
    line["when"] = condition.empty() ? Json("else") : Json(condition);
    line["with"] =
        variant.outcome == Variant::Outcome::none ? Json("not managed") : shown_variant(fleet, kind, variant);
    out.push_back(std::move(line));
  }
  return out;
}

Json resources_of(const compile::Fleet& fleet, const compile::FleetDevice& device) {
  Json out{Json::Object{}};
  for (const auto& [id, digest] : device.manifest->resources) {
    const auto* kind = find_kind(id.kind());
    const auto blob = fleet.spec(device, id);
    if (kind != nullptr && blob) out[kind->collection][id.name()] = shown_blob(fleet, id.kind(), *blob);
  }
  return out;
}

Result<ExitCode> show(const Context& context) {
  const auto name = context.arguments.value("DEVICE");
  const auto checkout = TRY(find_checkout(context));
  const auto named = TRY(snapshot_at(context, checkout, context.arguments.value("at")));
  const auto compiled = compile::compile(named.snapshot);
  if (!compiled.fleet) {
    show_diagnostics(context, compiled, named.snapshot);
    return ExitCode::invalid_configuration;
  }
  const auto& fleet = *compiled.fleet;
  const auto found = fleet.devices.find(DeviceId(name));
  if (found == fleet.devices.end()) {
    std::vector<std::string_view> names;
    for (const auto& [id, device] : fleet.devices) names.push_back(id.str());
    const auto hint = compile::did_you_mean(name, names);
    return fail(Errc::not_found, "git declares no device ", name, hint.empty() ? "" : "; ", hint);
  }
  const auto& device = found->second;
  const auto resources = resources_of(fleet, device);
  Json data;
  data["device"] = name;
  data["at"] = named.name;
  data["group"] = device.group.str();
  Json labels{Json::Object{}};
  for (const auto& [key, value] : device.labels) labels[key] = value;
  data["labels"] = std::move(labels);
  data["manifest"] = device.digest.str();
  data["resources"] = resources;
  if (!context.print_data(data))
    context.print(text("# ", name, " at ", named.name, ": ", counted(device.manifest->resources.size(), "resource"),
                       '\n', to_yaml(resources)));
  return ExitCode::done;
}

}  // namespace

Verb show_verb() {
  return {.name = "show",
          .help = "Everything that git wants of a device",
          .page =
              "The desired state of one device, all layers merged and all variables put in. What hangs on facts is\n"
              "shown as a list of cases.\n\n"
              "  flyball show kiosk-0042\n  flyball show kiosk-0042 --at 4f1c2e9\n",
          .arguments = {{Argument::Kind::required, "DEVICE", "", "A device"},
                        {Argument::Kind::option, "at", "REV", "At that revision instead of the working tree"}},
          .formats = {Format::json, Format::yaml},
          .run = show};
}

}  // namespace flyball::cli
