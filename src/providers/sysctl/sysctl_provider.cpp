#include "providers/sysctl/sysctl_provider.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {
namespace {

constexpr std::uint64_t max_value_bytes = std::uint64_t{64} * 1024;
constexpr std::uint64_t max_file_bytes = std::uint64_t{4} << 20U;

os::Path kernel_file(const std::string& key) { return text("/proc/sys/", sysctl_path(key)); }
os::Path our_file() { return text(SysctlProvider::folder, '/', SysctlProvider::file_name); }

// White space does not count: what means the same is spelled as it is wanted.
std::string spelled(const std::string& value, const std::optional<std::string>& wanted) {
  return wanted && squeezed(*wanted) == value ? *wanted : value;
}

// Where a link in the folder leads to.
os::Path led_to(const std::string& target) {
  if (target.starts_with('/')) return target;
  if (target.starts_with("../")) return text(os::parent_of(os::Path(SysctlProvider::folder)), target.substr(2));
  return text(SysctlProvider::folder, '/', target);
}

}  // namespace

os::Read<std::string> SysctlProvider::running(const std::string& key) {
  const auto bytes = TRY(files_.read(kernel_file(key), max_value_bytes), "cannot read ", kernel_file(key));
  if (!bytes) return std::nullopt;
  return squeezed(*bytes);
}

Result<> SysctlProvider::set_running(const std::string& key, const std::string& value) {
  TRY(files_.write_kernel(kernel_file(key), value + '\n'), "the kernel does not take `", value, "`");
  const auto now = TRY(running(key));
  if (now != squeezed(value)) return fail(Errc::invalid, "the kernel made `", now.value_or(""), "` of `", value, "`");
  return {};
}

Result<SysctlSettings> SysctlProvider::ours() {
  const auto bytes = TRY(files_.read(our_file(), max_file_bytes), "cannot read ", our_file());
  return SysctlSettings::parse(bytes.value_or(""));
}

Result<> SysctlProvider::persist(const std::string& key, const std::optional<std::string>& value) {
  auto settings = TRY(ours());
  if (value) {
    settings.set(key, *value);
  } else {
    settings.erase(key);
  }
  if (settings.empty()) {
    if (!TRY(files_.stat(os::Path(folder)), "cannot look at ", folder)) return {};
    return path_state_.remove(our_file());
  }
  TRY(os::make_directories(files_, os::Path(folder), TRY(path_state_.owners().fresh(0755))));
  return os::replace_file(files_, our_file(), settings.str(), TRY(path_state_.owners().fresh(0644)));
}

// Files are read in the order of their names, and the last wins (sysctl.d(5)).
Result<> SysctlProvider::check_nothing_overrides(const std::string& key, const std::string& value) {
  const auto names = TRY(files_.list(os::Path(folder)), "cannot list ", folder);
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    if (name <= file_name || !name.ends_with(".conf")) continue;
    auto path = text(folder, '/', name);
    const auto there = TRY(files_.stat(path), "cannot look at ", path);
    // Debian's 99-sysctl.conf is a link to ../sysctl.conf.
    if (there && there->type == os::FileMeta::Type::symlink)
      path = led_to(TRY(files_.read_link(path), "cannot read ", path).value_or(""));
    const auto bytes = TRY(files_.read(path, max_file_bytes), "cannot read ", path);
    const auto other = SysctlSettings::parse(bytes.value_or("")).find(key);
    if (other && *other != squeezed(value))
      return fail(Errc::conflict, "set, but at the next boot ", path, " makes it `", *other,
                  "` again: remove it there");
  }
  return {};
}

Result<std::optional<Spec>> SysctlProvider::observe(const Subject& subject) {
  const auto& want = desired_of<Sysctl>(subject);
  const auto key = name_of(subject);
  const auto value = TRY(running(key));
  if (!value) return std::nullopt;
  Sysctl out{.value = spelled(*value, want.value)};
  if (const auto persisted = TRY(ours()).find(key)) out.persisted = spelled(*persisted, want.persisted);
  return out;
}

Result<Baseline> SysctlProvider::baseline(const Subject& subject, Contents&) {
  const auto value = TRY(running(name_of(subject)));
  if (!value) return Baseline{};
  return Baseline{.spec = Sysctl{.value = value, .persisted = TRY(ours()).find(name_of(subject))}};
}

Result<Json> SysctlProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  const auto& want = desired_of<Sysctl>(subject);
  const auto key = name_of(subject);
  const auto now = TRY(running(key));
  if (!now) return fail(Errc::not_found, "this kernel has no parameter ", key, ": is its module loaded?");
  const auto value = want.value.value_or(*now);
  // First the running value: one that the kernel refuses must not wait for the next boot.
  if (squeezed(value) != *now) TRY(set_running(key, value));
  if (!want.persisted) return Json{};
  if (TRY(ours()).find(key) != squeezed(*want.persisted)) TRY(persist(key, want.persisted));
  TRY(check_nothing_overrides(key, *want.persisted));
  return Json{};
}

Result<std::string> SysctlProvider::restore(const Subject& subject, const Baseline& baseline,
                                            const std::vector<std::string>& fields, Contents&) {
  const auto key = name_of(subject);
  const auto was = baseline.spec ? std::get<Sysctl>(*baseline.spec) : Sysctl{};
  if (!baseline.spec || has(fields, "persisted")) TRY(persist(key, was.persisted));
  if (!was.value || !has(fields, "value")) return std::string{};
  const auto now = TRY(running(key));
  if (!now) return text("the kernel has no parameter ", key, " any more: nothing to put back");
  if (*now != *was.value) TRY(set_running(key, *was.value));
  return std::string{};
}

std::vector<os::Watch> SysctlProvider::watches(const Subject&) { return {os::Watch::path(our_file())}; }

}  // namespace flyball::providers
