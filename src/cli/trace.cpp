#include "cli/checkout.hpp"
#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

// A name such as HEAD means what it means in the checkout; anything else is taken as the start of a commit's name.
std::string revision_of(const Context& context, const std::string& name) {
  const auto checkout = find_checkout(context);
  if (!checkout) return name;
  const auto found = resolve(context, *checkout, name);
  return found ? found->str() : name;
}

std::string names_of(const Json& progress, std::string_view member) {
  std::string out;
  const auto* list = progress.find(member);
  if (list == nullptr || list->array() == nullptr) return out;
  for (const auto& name : *list->array()) out += text(out.empty() ? "" : ", ", value_text(name));
  return out;
}

std::string trace_text(const Json& release) {
  const auto approved = field(release, "approved_by");
  const auto state = field(release, "state");
  auto out = text(maybe_integer(release, "sequence").value_or(0), "  by ", person_name(field(release, "author")),
                  approved.empty() ? "" : ", approved ", approved, "; ");
  const auto* progress = release.find("progress");
  if (state == "held") {
    out += "held, waits for an approval";
  } else if (progress != nullptr) {
    const auto devices = maybe_integer(*progress, "devices").value_or(0);
    out += devices == 0 ? "no device has enrolled"
                        : text(maybe_integer(*progress, "verified").value_or(0), " of ", devices, " verified");
    const auto failed = names_of(*progress, "failed");
    const auto missing = names_of(*progress, "missing");
    if (!failed.empty()) out += text("; Failed: ", failed);
    if (!missing.empty()) out += text("; not yet: ", missing);
  }
  if (state == "replaced") out += "; a newer release is in force";
  return text(out, '\n');
}

// No release has it: was it refused?
Result<ExitCode> not_released(const Context& context, Remote& remote, const std::string& revision) {
  const auto repository = TRY(remote.get(api("repository")));
  const auto* trouble = repository.find("trouble");
  if (trouble != nullptr && !trouble->is_null() && field(*trouble, "revision").starts_with(revision.substr(0, 7))) {
    context.print(text("refused  ", short_revision(revision), ": ", field(*trouble, "message"), '\n'));
    return ExitCode::failed;
  }
  return fail(Errc::not_found, "no release of ", revision, "; the server last looked at ", field(repository, "branch"),
              " at ", field(repository, "fetched").empty() ? "no time yet" : field(repository, "fetched"),
              ". Was it pushed?");
}

Result<ExitCode> trace(const Context& context) {
  const auto revision = revision_of(context, context.arguments.value("COMMIT"));
  auto remote = TRY(Remote::connect(context));
  const auto found = TRY(remote.all(api("releases"), {{"revision", revision}}, 10));
  if (found.empty()) return not_released(context, remote, revision);
  Json::Array releases;
  std::string out;
  for (const auto& item : found) {
    releases.push_back(TRY(remote.get(api("releases", text(maybe_integer(item, "sequence").value_or(0))))));
    out += trace_text(releases.back());
  }
  Json data;
  data["items"] = std::move(releases);
  if (!context.print_data(data)) context.print(out);
  return ExitCode::done;
}

}  // namespace

Verb trace_verb() {
  return {.name = "trace",
          .help = "How far a commit has come",
          .page =
              "The release that a commit became, who wrote and approved it, and which devices have verified it.\n\n"
              "  flyball trace 4f1c2e9\n  flyball trace HEAD\n",
          .arguments = {{Argument::Kind::required, "COMMIT", "", "A commit, or what git calls one: HEAD"}},
          .formats = {Format::json, Format::yaml},
          .run = trace};
}

}  // namespace flyball::cli
