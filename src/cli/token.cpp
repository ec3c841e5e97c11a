#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/states.hpp"
#include "cli/verbs.hpp"

namespace flyball::cli {
namespace {

std::string roles_text(const Json& token) {
  const auto* roles = token.find("roles");
  const auto out = roles != nullptr ? value_text(*roles) : std::string();
  return out.size() > 2 ? out.substr(1, out.size() - 2) : "reads";
}

Result<ExitCode> create(const Context& context) {
  Json body;
  body["person"] = context.arguments.value("PERSON");
  Json::Array roles;
  for (const auto& role : context.arguments.values("role")) roles.emplace_back(role);
  body["roles"] = std::move(roles);
  if (context.arguments.has("days")) body["days"] = TRY(context.arguments.number("days", 90));
  auto remote = TRY(Remote::connect(context));
  const auto made = TRY(remote.post(api("tokens"), body));
  if (context.print_data(made)) return ExitCode::done;
  context.print(text(TRY(get_string(made, "token")), '\n'));
  context.say(text("token ", field(made, "id"), " until ", field(made, "expires"), "; it is shown this once"));
  return ExitCode::done;
}

Result<ExitCode> list(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto tokens = TRY(remote.all(api("tokens"), {}, 10'000));
  Json data;
  data["items"] = Json::Array(tokens.begin(), tokens.end());
  if (context.print_data(data)) return ExitCode::done;
  std::vector<std::vector<std::string>> rows;
  for (const auto& token : tokens)
    rows.push_back(
        {field(token, "id"), field(token, "person"), roles_text(token), text("until ", field(token, "expires"))});
  if (context.options.format == Format::name) {
    for (const auto& row : rows) context.print(text(row[0], '\n'));
  } else {
    context.print(table(rows, context.world.out_is_terminal ? context.world.width : 0));
  }
  return ExitCode::done;
}

Result<ExitCode> remove(const Context& context) {
  auto remote = TRY(Remote::connect(context));
  const auto id = context.arguments.value("ID");
  TRY(remote.remove(api("tokens", id)));
  context.say(text("token ", id, " is valid no more"));
  return ExitCode::done;
}

}  // namespace

Verb token_create_verb() {
  return {
      .name = "token create",
      .help = "A token for a person or program",
      .page =
          "The token stands on standard output by itself. Everybody with a token reads; roles add what one may do:\n"
          "submit, review, approve, deploy, operate, admin.\n\n"
          "  flyball token create ana --role operate --days 30 > ana.token\n",
      .arguments = {{Argument::Kind::required, "PERSON", "", "Whose it is"},
                    {Argument::Kind::repeated, "role", "ROLE", "What they may do; may be repeated"},
                    {Argument::Kind::option, "days", "N", "How long it is valid; 90 when not said"}},
      .formats = {Format::json, Format::yaml},
      .run = create};
}

Verb token_list_verb() {
  return {.name = "token list",
          .help = "Tokens that are valid",
          .formats = {Format::json, Format::yaml, Format::name},
          .run = list};
}

Verb token_remove_verb() {
  return {.name = "token remove",
          .help = "Take a token back",
          .page = "  flyball token remove 7c1e90ab\n",
          .arguments = {{Argument::Kind::required, "ID", "", "As `flyball token list` names it"}},
          .run = remove};
}

}  // namespace flyball::cli
