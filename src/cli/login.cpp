#include "cli/local_files.hpp"
#include "cli/remote.hpp"
#include "cli/render.hpp"
#include "cli/verbs.hpp"
#include "os/net/pki.hpp"

namespace flyball::cli {
namespace {

std::string roles_text(const Json& me) {
  std::string out;
  const auto* roles = me.find("roles");
  if (roles != nullptr && roles->array() != nullptr) {
    for (const auto& role : *roles->array())
      out += text(out.empty() ? "" : ", ", role.string() != nullptr ? harmless(*role.string()) : "?");
  }
  return out.empty() ? "reads" : out;
}

std::string person_of(const Json& me) { return harmless(maybe_string(me, "person").value_or("?")); }

Result<std::string> token_given(const Context& context) {
  const auto path = context.arguments.value("token-file");
  if (path.empty())
    return fail(Errc::invalid, "--token-file FILE, or `-` for standard input: a secret is never a flag");
  if (path != "-") return read_token(path.front() == '/' ? path : text(context.world.directory, '/', path));
  auto token = context.world.input();
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.empty()) return fail(Errc::invalid, "standard input holds no token");
  return token;
}

// The key to trust of what a server showed: its CA's where it sends that along, so that its own may be renewed.
Result<os::net::CertificateInfo> shown_key(const std::vector<std::string>& presented) {
  if (presented.empty()) return fail(Errc::unavailable, "the server showed no certificate");
  return os::net::certificate_info(presented.back());
}

// A server that nothing vouches for yet: show whom one would trust, and ask.
Result<Login> first_contact(const Context& context, const std::string& url, Login login) {
  auto client = TRY(os::net::HttpClient::make({.base_url = url, .trust = os::net::TrustAnything{}}));
  TRY(client->request({.target = "/api/v1/me"}, context.options.timeout));
  const auto key = TRY(shown_key(client->presented()));
  context.world.err(text("Nothing on this machine vouches for ", url, ".\n",
                         key.authority ? "It shows a certificate by the CA " : "It shows the certificate ", '`',
                         harmless(key.common_name), "`, whose key has the fingerprint\n  ", key.spki, '\n'));
  if (!context.options.ask)
    return fail(Errc::denied, "compare it with what the server printed at its first start, and say --fingerprint ",
                key.spki, ", or --ca FILE");
  if (!context.confirm("Is this what the server printed at its first start?"))
    return fail(Errc::denied, "not trusted, nothing kept");
  login.pin = key.spki.str();
  return login;
}

bool not_trusted(const Error& error) {
  return error.code == Errc::unavailable && error.message.contains("certificate");
}

Result<ExitCode> login(const Context& context) {
  const auto url = TRY(os::net::parse_base_url(context.arguments.value("URL"))).str();
  Login given{.token = TRY(token_given(context)), .pin = context.arguments.value("fingerprint")};
  if (const auto path = context.arguments.value("ca"); !path.empty())
    given.ca_pem = TRY(read_file(path.front() == '/' ? path : text(context.world.directory, '/', path)));
  if (!given.ca_pem.empty() && !given.pin.empty()) return fail(Errc::invalid, "--ca or --fingerprint, not both");

  auto logins = TRY(read_logins(context.world));
  auto me = TRY(Remote::connect(context, url, given)).get(api("me"));
  if (!me && not_trusted(me.error()) && given.ca_pem.empty() && given.pin.empty()) {
    given = TRY(first_contact(context, url, given));
    me = TRY(Remote::connect(context, url, given)).get(api("me"));
  }
  if (!me) return std::unexpected(me.error());
  logins.last = url;
  logins.servers[url] = given;
  TRY(write_logins(context.world, logins));
  if (!context.print_data(*me))
    context.print(text("logged in to ", url, " as ", person_of(*me), " (", roles_text(*me), ")\n"));
  return ExitCode::done;
}

Result<ExitCode> whoami(const Context& context) {
  const auto me = TRY(TRY(Remote::connect(context)).get(api("me")));
  if (context.print_data(me)) return ExitCode::done;
  if (context.options.format == Format::name) {
    context.print(text(person_of(me), '\n'));
  } else {
    context.print(
        text(person_of(me), "  ", roles_text(me), "  until ", harmless(maybe_string(me, "until").value_or("?")), '\n'));
  }
  return ExitCode::done;
}

}  // namespace

Verb login_verb() {
  return {.name = "login",
          .help = "Keep a token and whom to trust for a server",
          .page =
              "Asks the server who you are and keeps the answer's token for the verbs to come, readable by you alone.\n"
              "A server whose certificate is by no CA that this machine knows is trusted by --ca or --fingerprint, or\n"
              "by your word: its fingerprint is shown, and the server printed the same at its first start.\n\n"
              "  flyball login https://fleet.example.com --token-file ~/admin.token\n"
              "  flyball login https://fleet.example.com --token-file - --fingerprint sha256:9642ca25… < token\n",
          .arguments = {{Argument::Kind::required, "URL", "", "https://host, with :port where it is not 443"},
                        {Argument::Kind::option, "token-file", "FILE", "Holds the token; - is standard input"},
                        {Argument::Kind::option, "ca", "FILE", "Trust servers by this CA (PEM)"},
                        {Argument::Kind::option, "fingerprint", "sha256:…", "Trust the server or CA with this key"}},
          .formats = {Format::json, Format::yaml},
          .run = login};
}

Verb whoami_verb() {
  return {.name = "whoami",
          .help = "Who the server says you are, and what you may do",
          .formats = {Format::json, Format::yaml, Format::name},
          .run = whoami};
}

}  // namespace flyball::cli
