"""The whole loop on real devices: a push becomes a verified change, drift is put back, a revert undoes it.

What is asserted is what the devices are: their files, dpkg, getent, systemd, /proc. The fleet's own reports are compared with
that, not believed.
"""

import hashlib
import json
import os
import statistics
import time
import unittest
from pathlib import Path

from lablib import World, wait_until
from lablib.fleet import TOP, Fleet

NAMES = ["d1", "d2", "d3"]
EXAMPLE = TOP / "examples/lab"
CONF, MOTD, UNIT = "/etc/lab/lab.conf", "/etc/motd", "/etc/systemd/system/lab-clock.service"
MOTD_DIGEST = hashlib.md5(b"This device is kept by Flyball.\n").hexdigest()
UNIT_STARTED = "39f53479d3a045ac8e11786248231fbf"  # systemd's message id of "Started …".

# Everything that the example wants of a device, one line each, as the device's own programs tell it.
LOOK = r"""
fact() { printf '%s\t%s\n' "$1" "$2"; }
fact package "$(dpkg-query -W -f '${db:Status-Status}' flyball-lab-hello 2>/dev/null | grep -x installed)"
fact dependency "$(dpkg-query -W -f '${db:Status-Status}' flyball-lab-words 2>/dev/null | grep -x installed)"
fact dpkg "$(dpkg --audit)"
fact directory "$(stat -c '%F %a %U:%G' /etc/lab 2>/dev/null)"
fact conf "$(stat -c '%F %a %U:%G' /etc/lab/lab.conf 2>/dev/null) $(tr '\n' ';' </etc/lab/lab.conf 2>/dev/null)"
fact motd "$(stat -c '%F %a %U:%G' /etc/motd 2>/dev/null) $(md5sum </etc/motd 2>/dev/null)"
fact unit "$(stat -c '%F %a %U:%G' /etc/systemd/system/lab-clock.service 2>/dev/null)"
fact link "$(readlink /etc/lab/current.conf)"
fact user "$(getent passwd lab | cut -d: -f1,5-)"
fact primary "$(id -gn lab 2>/dev/null)"
fact keepers "$(getent group lab-keepers | cut -d: -f4)"
fact running "$(systemctl is-active lab-clock)"
fact enabled "$(systemctl is-enabled lab-clock 2>/dev/null)"
fact rp_filter "$(cat /proc/sys/net/ipv4/conf/all/rp_filter)"
fact persisted "$(cat /etc/sysctl.d/*flyball* 2>/dev/null | grep -c rp_filter)"
fact stamp "$(ls /var/lib/lab-stamp 2>/dev/null)"
fact kept "$(systemctl is-active flyball-agent)"
"""


def look(device):
    """The facts of a device, by name."""
    out = device.run(["bash", "-c", LOOK]).out
    return dict(line.partition("\t")[::2] for line in out.splitlines() if "\t" in line)


def wanted(device, greeting="Hello from the lab"):
    """What `look` gives on a device that is as the example wants it. """
    return {"package": "installed", "dependency": "installed", "dpkg": "", "directory": "directory 750 root:lab",
            "conf": f"regular file 640 root:lab greeting = {greeting};device = {device.name};os = debian;",
            "motd": f"regular file 644 root:root {MOTD_DIGEST}  -", "unit": "regular file 644 root:root",
            "link": "lab.conf", "user": "lab:Lab:/var/lib/lab:/usr/sbin/nologin", "primary": "lab", "keepers": "lab",
            "running": "active", "enabled": "enabled", "rp_filter": "1", "persisted": "1", "stamp": "/var/lib/lab-stamp",
            "kept": "active"}


def differences(is_now, want):
    return {name: (is_now.get(name), want.get(name)) for name in {*is_now, *want} if is_now.get(name) != want.get(name)}


def same(is_now, want):
    """True, or AssertionError with what differs: (is, wanted)."""
    if differs := differences(is_now, want):
        raise AssertionError(differs)
    return True


def restarts(device, unit):
    """How often the unit was started since boot, as the journal has it."""
    found = device.run(["journalctl", "-b", "-o", "cat", f"UNIT={unit}.service", f"MESSAGE_ID={UNIT_STARTED}"])
    return len([line for line in found.out.splitlines() if line.startswith("Started")])


def invocation(device, unit):
    return device.run(["systemctl", "show", "-P", "InvocationID", unit]).out.strip()


def devices_file(**resources):
    """`devices/lab.yaml` with further resources for some devices. JSON is YAML."""
    labels = {"d1": {"ring": "canary"}}
    entries = {name: {**({"labels": labels[name]} if name in labels else {}), **resources.get(name, {})} for name in NAMES}
    return {"devices/lab.yaml": json.dumps({"kind": "devices", "group": "lab", "devices": entries}, indent=1)}


def everywhere(resources):
    return devices_file(**{name: resources for name in NAMES})


class OnDevices(unittest.TestCase):
    """One lab for all of them. Each begins with a fleet that is as the example wants it."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(f"fleet-{os.getpid()}")
        cls.addClassCleanup(cls.world.down)
        cls.world.up(NAMES)
        cls.devices = [cls.world[name] for name in NAMES]
        cls.d1, cls.d2, cls.d3 = cls.devices
        cls.fleet = Fleet(cls.world, EXAMPLE)
        cls.fleet.start_server()
        cls.fleet.clone()
        cls.untouched = {d.name: look(d) for d in cls.devices}
        # Devices enrol into what git declares: so they are declared first, and nothing is wanted of them.
        empty = cls.fleet.release("Three devices", {"groups/lab.yaml": "kind: group\nname: lab\n"})
        for device in cls.devices:
            cls.fleet.install_agent(device)
            cls.fleet.enrol(device)
            device.run(["systemctl", "enable", "--now", "flyball-agent"], check=True)
        wait_until(lambda: cls.fleet.verified(empty), 30, "three devices are enrolled and wait")
        cls.arrive("everything, a package and a user among it", "All that a device can do")

    @classmethod
    def arrive(cls, what, message, changes=None, want=None):
        """Releases, waits until devices and server have it, and prints how long each took."""
        begun = time.monotonic()
        sequence = cls.fleet.release(message, changes)
        for device in cls.devices:
            wait_until(lambda d=device: want(d) if want else same(look(d), wanted(d)), 60, f"{device.name} has: {message}")
        on_devices = time.monotonic() - begun
        wait_until(lambda: cls.fleet.verified(sequence), 30, "the server knows it verified")
        verified = time.monotonic() - begun
        print(f"\nfigure: push -> on 3 devices {on_devices:.2f} s, -> verified at the server {verified:.2f} s ({what})")

    def setUp(self):
        for device in self.devices:
            device.join()
            if not device.powered():
                device.boot()
        sequence = self.fleet.release("As the example has it")
        for device in self.devices:
            wait_until(lambda d=device: same(look(d), wanted(d)), 60, f"{device.name} is as the example wants it")
        wait_until(lambda: self.fleet.verified(sequence), 30, "the fleet is verified")

    def run(self, result=None):
        """On a failure, what the server and the agents said last is worth reading."""
        before = len(result.failures) + len(result.errors) if result else 0
        out = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(f"\n--- server\n{self.fleet.log.read_text()[-1000:]}")
            for device in self.devices:
                if device.powered():
                    said = [device.run(["flyball-agent", "status"]).out, device.journal("flyball-agent")[-1500:]]
                    print(f"--- {device.name}\n{said[0][:1500]}\n{said[1]}")
        return out

    def settled(self, device, want=None, seconds=30):
        wait_until(lambda: same(look(device), want or wanted(device)), seconds, f"{device.name} is as it should be")

    def release_and_wait(self, message, changes, seconds=60):
        sequence = self.fleet.release(message, changes)
        wait_until(lambda: self.fleet.verified(sequence), seconds, f"verified: {message}")
        return sequence

    # 1. A push arrives.

    def test_a_push_of_one_line_arrives_everywhere_and_restarts_what_reads_it_exactly_once(self):
        before = {d.name: (restarts(d, "lab-clock"), invocation(d, "lab-clock"), invocation(d, "flyball-lab-hello"))
                  for d in self.devices}
        inodes = {d.name: d.path(MOTD).stat().st_ino for d in self.devices}
        text = (EXAMPLE / "fleet.yaml").read_text().replace("Hello from the lab", "Good evening")
        self.arrive("one line", "Another greeting", {"fleet.yaml": text}, lambda d: "Good evening" in (d.read(CONF) or ""))
        for device in self.devices:
            self.settled(device, wanted(device, "Good evening"))
            starts, clock, hello = before[device.name]
            self.assertEqual(restarts(device, "lab-clock"), starts + 1, device.name)
            self.assertNotEqual(invocation(device, "lab-clock"), clock)
            self.assertEqual(invocation(device, "flyball-lab-hello"), hello)
            self.assertEqual(device.path(MOTD).stat().st_ino, inodes[device.name], "untouched is not written")

    # 2. Drift.

    # By commands of one step: what takes two is put right in between.
    TAMPERING = [
        ("file:/etc/lab/lab.conf", "echo tampered >>/etc/lab/lab.conf"),
        ("file:/etc/systemd/system/lab-clock.service", "chmod 0600 /etc/systemd/system/lab-clock.service"),
        ("file:/etc/motd", "rm /etc/motd"),
        ("file:/etc/motd", "ln -s /etc/passwd /etc/motd.new && mv -T /etc/motd.new /etc/motd"),
        ("link:/etc/lab/current.conf", "rm /etc/lab/current.conf"),
        ("link:/etc/lab/current.conf", "ln -sfn /etc/passwd /etc/lab/current.conf"),
        ("directory:/etc/lab", "chmod 0777 /etc/lab"),
        ("directory:/etc/lab", "mv /etc/lab /root/lab-before && rm -r /root/lab-before"),
        ("package:flyball-lab-hello", "dpkg -r flyball-lab-hello"),
        ("service:lab-clock", "systemctl kill --signal KILL lab-clock"),
        ("service:lab-clock", "systemctl disable lab-clock"),
        ("user:lab", "usermod -s /bin/sh lab"),
        ("user:lab", "userdel lab"),
        ("user_group:lab-keepers", "gpasswd -d lab lab-keepers"),
        ("user_group:lab-keepers", "groupdel lab-keepers"),
        ("sysctl:net.ipv4.conf.all.rp_filter", "rm /etc/sysctl.d/*flyball*"),
    ]
    # What no event tells of is found by a full check.
    UNWATCHED = [
        ("sysctl:net.ipv4.conf.all.rp_filter", "sysctl -qw net.ipv4.conf.all.rp_filter=0"),
        ("command:stamp", "rm /var/lib/lab-stamp"),
    ]

    def tamper(self, device, resource, command, woken):
        since = self.fleet.newest_event()
        device.run(["bash", "-c", command], check=True)
        begun = time.monotonic()
        if not woken:
            self.fleet.sync(device.name)
        self.settled(device)
        took = time.monotonic() - begun
        wait_until(lambda: self.fleet.drift(device.name, resource, since), 20, f"the drift of {resource} is told")
        print(f"  {took:5.2f} s  {command}")

    def test_whatever_is_tampered_with_returns_and_is_told(self):
        print()
        for n, (resource, command) in enumerate(self.TAMPERING):
            with self.subTest(command):
                self.tamper(self.devices[n % 3], resource, command, woken=True)
        for resource, command in self.UNWATCHED:
            with self.subTest(command):
                self.tamper(self.d2, resource, command, woken=False)

    def test_a_watched_file_is_back_at_once(self):
        """Six files, four times each: more often is a fight, and the agent would rest."""
        files = {f"/etc/lab/watched-{n}": {"content": "kept\n"} for n in range(6)}
        self.release_and_wait("Files to tamper with", devices_file(d1={"files": files}))
        took = self.d1.run(["bash", "-c", r"""
            for round in 1 2 3 4; do
              for file in /etc/lab/watched-*; do
                sleep 0.2  # Nobody edits faster; what follows a correction is not part of it.
                begun=${EPOCHREALTIME/./}
                echo tampered >"$file"
                until { read -r line <"$file"; } 2>/dev/null && [ "$line" = kept ]; do
                  [ $((${EPOCHREALTIME/./} - begun)) -lt 20000000 ] || { echo "never: $file in round $round"; exit 1; }
                done
                echo $((${EPOCHREALTIME/./} - begun))
              done
            done"""]).out.split("\n")
        times = sorted(int(line) / 1000 for line in took if line.isdigit())
        self.assertEqual(len(times), 24, took)
        print(f"\nfigure: drift -> restored median {statistics.median(times):.1f} ms, worst {times[-1]:.1f} ms (24 edits)")

    def test_a_restart_by_hand_is_no_drift(self):
        drop_in = "/run/systemd/system/lab-clock.service.d"
        self.d1.run(["mkdir", "-p", drop_in], check=True)
        self.d1.write(f"{drop_in}/slow.conf", "[Service]\nExecStop=/bin/sleep 0.3\n")
        self.d1.run(["systemctl", "daemon-reload"], check=True)
        self.addCleanup(self.d1.run, ["bash", "-c", f"rm -r {drop_in} && systemctl daemon-reload"])
        since = self.fleet.newest_event()
        for _ in range(3):
            self.d1.run(["systemctl", "restart", "lab-clock"], check=True)
        self.tamper(self.d1, "file:/etc/motd", "echo tampered >/etc/motd", woken=True)  # Once that is told, the rest would be.
        self.assertEqual(self.fleet.drift("d1", "service:lab-clock", since), [])
        self.settled(self.d1)

    # 4. Without the server.

    def test_a_device_that_is_cut_off_heals_itself_and_later_takes_the_newest_release(self):
        since = self.fleet.newest_event()
        self.d2.cut()
        self.d2.write(MOTD, "tampered\n")
        self.d2.run(["dpkg", "-r", "flyball-lab-hello"], check=True)
        self.settled(self.d2)
        for n in (1, 2):
            text = (EXAMPLE / "fleet.yaml").read_text().replace("Hello from the lab", f"Missed {n}")
            self.fleet.release(f"While one is away, {n}", {"fleet.yaml": text})
        for device in (self.d1, self.d3):
            self.settled(device, wanted(device, "Missed 2"))
        self.assertEqual(differences(look(self.d2), wanted(self.d2)), {})
        begun = time.monotonic()
        self.d2.join()
        self.settled(self.d2, wanted(self.d2, "Missed 2"), 150)
        print(f"\nfigure: cable back -> newest release on the device {time.monotonic() - begun:.1f} s")
        self.assertNotIn("Missed 1", self.d2.journal("flyball-agent"))
        for resource in ("file:/etc/motd", "package:flyball-lab-hello"):
            wait_until(lambda r=resource: self.fleet.drift("d2", r, since), 60, f"the drift of {resource} arrives late")

    # 5. Ends in the middle.

    def gate(self, path):
        """A command whose apply waits for a file: the window in which a test ends the agent."""
        return {"check": f"test -e {path}.done", "undo": f"rm -f {path}.*",
                "apply": f"touch {path}.waits; until [ -e {path}.go ]; do sleep 0.05; done; touch {path}.done"}

    def halves(self, text):
        """Files before and after a gate."""
        early = {f"/etc/lab/many/a{n:03}": {"content": f"{text}\n" * 50} for n in range(100)}
        late = {f"/etc/lab/many/b{n:03}": {"content": f"{text}\n" * 50, "needs": ["command:gate"]} for n in range(100)}
        gate = {**self.gate("/run/lab-gate"), "needs": [f"file:{path}" for path in early]}
        return {"d1": {"directories": {"/etc/lab/many": {}}, "files": {**early, **late}, "commands": {"gate": gate}}}

    def many(self):
        """The contents of the many files, and how many have each; other names than those declared as well."""
        folder = self.d1.path("/etc/lab/many")
        found = {}
        for path in folder.iterdir() if folder.exists() else []:
            known = path.name[0] in "ab" and len(path.name) == 4
            text = path.read_text() if known else f"not declared: {path.name}"
            found[text] = found.get(text, 0) + 1
        return found

    def test_an_agent_killed_amid_many_files_leaves_each_whole_and_goes_on(self):
        self.fleet.release("Many files", devices_file(**self.halves("one")))
        wait_until(lambda: self.d1.read("/run/lab-gate.waits") is not None, 30, "the first half is written")
        self.assertEqual(self.many(), {"one\n" * 50: 100})
        before = self.fleet.agent_pid(self.d1)
        self.d1.run(["kill", "-KILL", str(before)], check=True)
        wait_until(lambda: self.fleet.agent_pid(self.d1) not in (0, before), 20, "systemd starts the agent again")
        self.d1.write("/run/lab-gate.go", "")
        wait_until(lambda: self.many() == {"one\n" * 50: 200}, 30, "the second half follows")
        self.settled(self.d1)
        self.power_cut_amid_many_files()

    def power_cut_amid_many_files(self):
        self.fleet.release("Many other files", devices_file(**self.halves("two")))
        wait_until(lambda: "two\n" * 50 in self.many(), 30, "the first of the files is written")
        self.d1.cut_power()
        folder = self.d1.folder / "upper/etc/lab/many"
        on_disk = [path.read_text() for path in folder.iterdir() if path.name[0] in "ab"]
        print(f"\n  the power went after {sum(text.startswith('two') for text in on_disk)} of 200 files")
        self.assertEqual(set(on_disk) - {"one\n" * 50, "two\n" * 50}, set(), "each is wholly old or wholly new")
        self.d1.power_on()
        self.d1.wait_booted()
        wait_until(lambda: self.d1.read("/run/lab-gate.waits") is not None, 30, "the agent goes on after the boot")
        self.d1.write("/run/lab-gate.go", "")
        wait_until(lambda: self.many() == {"two\n" * 50: 200}, 30, "the rest follows, and nothing is left over")
        self.settled(self.d1)

    def test_an_agent_killed_amid_an_installation_does_not_take_dpkg_along(self):
        self.fleet.release("A slow package", devices_file(d2={"packages": {"flyball-lab-slow": {}}}))
        wait_until(lambda: self.d2.read("/run/flyball-lab-slow.waits") is not None, 40, "dpkg is in the middle")
        dpkg = self.d2.run(["pgrep", "-x", "dpkg"]).out.split()
        before = self.fleet.agent_pid(self.d2)
        self.d2.run(["kill", "-KILL", str(before)], check=True)
        wait_until(lambda: self.fleet.agent_pid(self.d2) not in (0, before), 20, "systemd starts the agent again")
        self.assertEqual(self.d2.run(["pgrep", "-x", "dpkg"]).out.split(), dpkg, "dpkg goes on")
        self.d2.write("/run/flyball-lab-slow.go", "")
        wait_until(lambda: self.status_of(self.d2, "flyball-lab-slow") == "installed", 40, "it is installed")
        self.settled(self.d2)

    def test_a_power_cut_amid_an_installation_is_mended_after_the_boot(self):
        self.fleet.release("A slow package", devices_file(d3={"packages": {"flyball-lab-slow": {}}}))
        wait_until(lambda: self.d3.read("/run/flyball-lab-slow.waits") is not None, 40, "dpkg is in the middle")
        self.d3.cut_power()
        self.d3.boot()
        wait_until(lambda: self.d3.read("/run/flyball-lab-slow.waits") is not None, 40, "the agent lets dpkg finish")
        self.d3.write("/run/flyball-lab-slow.go", "")
        wait_until(lambda: self.status_of(self.d3, "flyball-lab-slow") == "installed", 40, "it is installed")
        self.settled(self.d3)
        self.assertEqual(self.d3.run(["dpkg", "--audit"]), (0, ""))

    def status_of(self, device, package):
        return device.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package]).out

    # 6. Restarts.

    def test_after_a_reboot_everything_is_as_it_was_even_without_the_agent(self):
        self.d3.run(["systemctl", "disable", "--now", "flyball-agent"], check=True)
        before = self.d3.boot_id()
        self.d3.reboot()
        self.assertNotEqual(self.d3.boot_id(), before)
        alone = {**wanted(self.d3), "kept": "inactive"}
        self.assertEqual(differences(look(self.d3), alone), {}, "what Flyball did is durable by itself")
        self.d3.run(["systemctl", "enable", "--now", "flyball-agent"], check=True)
        self.d3.reboot()
        self.settled(self.d3)
        wait_until(lambda: self.fleet.state_of("d3")[0] == "Ready", 30, "it is Ready again")

    # 7. What is broken.

    def test_a_broken_resource_fails_alone_and_is_mended_by_a_commit(self):
        self.d2.write("/etc/flyball-lab-stubborn.fail", "")
        self.addCleanup(self.d2.run, ["rm", "-f", "/etc/flyball-lab-stubborn.fail"])
        broken = {"packages": {"flyball-lab-stubborn": {}}, "files": {"/etc/lab/beside": {"content": "beside\n"},
                  "/etc/lab/behind": {"content": "behind\n", "needs": ["package:flyball-lab-stubborn"]}}}
        self.fleet.release("A package that one device cannot configure", everywhere(broken))
        for device in (self.d1, self.d3):
            wait_until(lambda d=device: d.read("/etc/lab/behind") == "behind\n", 40, f"{device.name} has all of it")
            wait_until(lambda d=device: self.fleet.state_of(d.name)[0] == "Ready", 30, f"{device.name} is Ready")
        wait_until(lambda: self.d2.read("/etc/lab/beside") == "beside\n", 40, "what does not need it is there")
        self.assertIsNone(self.d2.read("/etc/lab/behind"))
        wait_until(lambda: self.fleet.state_of("d2")[0] == "Failed", 30, "it is told")
        status = {r["resource"]: r for r in self.fleet.get("/devices/d2")["status"]["not_ready"]}
        self.assertEqual(status["package:flyball-lab-stubborn"]["state"], "Failed")
        self.assertIn("flyball-lab-stubborn", status["package:flyball-lab-stubborn"]["message"])
        self.assertEqual(status["file:/etc/lab/behind"]["state"], "Waiting")
        self.assertEqual(set(status), {"package:flyball-lab-stubborn", "file:/etc/lab/behind"})

        mended = {**broken, "files": {**broken["files"], "/etc/flyball-lab-stubborn.fail": {"ensure": "absent"}},
                  "packages": {"flyball-lab-stubborn": {"needs": ["file:/etc/flyball-lab-stubborn.fail"]}}}
        self.release_and_wait("What it stumbled over goes", everywhere(mended))
        self.assertEqual(self.d2.read("/etc/lab/behind"), "behind\n")
        self.assertEqual(self.status_of(self.d2, "flyball-lab-stubborn"), "installed")

    def test_a_service_that_cannot_start_fails_with_its_reason_and_the_next_commit_mends_it(self):
        def unit(program):
            path = "/etc/systemd/system/lab-broken.service"
            service = {"running": True, "needs": [f"file:{path}"], "restart_on": [f"file:{path}"]}
            return devices_file(d1={"files": {path: {"content": f"[Service]\nType=exec\nExecStart={program}\n"}},
                                    "services": {"lab-broken": service}})
        self.fleet.release("A service without its program", unit("/usr/bin/no-such-program"))
        wait_until(lambda: self.fleet.state_of("d1")[0] == "Failed", 40, "it is told")
        status = {r["resource"]: r for r in self.fleet.get("/devices/d1")["status"]["not_ready"]}
        self.assertEqual(list(status), ["service:lab-broken"])
        self.assertTrue(status["service:lab-broken"]["message"])
        self.settled(self.d1)
        self.release_and_wait("A service with its program", unit("/bin/sleep infinity"))
        self.assertEqual(self.d1.run(["systemctl", "is-active", "lab-broken"]).out, "active\n")

    # 8. What the server refuses.

    def test_a_push_that_does_not_compile_is_refused_where_it_was_pushed_and_reaches_nobody(self):
        before = {d.name: (look(d), d.read("/var/lib/flyball-agent/adopted.json")) for d in self.devices}
        good = self.fleet.git("rev-parse", "HEAD").strip()
        text = (EXAMPLE / "groups/lab.yaml").read_text().replace("restart_on:", "restart-on:").replace('"0640"', '"0999"')
        self.fleet.commit("Two mistakes", {"groups/lab.yaml": text})
        self.addCleanup(self.fleet.git, "reset", "-q", "--hard", good)
        code, said = self.fleet.try_push()
        self.assertNotEqual(code, 0)
        for words in ("groups/lab.yaml:", "did you mean `restart_on`?", "0999", "every device keeps what it has"):
            self.assertIn(words, said)
        self.assertEqual(self.fleet.git("ls-remote", "origin", "main").split()[0], good)
        self.assertEqual(self.fleet.get("/overview")["trouble"], None)
        for device in self.devices:
            self.assertEqual((look(device), device.read("/var/lib/flyball-agent/adopted.json")), before[device.name])

    # 9. Leaving.

    def test_a_revert_is_held_as_a_mass_deletion_and_once_approved_puts_everything_back(self):
        for device in self.devices:
            device.write("/etc/lab-bystander", "not ours\n")
            device.run(["touch", "/var/lib/lab/kept"], check=True)
        self.fleet.commit("Nothing any more", {"groups/lab.yaml": "kind: group\nname: lab\n", "files/lab-clock.service": None})
        code, said = self.fleet.try_push()
        self.assertEqual(code, 0, said)
        self.assertIn("is HELD", said)
        held = self.fleet.get("/overview")["held"]["sequence"]
        for device in self.devices:
            self.assertEqual(differences(look(device), wanted(device)), {})
        passed = self.fleet.approve(held, "the lab is taken down")
        for device in self.devices:
            self.put_back(device, {"kept": "active"})
            self.assertEqual(device.read("/etc/lab-bystander"), "not ours\n")
            self.assertIsNotNone(device.read("/var/lib/lab/kept"), "a home stays")
        wait_until(lambda: self.fleet.verified(passed), 30, "verified")

    def put_back(self, device, besides):
        """As it was before Flyball came. A directory with files of others in it would stay; there are none."""
        want = {**self.untouched[device.name], **besides}
        self.settled(device, want, 60)
        self.assertIsNone(device.read(UNIT))
        self.assertEqual(device.run(["systemctl", "show", "-P", "LoadState", "lab-clock"]).out, "not-found\n")

    def test_what_leaves_goes_and_what_is_null_stays_and_is_kept_no_more(self):
        files = {f"/etc/lab/{name}": {"content": "ours\n"} for name in ("leaves", "freed", "was-there")}
        self.d1.write("/etc/lab/was-there", "theirs\n")
        self.release_and_wait("Three files", devices_file(d1={"files": files}))
        self.release_and_wait("Two leave, one is let go", devices_file(d1={"files": {"/etc/lab/freed": None}}))
        wait_until(lambda: self.d1.read("/etc/lab/leaves") is None, 20, "what Flyball made is gone")
        self.assertEqual((self.d1.read("/etc/lab/was-there"), self.d1.read("/etc/lab/freed")), ("theirs\n", "ours\n"))
        self.d1.write("/etc/lab/freed", "edited\n")
        self.d1.write(MOTD, "edited\n")
        self.settled(self.d1)  # The motd is put right, so the agent has looked since.
        self.assertEqual(self.d1.read("/etc/lab/freed"), "edited\n")
        self.d1.run(["rm", "/etc/lab/freed", "/etc/lab/was-there"], check=True)

    # 10. Strangers.

    def test_a_device_gets_what_is_its_own_and_strangers_get_nothing(self):
        conf = {i["resource"]: i["digest"] for i in self.fleet.get("/devices/d2/desired")["items"]}["file:/etc/lab/lab.conf"]
        own, other = self.fleet.certificate(self.d2), self.fleet.certificate(self.d1)
        blob = f"/agent/v1/blobs/{conf}"
        self.assertEqual(self.fleet.agents_port(blob, options=own).status, 200)
        self.assertEqual(self.fleet.agents_port(blob, options=other).status, 404)
        report = {"status": None, "events": []}
        for path, method, body in ((blob, "GET", None), ("/agent/v1/desired?have=none&seen=none&trust=1&wake=0", "GET", None),
                                   ("/agent/v1/reports", "POST", report)):
            self.assertIn(self.fleet.agents_port(path, method, body).status, (401, 403), f"{path} without a certificate")
        stranger = self.stranger()
        refused = self.fleet.agents_port(blob, options=stranger)
        self.assertIn(refused.status, (0, 401, 403), refused.body)
        self.assertIn(self.fleet.agents_port("/api/v1/devices", options=own).status, (401, 403, 404))

    def stranger(self):
        """A certificate that names d2, signed by nobody we know."""
        folder = self.world.folder / "certificates/stranger"
        folder.mkdir(parents=True, exist_ok=True)
        self.world.run_on_server("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", folder / "key",
                                 "-out", folder / "crt", "-days", "1", "-subj", "/CN=d2")
        return ["--cert", folder / "crt", "--key", folder / "key"]

    # 11. Taking leave.

    def test_an_agent_that_leaves_puts_everything_back_and_may_come_again(self):
        self.d3.run(["systemctl", "disable", "--now", "flyball-agent"], check=True)
        self.d3.run(["flyball-agent", "leave", "--restore"], check=True)
        self.put_back(self.d3, {"kept": "inactive"})
        self.assertIsNone(self.d3.read("/var/lib/flyball-agent/identity.json"))
        self.d3.run(["systemctl", "enable", "--now", "flyball-agent"], check=True)
        self.assertEqual(self.d3.run(["systemctl", "is-active", "flyball-agent"]).out, "inactive\n", "it has nobody to ask")
        self.fleet.enrol(self.d3)
        self.d3.run(["systemctl", "start", "flyball-agent"], check=True)
        self.settled(self.d3, seconds=60)

    def test_the_audit_log_is_whole(self):
        verified = self.fleet.get("/events/verify")
        self.assertTrue(verified["intact"], verified)
        kinds = {e["kind"] for e in self.fleet.get("/events?limit=500")["items"]}
        self.assertTrue(kinds >= {"token"}, kinds)


if __name__ == "__main__":
    unittest.main()
