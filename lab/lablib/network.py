"""The lab's network: a switch in a namespace of its own, the server in another, a cable to each.

The host's interfaces and addresses are never touched; 10.77.0.0/24 exists inside these namespaces only. Each device hangs
on a bridge of its own that a cable joins to the switch, since nspawn makes the device's interface anew at every boot:
a cut cable stays cut meanwhile.
"""

from pathlib import Path

from .commands import run

SERVER = "server"
SERVER_ADDRESS = "10.77.0.1"


def address(number):
    return f"10.77.0.{number}"


class Network:
    """Namespaces kept open by files below `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def file(self, name):
        return self.folder / name

    def inside(self, name):
        """The words that put before a command run it in that namespace."""
        return ["nsenter", f"--net={self.file(name)}"]

    def _ip(self, name, *words):
        run(*self.inside(name), "ip", *words)

    def _make_namespace(self, name):
        self.file(name).touch()
        run("unshare", f"--net={self.file(name)}", "true")
        self._ip(name, "link", "set", "lo", "up")

    def up(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.mounted():
            return
        self._make_namespace("switch")
        self._make_namespace(SERVER)
        self._ip("switch", "link", "add", "switch", "type", "bridge")
        self._ip("switch", "link", "set", "switch", "up")
        self._ip("switch", "link", "add", "cable1", "type", "veth", "peer", "name", "eth0", "netns", self.file(SERVER))
        self._ip("switch", "link", "set", "cable1", "master", "switch", "up")
        self._ip(SERVER, "address", "add", f"{SERVER_ADDRESS}/24", "dev", "eth0")
        self._ip(SERVER, "link", "set", "eth0", "up")

    def add_port(self, number):
        """The bridge for the device of that number, and its cable to the switch. Returns the bridge's name."""
        bridge, cable = f"port{number}", f"cable{number}"
        self._ip("switch", "link", "add", bridge, "type", "bridge")
        self._ip("switch", "link", "set", bridge, "up")
        self._ip("switch", "link", "add", cable, "type", "veth", "peer", "name", f"far{number}")
        self._ip("switch", "link", "set", cable, "master", "switch", "up")
        self._ip("switch", "link", "set", f"far{number}", "master", bridge, "up")
        return bridge

    def set_cable(self, number, state):
        """Takes the cable of a device (or of the server, number 1) out, `down`, or puts it in, `up`."""
        self._ip("switch", "link", "set", f"cable{number}", state)

    def mounted(self):
        return [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()
                if line.split()[1].startswith(f"{self.folder}/")]

    def down(self):
        for point in self.mounted():
            run("umount", point)
