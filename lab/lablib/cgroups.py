"""A control group per device, so that the systemd inside manages a tree of its own and never that of its neighbour."""

import os
import signal
from pathlib import Path

from .waiting import wait_until

MOUNT = Path("/sys/fs/cgroup")


def hierarchies():
    """Where systemd keeps its tree: the one of cgroup v2, or both of a hybrid machine."""
    if (MOUNT / "cgroup.procs").exists():
        return [MOUNT]
    return [h for h in (MOUNT / "systemd", MOUNT / "unified") if (h / "cgroup.procs").exists()]


def make(name):
    """The folders of the group `name`, one in each hierarchy."""
    folders = [h / name for h in hierarchies()]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return folders


def enter(folders):
    """Moves the calling process there."""
    for folder in folders:
        (folder / "cgroup.procs").write_text("0")


def remove(name):
    """Removes the group and all below. What still runs there is ended: only what the lab started is ever in it."""
    for hierarchy in hierarchies():
        for members in (hierarchy / name).glob("**/cgroup.procs"):
            for pid in members.read_text().split():
                _end(int(pid))
        wait_until(lambda h=hierarchy: _remove_tree(h / name), 10, f"the control group {hierarchy / name} is empty")
        _remove_if_empty((hierarchy / name).parent)


def _remove_tree(folder):
    if not folder.exists():
        return True
    for child in [c for c in folder.iterdir() if c.is_dir()]:
        _remove_tree(child)
    folder.rmdir()
    return True


def _remove_if_empty(folder):
    try:
        folder.rmdir()
    except OSError:  # Another lab has its groups there.
        pass


def _end(pid):
    if pid == 0:  # How a process outside our own pid namespace is listed; to kill(2) it means ourselves.
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
