#include "os/real/apt_output.hpp"

#include "os/real/lines.hpp"

#include <algorithm>
#include <array>

namespace flyball::os::real {

// `Inst libc6 [2.36-9] (2.36-10 Debian:12.5/stable [amd64]) []` is an upgrade by the first bracket,
// `Inst nginx (1.22.1-9 Debian:12.5/stable [amd64])` is new, `Remv exim4 [4.96-15]` goes.
Transaction parse_simulation(std::string_view output) {
  Transaction out;
  while (!output.empty()) {
    auto line = next_line(output);
    const auto verb = next_word(line);
    if (verb != "Inst" && verb != "Remv" && verb != "Purg") continue;
    const std::string name(next_word(line));
    auto& where = verb != "Inst" ? out.removes : line.starts_with('[') ? out.upgrades : out.installs;
    where.push_back(name);
  }
  for (auto* names : {&out.installs, &out.upgrades, &out.removes}) {
    std::ranges::sort(*names);
    names->erase(std::ranges::unique(*names).begin(), names->end());
  }
  return out;
}

// nginx:
//   Installed: (none)
//   Candidate: 1.22.1-9
//   Version table:
//  *** 1.22.1-9 500
//         500 http://mirror/debian bookworm/main amd64 Packages
//      1.18.0-6 -1
Policy parse_policy(std::string_view output) {
  Policy out;
  bool in_table = false;
  while (!output.empty()) {
    const auto line = next_line(output);
    auto rest = line;
    auto word = next_word(rest);
    if (word == "Candidate:" && rest != "(none)") out.candidate = std::string(rest);
    if (word == "Version" && rest == "table:") {
      in_table = true;
      continue;
    }
    // Versions stand five columns in, and where they come from further.
    const bool version_line =
        line.starts_with(" *** ") || (line.starts_with("     ") && line.find_first_not_of(' ') == 5);
    if (!in_table || !version_line) continue;
    if (word == "***") word = next_word(rest);
    out.versions.emplace_back(word);
  }
  return out;
}

Error parse_apt_failure(std::string_view errors) {
  struct Sign {
    std::string_view phrase;
    Errc code;
  };
  // apt and dpkg know no exit codes but 100 and 2; the phrases have been the same for many releases.
  constexpr std::array signs = {
      Sign{"Unable to locate package", Errc::not_found},
      Sign{"has no installation candidate", Errc::not_found},
      Sign{"was not found", Errc::not_found},
      Sign{"No packages found", Errc::not_found},
      Sign{"Could not get lock", Errc::unavailable},
      Sign{"Unable to acquire", Errc::unavailable},
      Sign{"locked by another process", Errc::unavailable},
      Sign{"Failed to fetch", Errc::unavailable},
      Sign{"Unable to fetch", Errc::unavailable},
      Sign{"Temporary failure resolving", Errc::unavailable},
      Sign{"Could not resolve", Errc::unavailable},
      Sign{"dpkg was interrupted", Errc::unavailable},
      Sign{"don't have enough free space", Errc::unavailable},
      Sign{"Packages need to be removed but remove is disabled", Errc::conflict},
      Sign{"Packages were downgraded", Errc::conflict},
      Sign{"held broken packages", Errc::conflict},
      Sign{"Held packages were changed", Errc::conflict},
      Sign{"Unmet dependencies", Errc::conflict},
      Sign{"Essential packages were removed", Errc::conflict},
      Sign{"are you root?", Errc::denied},
      Sign{"requires superuser privilege", Errc::denied},
  };
  std::optional<Errc> code;
  std::string told;
  std::string last;
  int lines = 0;
  while (!errors.empty()) {
    auto line = next_line(errors);
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    last = line;
    // `dpkg: error processing package tool (--configure):` has its reason on the next line.
    if (line.starts_with(' ') && told.ends_with("):")) {
      told.append(line);
      continue;
    }
    const bool is_error = line.starts_with("E: ") || line.starts_with("dpkg: error");
    for (const auto& sign : signs) {
      if (is_error && !code && line.find(sign.phrase) != std::string_view::npos) code = sign.code;
    }
    if (!is_error || lines == 3) continue;
    if (line.starts_with("E: ")) line.remove_prefix(3);
    told.append(told.empty() ? "" : "; ").append(line);
    ++lines;
  }
  // What none of them explains has failed; only what will be there later is unavailable.
  return Error{code.value_or(Errc::conflict), told.empty() ? last : told};
}

}  // namespace flyball::os::real
