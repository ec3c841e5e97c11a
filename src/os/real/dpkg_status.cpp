#include "os/real/dpkg_status.hpp"

#include "os/real/lines.hpp"

#include <array>
#include <unordered_set>
#include <vector>

// dpkg's database is a text of paragraphs, deb822(5), of which dpkg itself writes one per package and architecture:
//
//   Package: nginx
//   Status: hold ok installed          what is wanted, whether its files are in order, how far it got
//   Architecture: amd64
//   Version: 1.22.1-9
//
// Lines that begin with a space go on with the field before. Only the four fields above are looked at, by hand: 1,000
// packages are 1 MB, and this is read at every check after a change.

namespace flyball::os::real {
namespace {

struct Paragraph {
  std::string_view package, status, architecture, version, automatic;
};

// Calls `use` for each paragraph; false when it says that something is wrong.
template <class Use>
bool each_paragraph(std::string_view text, Use&& use) {
  Paragraph now;
  bool any = false;
  const auto field = [](std::string_view line, std::string_view name, std::string_view& into) {
    if (!line.starts_with(name)) return;
    line.remove_prefix(name.size());
    const auto start = line.find_first_not_of(" \t");
    into = start == std::string_view::npos ? std::string_view() : line.substr(start);
  };
  while (!text.empty() || any) {
    const auto line = next_line(text);
    if (line.empty()) {
      if (any && !use(now)) return false;
      now = {};
      any = false;
      continue;
    }
    any = true;
    switch (line.front()) {
      case 'P':
        field(line, "Package:", now.package);
        break;
      case 'S':
        field(line, "Status:", now.status);
        break;
      case 'A':
        field(line, "Architecture:", now.architecture);
        field(line, "Auto-Installed:", now.automatic);
        break;
      case 'V':
        field(line, "Version:", now.version);
        break;
      default:
        break;
    }
  }
  return true;
}

struct Status {
  std::string_view want, flag, state;
};

std::optional<Status> split(std::string_view status) {
  std::array<std::string_view, 3> words;
  for (auto& word : words) word = next_word(status);
  if (words[2].empty() || !status.empty()) return std::nullopt;
  return Status{words[0], words[1], words[2]};
}

std::string key(std::string_view package, std::string_view architecture, std::string_view native) {
  if (architecture == native || architecture == "all" || architecture.empty()) return std::string(package);
  return text(package, ':', architecture);
}

// dpkg is always a package of the architecture that it takes for its own.
std::string_view native_architecture(std::string_view text) {
  std::string_view native;
  each_paragraph(text, [&](const Paragraph& p) {
    if (p.package == "dpkg") native = p.architecture;
    return native.empty();
  });
  return native;
}

std::unordered_set<std::string> automatic_packages(std::string_view text, std::string_view native) {
  std::unordered_set<std::string> out;
  each_paragraph(text, [&](const Paragraph& p) {
    if (p.automatic == "1") out.insert(key(p.package, p.architecture, native));
    return true;
  });
  return out;
}

}  // namespace

Result<DpkgStatus> parse_dpkg_status(std::string_view status, std::string_view extended_states) {
  DpkgStatus out;
  const auto native = native_architecture(status);
  const auto automatic = automatic_packages(extended_states, native);
  std::string wrong;
  each_paragraph(status, [&](const Paragraph& p) {
    const auto words = split(p.status);
    if (p.package.empty() || !words) {
      wrong = text("dpkg's status file has a record without a proper Package and Status", p.package.empty() ? "" : ": ",
                   p.package);
      return false;
    }
    if (words->state == "not-installed" || words->state == "config-files") return true;
    const auto name = key(p.package, p.architecture, native);
    const bool whole = words->state == "installed" && words->flag == "ok";
    out.unfinished = out.unfinished || !whole;
    out.packages[name] = PackageState{.version = std::string(p.version),
                                      .installed = whole,
                                      .broken = !whole,
                                      .held = words->want == "hold",
                                      .automatic = automatic.contains(name)};
    return true;
  });
  if (!wrong.empty()) return fail(Errc::corrupt, wrong);
  if (out.packages.empty()) return fail(Errc::corrupt, "dpkg's status file names no package at all");
  return out;
}

}  // namespace flyball::os::real
