"""Real devices for tests: Debian 12 with systemd, in network namespaces of their own. See lab/README.md.

    with World("mine") as world:
        world.up(["kiosk-1"])
        kiosk = world["kiosk-1"]
        rc, out = kiosk.run(["systemctl", "is-active", "ssh"])
        wait_until(lambda: kiosk.read("/etc/motd") == "hello\\n", 30, "the motd is there")
"""

from .commands import Failure, Outcome
from .waiting import wait_until
from .world import World, why_not

__all__ = ["Failure", "Outcome", "World", "wait_until", "why_not"]
