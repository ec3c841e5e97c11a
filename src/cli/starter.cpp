#include "cli/starter.hpp"

namespace flyball::cli {
namespace {

constexpr std::string_view fleet = R"(# The fleet as a whole: see the reference of `fleet.yaml`.
kind: fleet
id: @ID@        # Made once. Devices refuse releases of a fleet with another id.
name: @NAME@
vars:
  contact: it@example.com
guards:
  max_delete: 5%         # Of what is managed, how much may leave in one change without an approval.
  max_devices: 500       # How many devices one change may reach without an approval.
)";

constexpr std::string_view read_me = R"(# @NAME@

This repository says how our devices should be. [Flyball](fleet.yaml) keeps them so: push a commit, and every device
follows; change something on a device by hand, and it is put back; `git revert` and push, and the commit is undone.

    flyball validate                  # every mistake in one run
    flyball plan                      # what my edits would change, on which devices
    flyball explain DEVICE file:/etc/motd content
    git commit -am "Say hello" && git push

| Where | What |
| --- | --- |
| `fleet.yaml` | name, variables, guards |
| `devices/` | the devices: which group, which labels |
| `groups/` | what the devices of a group have, as a tree |
| `profiles/` | bundles that groups `use` |
| `files/` | contents that `source` and `template` name |
| `.flyball/schema/` | for editors: completion and help while you type; `flyball schema` prints them anew |
)";

constexpr std::string_view base_profile = R"(# What every device has. Groups say `use: [base]`.
kind: profile
name: base
files:
  /etc/motd:
    mode: "0644"
    template: files/motd
)";

constexpr std::string_view motd = R"(This is ${{ device.name }}, kept by Flyball.
Changes by hand are put back; write to ${{ vars.contact }} instead.
)";

constexpr std::string_view all_group =
    R"(# A group of the tree. Its devices get what it says, and what its profiles say.
kind: group
name: all
use: [base]
)";

constexpr std::string_view first_devices =
    R"(# The devices, by name. A device enrols with a token made for its name: `flyball device token first`.
kind: devices
group: all
devices:
  first:
    labels: { site: office }
)";

constexpr std::string_view kiosk_group = R"(# Kiosks: one browser, full screen, on a page of ours.
kind: group
name: kiosks
use: [base]
vars:
  url: https://signage.example.com/
packages:
  chromium: {}
users:
  kiosk: { shell: /usr/sbin/nologin, groups: [video], home: /var/lib/kiosk }
directories:
  /etc/kiosk: { mode: "0755" }
files:
  /etc/kiosk/kiosk.env:
    mode: "0644"
    content: |
      URL=${{ vars.url }}
      SITE=${{ device.labels.site }}
  /etc/systemd/system/kiosk.service:
    mode: "0644"
    source: files/kiosk.service
services:
  kiosk:
    running: true
    enabled: true
    needs: [package:chromium, user:kiosk]
    restart_on: ["file:/etc/kiosk/kiosk.env", "file:/etc/systemd/system/kiosk.service"]
)";

constexpr std::string_view berlin_group =
    R"(# A group inside `kiosks`: it has all that kiosks have, and says what differs.
kind: group
name: kiosks/berlin
vars:
  url: https://signage.example.com/berlin
)";

constexpr std::string_view kiosk_unit = R"([Unit]
Description=Kiosk browser
After=network-online.target

[Service]
User=kiosk
EnvironmentFile=/etc/kiosk/kiosk.env
ExecStart=/usr/bin/chromium --kiosk --no-first-run ${URL}
Restart=always

[Install]
WantedBy=multi-user.target
)";

constexpr std::string_view kiosk_devices =
    R"(# The kiosks, by name. Labels are used in texts (`${{ device.labels.site }}`) and to select devices (`match`).
kind: devices
group: kiosks/berlin
devices:
  kiosk-0042:
    labels: { site: lobby, ring: canary }
  kiosk-0043:
    labels: { site: gate-a }
)";

std::map<std::string, std::string> with_base(std::map<std::string, std::string> files) {
  files["fleet.yaml"] = fleet;
  files["README.md"] = read_me;
  files["profiles/base.yaml"] = base_profile;
  files["files/motd"] = motd;
  return files;
}

}  // namespace

const std::vector<Starter>& starters() {
  static const std::vector<Starter> all = {
      {"minimal", "one group, one profile, one device",
       with_base({{"groups/all.yaml", std::string(all_group)}, {"devices/all.yaml", std::string(first_devices)}})},
      {"kiosk", "kiosks in a tree of groups: packages, a user, a service that restarts",
       with_base({{"groups/kiosks.yaml", std::string(kiosk_group)},
                  {"groups/kiosks/berlin.yaml", std::string(berlin_group)},
                  {"files/kiosk.service", std::string(kiosk_unit)},
                  {"devices/kiosks.yaml", std::string(kiosk_devices)}})},
  };
  return all;
}

}  // namespace flyball::cli
