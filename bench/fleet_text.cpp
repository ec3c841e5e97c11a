#include "fleet_text.hpp"

#include "base/text.hpp"

#include <array>
#include <string_view>

namespace flyball::bench {
namespace {

constexpr std::array<std::string_view, 5> machines = {"gateways", "kiosks", "laptops", "servers", "signs"};
constexpr std::size_t sites = 20;

void put(Snapshot& into, const std::string& path, std::string bytes) {
  const auto size = bytes.size();
  into.files[path] = {.size = size, .bytes = std::make_shared<const Bytes>(std::move(bytes))};
}

// That many resources: of ten, five files, two packages, one service, one directory and one kernel setting.
std::string resources(std::string_view of, std::size_t count, std::string_view line) {
  std::string files = "files:\n", packages = "packages:\n", services = "services:\n", directories = "directories:\n",
              sysctl = "sysctl:\n";
  for (std::size_t i = 0; i < count / 10; ++i) {
    for (std::size_t k = 0; k < 5; ++k)
      files += text("  /etc/", of, "/part-", i, "-", k, ".conf:\n    mode: \"0644\"\n    owner: root\n",
                    "    needs: [\"directory:/etc/", of, "/", i, "\"]\n", "    content: |\n      # Part ", i,
                    "\n      option-", k, " = ", i * k, "\n      ", line, "\n");
    for (std::size_t k = 0; k < 2; ++k) packages += text("  ", of, "-tool-", i, "-", k, ": {}\n");
    services += text("  ", of, "-", i, ":\n    enabled: true\n    running: true\n    restart_on: [\"file:/etc/", of,
                     "/part-", i, "-0.conf\"]\n");
    directories += text("  /etc/", of, "/", i, ": { mode: \"0755\" }\n");
    sysctl += text("  net.ipv4.conf.", of, i, ".rp_filter: { value: \"", i % 2, "\" }\n");
  }
  return files + packages + services + directories + sysctl;
}

void put_profiles(Snapshot& into) {
  put(into, "profiles/base.yaml",
      text("kind: profile\nname: base\n", resources("base", 60, "time = ${{ vars.ntp_server }}")));
  // Three that mention the device stand for ten's worth of a file each.
  auto ssh = resources("ssh", 40, "keep = yes");
  const std::string_view about_the_device = "\n      name = ${{ device.name }}\n";
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = text("option-4 = ", 4 * i, "\n");
    ssh.insert(ssh.find(part) + part.size() - 1, about_the_device.substr(0, about_the_device.size() - 1));
  }
  put(into, "profiles/ssh.yaml", text("kind: profile\nname: ssh\n", ssh));
}

void put_groups(Snapshot& into) {
  for (const auto machine : machines) {
    put(into, text("groups/", machine, ".yaml"),
        text("kind: group\nname: ", machine, "\nuse: [base, ssh]\nvars:\n  url: https://", machine, ".example\n",
             resources(machine, 60, "url = ${{ vars.url }}"), "when:\n  - facts: { all: [os.id=debian] }\n",
             "    sysctl: { net.ipv4.conf.", machine, "0.rp_filter: { value: \"2\" } }\n"));
    for (std::size_t site = 0; site < sites; ++site)
      put(into, text("groups/", machine, "/site-", site, ".yaml"),
          text("kind: group\nname: ", machine, "/site-", site, "\nvars:\n  url: https://site-", site, ".example\n",
               resources(text("site-", site), 40, "url = ${{ vars.url }}")));
  }
}

}  // namespace

Snapshot make_repository(std::size_t devices) {
  Snapshot out;
  put(out, "fleet.yaml", "kind: fleet\nid: bench-00000000\nname: bench\nvars:\n  ntp_server: ntp.example\n");
  put_profiles(out);
  put_groups(out);
  const auto groups = machines.size() * sites;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto machine = machines[group / sites];
    auto list = text("kind: devices\ngroup: ", machine, "/site-", group % sites, "\ndevices:\n");
    for (std::size_t device = group; device < devices; device += groups)
      list += text("  ", machine, "-", device, ": { labels: { rack: r", device % 40, ", ring: stable } }\n");
    put(out, text("devices/", machine, "-", group % sites, ".yaml"), std::move(list));
  }
  return out;
}

}  // namespace flyball::bench
