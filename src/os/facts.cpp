#include "os/facts.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace flyball::os {
namespace {

constexpr std::uint64_t max_file = 1U << 20U;

std::optional<std::string> text_of(Files& files, const Path& path) {
  auto bytes = files.read(path, max_file);
  if (!bytes || !*bytes) return std::nullopt;
  while ((*bytes)->ends_with('\n')) (*bytes)->pop_back();
  return std::move(**bytes);
}

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

template <class Number>
std::optional<Number> leading_number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  Number value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

// os-release(5): NAME=value, or the value between quotes with \ before " $ ` \.
std::optional<std::string> os_release_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    auto line = next_line(text);
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with('=')) continue;
    line.remove_prefix(name.size() + 1);
    const char quote = !line.empty() && (line.front() == '"' || line.front() == '\'') ? line.front() : '\0';
    if (quote == '\0') return std::string(line);
    std::string value;
    for (std::size_t i = 1; i < line.size() && line[i] != quote; ++i) {
      if (line[i] == '\\' && quote == '"' && i + 1 < line.size()) ++i;
      value += line[i];
    }
    return value;
  }
  return std::nullopt;
}

// The kernel's list of numbers: `0-3,6`.
std::optional<std::int64_t> count_list(std::string_view list) {
  std::int64_t count = 0;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto range = list.substr(0, comma);
    const auto dash = range.find('-');
    const auto first = leading_number<std::int64_t>(range);
    const auto last = dash == std::string_view::npos ? first : leading_number<std::int64_t>(range.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    count += *last - *first + 1;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return count > 0 ? std::optional(count) : std::nullopt;
}

std::optional<std::int64_t> count_in_stat(std::string_view text) {
  std::int64_t count = 0;
  while (!text.empty()) {
    const auto line = next_line(text);
    if (line.starts_with("cpu") && line.size() > 3 && line[3] >= '0' && line[3] <= '9') ++count;
  }
  return count > 0 ? std::optional(count) : std::nullopt;
}

std::optional<std::int64_t> memory_bytes(std::string_view meminfo) {
  while (!meminfo.empty()) {
    auto line = next_line(meminfo);
    constexpr std::string_view name = "MemTotal:";
    if (!line.starts_with(name)) continue;
    const auto kib = leading_number<std::int64_t>(line.substr(name.size()));
    return kib ? std::optional(*kib * 1024) : std::nullopt;
  }
  return std::nullopt;
}

// As systemd-detect-virt(1) names them; the container counts before the machine that it runs on.
std::optional<std::string> virtualization(Files& files) {
  if (auto container = text_of(files, "/run/systemd/container"); container && !container->empty()) return container;
  struct Sign {
    std::string_view text, name;
  };
  constexpr Sign signs[] = {{"KVM", "kvm"},
                            {"QEMU", "qemu"},
                            {"VMware", "vmware"},
                            {"innotek", "oracle"},
                            {"VirtualBox", "oracle"},
                            {"Xen", "xen"},
                            {"Microsoft", "microsoft"},
                            {"Amazon EC2", "amazon"},
                            {"Google", "google"},
                            {"Parallels", "parallels"},
                            {"Bochs", "bochs"}};
  const auto cpuinfo = text_of(files, "/proc/cpuinfo");
  const bool hypervisor = cpuinfo && cpuinfo->find(" hypervisor") != std::string::npos;
  for (const auto* field : {"product_name", "sys_vendor", "bios_vendor"}) {
    const auto said = text_of(files, std::string("/sys/devices/virtual/dmi/id/") + field);
    if (!said) continue;
    for (const auto& sign : signs) {
      // Vendors of clouds and laptops sell machines too: the processor tells these apart.
      if (said->find(sign.text) != std::string::npos && (hypervisor || !cpuinfo)) return std::string(sign.name);
    }
  }
  if (hypervisor) return "vm-other";
  // Only x86 has that flag, so elsewhere its absence says nothing.
  return cpuinfo && cpuinfo->find("\nflags") != std::string::npos ? std::optional<std::string>("none") : std::nullopt;
}

}  // namespace

FactMap read_facts(Files& files) {
  FactMap facts;
  const auto add = [&](const char* name, auto value) {
    if (value) facts.insert_or_assign(name, Json(*std::move(value)));
  };
  add("hostname", text_of(files, "/proc/sys/kernel/hostname"));
  add("kernel.release", text_of(files, "/proc/sys/kernel/osrelease"));
  if (const auto meminfo = text_of(files, "/proc/meminfo")) add("memory_bytes", memory_bytes(*meminfo));
  if (const auto online = text_of(files, "/sys/devices/system/cpu/online")) {
    add("cpus", count_list(*online));
  } else if (const auto stat = text_of(files, "/proc/stat")) {
    add("cpus", count_in_stat(*stat));
  }
  // In /etc it is mostly a link to the other one, and links are not followed.
  auto release = text_of(files, "/etc/os-release");
  if (!release) release = text_of(files, "/usr/lib/os-release");
  if (release) {
    add("os.id", os_release_value(*release, "ID"));
    add("os.version_id", os_release_value(*release, "VERSION_ID"));
    add("os.codename", os_release_value(*release, "VERSION_CODENAME"));
  }
  add("virtualization", virtualization(files));
  return facts;
}

}  // namespace flyball::os
