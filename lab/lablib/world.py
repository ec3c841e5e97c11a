"""A lab: a network, a server's place in it, and devices. It outlives the process that made it, until `down`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import cgroups
from .commands import Failure, Process, run
from .device import Device
from .image import image
from .network import SERVER, Network

PROGRAMS = ["debootstrap", "systemd-nspawn", "nsenter", "unshare", "ip", "dpkg-deb"]
FIRST_DEVICE = 11


def why_not():
    """Why this machine cannot run a lab, in a sentence; empty when it can."""
    if os.geteuid() != 0:
        return "a lab needs root"
    missing = [p for p in PROGRAMS if shutil.which(p) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (./dev setup lab)"
    if not cgroups.hierarchies():
        return "no control groups that systemd can use are mounted at /sys/fs/cgroup"
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "--propagation", "private", "sh", "-c",
                            "ip link add type veth && ip link add type bridge && mount -t tmpfs tmpfs /mnt"],
                           capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"namespaces cannot be made here: {tried.stderr.strip()}"


class World:
    """A lab by its name. Two of different names do not see each other. As a context manager it ends with the block."""

    def __init__(self, name="lab", say=print):
        self.name, self.say = name, say
        self.folder = Path(os.environ.get("FLYBALL_LAB_STATE", "/var/lib/flyball-lab")) / name
        self.network = Network(self.folder / "net")
        self.image = None
        self.devices, self.processes = {}, []
        self._load()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    def __getitem__(self, name):
        if name not in self.devices:
            raise Failure(f"no device {name} in the lab {self.name}; there are: {', '.join(self.devices) or 'none'}")
        return self.devices[name]

    def up(self, names):
        """Makes the network and these devices, and boots those that are not on."""
        if reason := why_not():
            raise Failure(reason)
        self.image = image(self.say)
        self.network.up()
        for name in names:
            if name not in self.devices:
                number = max([d.number for d in self.devices.values()], default=FIRST_DEVICE - 1) + 1
                self.devices[name] = Device(self, name, number)
                self.network.add_port(number)
        self.save()
        off = [self.devices[n] for n in names if not self.devices[n].powered()]
        for device in off:  # All start before the first is waited for.
            device.power_on()
        for device in off:
            device.wait_booted()

    def down(self):
        """Ends every process of the lab and removes all it made. May be called at any time, and twice."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.gone()
        for device in list(self.devices.values()):
            device.forget()
        self.network.down()
        if cgroups.hierarchies():
            cgroups.remove(f"flyball-lab/{self.name}")
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.devices, self.processes = {}, []

    def start_on_server(self, argv, **options):
        """Starts a program of the host in the server's namespace, where it has 10.77.0.1. It ends with the lab."""
        options.setdefault("stdin", subprocess.DEVNULL)
        started = subprocess.Popen([*self.network.inside(SERVER), *argv], start_new_session=True, **options)
        self.processes.append(Process.of(started.pid))
        self.save()
        return started

    def run_on_server(self, *argv, **options):
        """Runs a program of the host in the server's namespace and returns what it wrote."""
        return run(*self.network.inside(SERVER), *argv, **options)

    def cut(self, name):
        self.network.set_cable(1 if name == SERVER else self[name].number, "down")

    def join(self, name):
        self.network.set_cable(1 if name == SERVER else self[name].number, "up")

    def save(self):
        state = {"image": str(self.image) if self.image else None, "processes": self.processes,
                 "devices": {d.name: [d.number, d.process] for d in self.devices.values()}}
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / "state.new"
        fresh.write_text(json.dumps(state, indent=1))
        fresh.rename(self.folder / "state.json")

    def _load(self):
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return
        self.image = state["image"]
        self.processes = [Process(*p) for p in state["processes"]]
        for name, (number, process) in state["devices"].items():
            self.devices[name] = Device(self, name, number, Process(*process) if process else None)
