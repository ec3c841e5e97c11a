#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

Result<ExitCode> device_token(const Context& context) {
  Json body;
  body["device"] = context.arguments.value("NAME");
  if (context.arguments.has("hours")) body["hours"] = TRY(context.arguments.number("hours", 24));
  auto remote = TRY(Remote::connect(context));
  const auto made = TRY(remote.post(api("enrolments/tokens"), body));
  if (context.print_data(made)) return ExitCode::done;
  context.print(text(TRY(get_string(made, "token")), '\n'));
  context.say(text("for ", field(made, "device"), " alone, once, until ", field(made, "expires"),
                   "; on the device: flyball-agent enroll https://SERVER:7444 --token-file FILE"));
  return ExitCode::done;
}

std::string indented(std::string_view lines, std::string_view margin) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += text(margin, harmless(lines.substr(0, end)), '\n');
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

// A content is told by its lines, since digests tell people nothing.
std::string difference_text(const Json& change) {
  const auto diff = maybe_string(change, "diff");
  if (diff) return text("    ", field(change, "field"), '\n', indented(*diff, "      "));
  const auto value = [&](std::string_view name) {
    const auto* found = change.find(name);
    return found != nullptr ? value_text(*found) : std::string("nothing");
  };
  return text("    ", field(change, "field"), "  observed ", value("before"), ", desired ", value("after"), '\n');
}

std::string differs_text(const Json& resource) {
  std::string out;
  const auto* differs = resource.find("differs");
  if (differs == nullptr || differs->array() == nullptr) return out;
  for (const auto& change : *differs->array()) out += difference_text(change);
  return out;
}

std::string resources_text(const Json& status, bool colour) {
  std::string out;
  std::int64_t not_ready = 0;
  const auto* list = status.find("not_ready");
  if (list != nullptr && list->array() != nullptr) {
    for (const auto& resource : *list->array()) {
      ++not_ready;
      const auto message = field(resource, "message");
      out += text(state_text(field(resource, "state"), colour), "  ", field(resource, "resource"),
                  message.empty() ? "" : "  ", message, '\n', differs_text(resource));
    }
  }
  const auto ready = maybe_integer(status, "resources").value_or(0) - not_ready;
  return text(out, state_text("Ready", colour), "  ",
              grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(ready, 0))), " as declared\n");
}

std::string release_line(const Json& device) {
  const auto sequence = maybe_integer(device, "sequence");
  const auto assigned = maybe_integer(device, "assigned");
  std::string out = sequence ? text("at ", *sequence) : std::string("has not reported yet");
  if (assigned && sequence && *assigned > *sequence) out += text(", assigned ", *assigned);
  if (const auto generation = maybe_integer(device, "generation")) out += text(", generation ", *generation);
  if (const auto at = field(device, "declared_at"); !at.empty()) out += text("; declared at ", at);
  if (maybe_boolean(device, "in_git") == false) out += "; git does not declare it any more";
  if (maybe_boolean(device, "refused_key") == true) out += "; its key is refused";
  return text(out, '\n');
}

Result<ExitCode> device_show(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto device = TRY(remote.get(api("devices", context.arguments.value("NAME"))));
  if (context.print_data(device)) return ExitCode::done;
  const bool colour = context.options.colour;
  const auto message = field(device, "message");
  auto out = text(field(device, "device"), "  ", state_text(field(device, "state"), colour), "  ",
                  field(device, "freshness"), "  ", field(device, "group"), "  ", labels_text(device));
  while (out.ends_with(' ')) out.pop_back();
  out += text('\n', release_line(device), message.empty() ? "" : message + "\n");
  if (const auto* status = device.find("status")) {
    if (const auto refused = field(*status, "refused"); !refused.empty())
      out += text("refuses the newest release: ", refused, '\n');
    out += resources_text(*status, colour);
  } else {
    out += text("next: flyball device token ", field(device, "device"), '\n');
  }
  context.print(out);
  return ExitCode::done;
}

}  // namespace

Verb device_token_verb() {
  return {.name = "device token",
          .help = "A one-time token with which a device enrols",
          .page =
              "The token is for that device alone and stands on standard output by itself.\n\n"
              "  flyball device token kiosk-0042 > kiosk-0042.token\n",
          .arguments = {{Argument::Kind::required, "NAME", "", "A device that git declares"},
                        {Argument::Kind::option, "hours", "N", "How long it may be used; 24 when not said"}},
          .formats = {Format::json, Format::yaml},
          .run = device_token};
}

Verb device_show_verb() {
  return {.name = "device show",
          .help = "What is wrong on a device, and why",
          .page =
              "State, release and freshness; then every resource that is not Ready, with what differs.\n\n"
              "  flyball device show kiosk-0042\n",
          .arguments = {{Argument::Kind::required, "NAME", "", "A device"}},
          .formats = {Format::json, Format::yaml},
          .run = device_show};
}

}  // namespace flyball::cli
