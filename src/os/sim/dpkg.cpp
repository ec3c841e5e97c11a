#include "os/sim/dpkg.hpp"

#include "base/text.hpp"
#include "os/sim/accounts.hpp"

namespace flyball::os::sim {
namespace {

const Path status_path = "/var/lib/dpkg/status";
const Path extended_path = "/var/lib/apt/extended_states";
constexpr std::uint64_t plenty = 1U << 26U;

// Fields of a stanza; lines that begin with a space go on with the field before.
std::map<std::string, std::string> fields_of(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> fields;
  std::string last;
  for (const auto& line : lines) {
    if (line.starts_with(' ')) {
      fields[last] += '\n' + line.substr(1);
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      last = line.substr(0, colon);
      fields[last] = line.substr(std::min(line.size(), colon + 2));
    }
  }
  return fields;
}

std::vector<std::map<std::string, std::string>> stanzas(const Bytes& bytes) {
  std::vector<std::map<std::string, std::string>> all;
  std::vector<std::string> lines;
  for (auto& line : split(bytes, '\n')) {
    if (!line.empty()) {
      lines.push_back(std::move(line));
      continue;
    }
    if (!lines.empty()) all.push_back(fields_of(lines));
    lines.clear();
  }
  return all;
}

Result<DpkgRecord> record_of(std::map<std::string, std::string>& fields) {
  const auto status = split(fields["Status"], ' ');
  if (status.size() != 3) return fail(Errc::corrupt, status_path, ": bad status of ", fields["Package"]);
  DpkgRecord record{.want = status[0], .flag = status[1], .state = status[2], .version = fields["Version"]};
  for (const auto& name : split(fields["Depends"], ','))
    if (const auto start = name.find_first_not_of(' '); start != std::string::npos)
      record.depends.push_back(name.substr(start));
  for (const auto& line : split(fields["Conffiles"], '\n')) {
    const auto parts = split(line, ' ');
    if (parts.size() == 2) record.conffiles.emplace_back(parts[0], parts[1]);
  }
  return record;
}

std::string stanza(const std::string& name, const DpkgRecord& record) {
  auto out = text("Package: ", name, "\nStatus: ", record.want, ' ', record.flag, ' ', record.state,
                  "\nPriority: optional\nSection: misc\nMaintainer: nobody <nobody@acme.example>\nArchitecture: all\n");
  if (!record.version.empty()) out += text("Version: ", record.version, '\n');
  std::string depends;
  for (const auto& needed : record.depends) depends += text(depends.empty() ? "" : ", ", needed);
  if (!depends.empty()) out += text("Depends: ", depends, '\n');
  if (!record.conffiles.empty()) out += "Conffiles:\n";
  for (const auto& [path, digest] : record.conffiles) out += text(' ', path, ' ', digest, '\n');
  return out + text("Description: ", name, "\n\n");
}

// apt knows what came as a dependency before dpkg begins, and does not write when that is nothing new.
Result<> put_changed(Disk& disk, const Path& path, const Bytes& bytes) {
  const bool left_over = TRY(disk.stat(text(path, ".new"))).has_value();
  const auto before = TRY(disk.read(path, plenty));
  if (before.value_or(Bytes{}) == bytes && !left_over) return {};
  return disk.put(path, bytes);
}

}  // namespace

Result<DpkgDatabase> DpkgDatabase::load(const Disk& disk) {
  DpkgDatabase database;
  const auto status = TRY(disk.read(status_path, plenty));
  for (auto& fields : stanzas(status.value_or(Bytes{}))) database.records[fields["Package"]] = TRY(record_of(fields));
  const auto extended = TRY(disk.read(extended_path, plenty));
  for (auto& fields : stanzas(extended.value_or(Bytes{})))
    if (fields["Auto-Installed"] == "1") database.automatic[fields["Package"]] = true;
  return database;
}

Result<> DpkgDatabase::save(Disk& disk) const {
  Bytes extended;
  for (const auto& [name, is] : automatic)
    if (is) extended += text("Package: ", name, "\nArchitecture: all\nAuto-Installed: 1\n\n");
  TRY(put_changed(disk, extended_path, extended));
  Bytes status;
  for (const auto& [name, record] : records)
    if (record.state != "not-installed" || record.want == "hold") status += stanza(name, record);
  return disk.put(status_path, status);
}

Path list_path(const std::string& package) { return text("/var/lib/dpkg/info/", package, ".list"); }

}  // namespace flyball::os::sim
