"""One real device: a Debian with systemd as its first process, an address, and a cable that can be cut."""

import os
import secrets
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

from . import cgroups
from .commands import Failure, Outcome, Process, children, run
from .network import SERVER_ADDRESS, address
from .waiting import wait_until

# The namespaces of the device, and its clean environment: nothing of the host leaks into what runs there.
ENVIRONMENT = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
               "DEBIAN_FRONTEND=noninteractive"]
UP = ("running", "degraded")
PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


class Device:
    """Made by World. `number` is the last part of its address; what it keeps lies in `folder`."""

    def __init__(self, world, name, number, process=None):
        self.world, self.name, self.number, self.process = world, name, number, process
        self.address = address(number)
        self.folder = world.folder / "devices" / name
        self.group = f"flyball-lab/{world.name}/{name}"

    # Power.

    def boot(self, seconds=60):
        """Power on, and wait until systemd has started what it starts. Returns `running` or `degraded`."""
        self.power_on()
        return self.wait_booted(seconds)

    def power_on(self):
        """Power on, without waiting."""
        if self.powered():
            raise Failure(f"{self.name} is already on")
        if not self.folder.exists():
            self._lay_out()
        with open(self.folder / "console.log", "ab") as console:
            network = self.world.network
            started = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", Path(__file__).parent / "machine.sh", self.world.image,
                 self.folder, network.file("switch"), f"port{self.number}", f"m{self.number}", *cgroups.make(self.group)],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True, cwd="/")
        self.process = Process.of(started.pid)
        self.world.save()

    def cut_power(self):
        """The device stops between two instructions. What it had written stays: page cache outlives this."""
        self._kill_leader()
        self.process.gone()

    def power_off(self, seconds=60):
        """An orderly shutdown."""
        self.run(["systemctl", "poweroff"])
        self.process.gone(seconds)

    def reboot(self, seconds=60):
        """An orderly restart. Returns `running` or `degraded`."""
        before = self.boot_id()
        self.run(["systemctl", "reboot"])
        wait_until(lambda: self.powered() and self.leader(before_boot=before), seconds, f"{self.name} starts again")
        return self.wait_booted(seconds)

    def powered(self):
        return self.process is not None and self.process.alive()

    def wait_booted(self, seconds=60):
        def state():
            if not self.powered():
                raise Failure(f"{self.name} did not start:\n{self.console(2000)}")
            found = self.run(["systemctl", "is-system-running", "--wait"], timeout=seconds)
            return found.out.strip().splitlines()[-1] if found.out.strip() else ""
        return wait_until(lambda: (found := state()) in UP and found, seconds, f"{self.name} has started")

    def boot_id(self):
        return self.read("/proc/sys/kernel/random/boot_id").strip()

    # Network.

    def cut(self):
        """Takes the cable out. Packets are lost in silence; the device's own interface stays up."""
        self.world.network.set_cable(self.number, "down")

    def join(self):
        self.world.network.set_cable(self.number, "up")

    # What a test does on it. The device is on; commands run as root in its namespaces and in a unit `lab.scope`, but with
    # the host's rights: what a unit of the device may do is shown by `systemd-run --wait --pipe`.

    def run(self, argv, stdin=None, timeout=120, check=False):
        """Runs a command and waits. With check, Failure unless it exits 0."""
        done = subprocess.run(self._inside(argv), input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout,
                              preexec_fn=self._enter_group, check=False)
        if check and done.returncode != 0:
            raise Failure(f"{self.name}: {shlex.join(argv)}: exit {done.returncode}: {done.stdout.strip()[-2000:]}")
        return Outcome(done.returncode, done.stdout)

    def start(self, argv, **options):
        """Starts a command and returns its Popen; it ends with the device at the latest."""
        return subprocess.Popen(self._inside(argv), preexec_fn=self._enter_group, **options)

    def shell(self):
        """Becomes a root shell on the device."""
        self._enter_group()
        argv = self._inside(["TERM=" + os.environ.get("TERM", "dumb"), "bash", "-l"])
        os.execvp(argv[0], argv)

    def path(self, inside):
        """Where the host sees a file of the running device. Reading there leaves no trace on the device."""
        return Path(f"/proc/{self.leader()}/root") / inside.lstrip("/")

    def read(self, path):
        """The text of a file; None when it is not there."""
        if path.startswith("/proc/"):  # What these say depends on who reads.
            found = self.run(["cat", path])
            return found.out if found.rc == 0 else None
        try:
            return self.path(path).read_text()
        except FileNotFoundError:
            return None

    def write(self, path, text):
        """Writes a file as somebody on the device would, with a process of the device."""
        self.run(["tee", path], stdin=text, check=True)

    def push(self, source, path, mode=0o644):
        """Copies a file of the host onto the device, by a new file and rename, so that a running program may be replaced."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        shutil.copyfile(source, fresh)
        fresh.chmod(mode)
        fresh.rename(target)

    def install_agent(self, program):
        """Lays the agent out as its package would. It is neither configured nor started."""
        run(PACKAGING / "install-agent", program, self.path("/"))
        self.run(["systemctl", "daemon-reload"], check=True)

    def journal(self, unit):
        return self.run(["journalctl", "--no-pager", "-o", "cat", "-u", unit]).out

    def console(self, characters=4000):
        log = self.folder / "console.log"
        return log.read_text(errors="replace")[-characters:] if log.exists() else ""

    # How.

    def leader(self, before_boot=None):
        """The host's number of the device's first process; LookupError while there is none."""
        for nspawn in [c for machine in children(self.process.pid) for c in [machine, *children(machine)]]:
            for child in [nspawn, *children(nspawn)]:
                if _innermost_pid(child) == "1" and (before_boot is None or _boot_id(child) != before_boot):
                    return child
        raise LookupError(f"{self.name} has no first process")

    def forget(self):
        """Ends the device, if need be, and removes all that it kept."""
        if self.powered():
            self._kill_leader()
            self.process.gone()
        cgroups.remove(self.group)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _kill_leader(self):
        """Ends the first process, and with it all in its namespace; before there is one, what would start it."""
        try:
            os.kill(self.leader(), signal.SIGKILL)
        except (LookupError, ProcessLookupError):
            for child in children(self.process.pid):
                Process.of(child).kill()
            self.process.kill()

    def _inside(self, argv):
        return ["nsenter", f"--target={self.leader()}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                "--wdns=/", "--", *ENVIRONMENT, *argv]

    def _enter_group(self):
        cgroups.enter(cgroups.make(f"{self.group}/payload/lab.scope"))

    def _lay_out(self):
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True)
        for path, text in {
            "etc/hostname": f"{self.name}\n",
            "etc/hosts": f"127.0.0.1 localhost {self.name}\n{SERVER_ADDRESS} server\n",
            "etc/machine-id": f"{secrets.token_hex(16)}\n",
            "etc/systemd/network/10-lab.network":
                f"[Match]\nName=host0\n\n[Network]\nAddress={self.address}/24\nLinkLocalAddressing=no\n",
        }.items():
            target = self.folder / "upper" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)


def _innermost_pid(pid):
    """The number that a process has in its own namespace; None once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
    return numbers[-1] if len(numbers) > 1 else None


def _boot_id(pid):
    try:
        return Path(f"/proc/{pid}/root/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
