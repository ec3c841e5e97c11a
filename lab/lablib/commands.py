"""Running programs, and knowing a process again later."""

import os
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from .waiting import wait_until


class Failure(Exception):
    """Something of the lab itself did not work: its message says what, and why."""


class Outcome(NamedTuple):
    """What a command on a device did: its exit code, and what it wrote to both outputs."""

    rc: int
    out: str


def run(*argv, stdin=None, check=True, env=None, cwd=None):
    """Runs a program of the host and returns what it wrote. Failure with its words unless it exits 0."""
    done = subprocess.run([str(a) for a in argv], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=env, cwd=cwd, check=False, stdin=None if stdin is not None else subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise Failure(f"{' '.join(str(a) for a in argv)}: exit {done.returncode}: {done.stdout.strip()[-2000:]}")
    return done.stdout


class Process(NamedTuple):
    """A process that the lab started. The start time tells it from a later one that got the same number."""

    pid: int
    started: str

    @staticmethod
    def of(pid):
        return Process(pid, _started(pid) or "gone")

    def alive(self):
        try:  # A child of ours that has ended is waited for, else it stays as a zombie.
            os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pass
        return _started(self.pid) == self.started

    def kill(self, number=signal.SIGKILL):
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def gone(self, seconds=20):
        wait_until(lambda: not self.alive(), seconds, f"process {self.pid} has ended")


def _started(pid):
    """The start time of a living process, in the kernel's ticks; None for one that has ended or is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
