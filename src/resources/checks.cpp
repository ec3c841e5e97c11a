#include "resources/spec.hpp"

#include <algorithm>

namespace flyball {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return lower(c) || (c >= 'A' && c <= 'Z'); }

Result<> check_path(std::string_view path) {
  if (!path.starts_with('/') || path == "/") return fail(Errc::invalid, "`", path, "` is not an absolute path below /");
  if (path.ends_with('/')) return fail(Errc::invalid, "`", path, "` ends in a slash");
  if (path.starts_with("/proc/") || path.starts_with("/sys/"))
    return fail(Errc::invalid, "`", path, "` is the kernel's; its parameters are set under `sysctl`");
  if (path.size() > 4000) return fail(Errc::invalid, "a path is longer than 4000 bytes");
  std::size_t start = 1;
  while (start <= path.size()) {
    const auto end = std::min(path.find('/', start), path.size());
    const auto part = path.substr(start, end - start);
    if (part.empty() || part == "." || part == "..")
      return fail(Errc::invalid, "`", path, "` is not a normal path: it holds `", part, "`");
    if (part.size() > 255) return fail(Errc::invalid, "`", path, "` has a part longer than 255 bytes");
    start = end + 1;
  }
  if (std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return fail(Errc::invalid, "a path holds a control character");
  }
  return {};
}

Result<> check_characters(std::string_view what, std::string_view name, std::size_t longest, bool (*first)(char),
                          bool (*rest)(char)) {
  if (name.empty() || name.size() > longest || !first(name[0]) || !std::ranges::all_of(name, rest)) {
    return fail(Errc::invalid, "`", name, "` cannot be the name of a ", what);
  }
  return {};
}

}  // namespace

Result<> check_name(std::string_view kind, std::string_view name) {
  if (kind == File::kind || kind == Directory::kind || kind == Link::kind) return check_path(name);
  // deb-control(5), field Package; also name:architecture.
  if (kind == Package::kind) {
    return check_characters(
        kind, name, 200, [](char c) { return lower(c) || digit(c); },
        [](char c) { return lower(c) || digit(c) || std::string_view("+-.:").contains(c); });
  }
  // systemd.unit(5).
  if (kind == Service::kind) {
    return check_characters(
        kind, name, 255, [](char c) { return letter(c) || digit(c); },
        [](char c) { return letter(c) || digit(c) || std::string_view(":-_.\\@").contains(c); });
  }
  // useradd(8): what it takes without --badname, and 32 characters at most.
  if (kind == User::kind || kind == UserGroup::kind) {
    return check_characters(
        kind, name, 32, [](char c) { return lower(c) || c == '_'; },
        [](char c) { return lower(c) || digit(c) || c == '_' || c == '-'; });
  }
  if (kind == Sysctl::kind) {
    TRY(check_characters(
        kind, name, 255, [](char c) { return letter(c) || digit(c); },
        [](char c) { return letter(c) || digit(c) || std::string_view("._-/").contains(c); }));
    if (name.contains("..") || !name.contains('.'))
      return fail(Errc::invalid, "`", name, "` is not a key such as net.ipv4.ip_forward");
    return {};
  }
  return check_characters(
      kind, name, 200, [](char c) { return letter(c) || digit(c); },
      [](char c) { return letter(c) || digit(c) || std::string_view("-_. ").contains(c); });
}

Result<> check_absence(const ResourceId& id, const Spec& spec) {
  static constexpr std::string_view needed[] = {"user:root",     "user_group:root", "package:apt",       "package:dpkg",
                                                "package:libc6", "package:systemd", "package:base-files"};
  if (wants_absence(spec) && std::ranges::find(needed, id.str()) != std::end(needed)) {
    return fail(Errc::invalid, "`", id, "` cannot be absent: no device lives without it");
  }
  return {};
}

Result<> check_spec(const Spec& spec) {
  if (const auto* command = std::get_if<Command>(&spec); command != nullptr && !command->apply) {
    return fail(Errc::invalid, "a command needs `apply`");
  }
  if (const auto* link = std::get_if<Link>(&spec); link != nullptr && link->ensure != Ensure::absent && !link->target) {
    return fail(Errc::invalid, "a link needs `target`");
  }
  if (const auto* sysctl = std::get_if<Sysctl>(&spec); sysctl != nullptr && !sysctl->value) {
    return fail(Errc::invalid, "a sysctl needs `value`");
  }
  if (const auto* service = std::get_if<Service>(&spec);
      service != nullptr && service->masked == true && (service->running == true || service->enabled == true)) {
    return fail(Errc::invalid, "a masked service can be neither running nor enabled");
  }
  if (wants_absence(spec)) {
    const auto fields = encode(spec);
    for (const auto& [name, value] : *fields.object()) {
      if (name != "ensure") return fail(Errc::invalid, "`", name, "` says nothing about what is to be absent");
    }
  }
  return {};
}

}  // namespace flyball
