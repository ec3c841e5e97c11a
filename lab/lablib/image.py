"""The root file system that every device starts from: made once by debootstrap, kept by the digest of its recipe."""

import fcntl
import hashlib
import os
import re
import shutil
from pathlib import Path

from . import packages
from .commands import Failure, run

SUITE = "bookworm"
REPOSITORY = "var/lib/flyball-lab-packages"

# What a device runs, and what the programs under test need to start.
INSTALLED = ["ca-certificates", "dbus", "iproute2", "libsodium23", "libsqlite3-0", "libssl3", "libstdc++6", "libyaml-0-2",
             "procps", "systemd", "systemd-sysv"]
# Debian's own packages that devices do not have but can install from the local repository.
OFFERED = ["cron", "cron-daemon-common", "hello"]

# Timers that would call apt at a moment of their own; a test decides when apt runs.
MASKED = ["apt-daily.timer", "apt-daily-upgrade.timer"]


def cache():
    return Path(os.environ.get("FLYBALL_LAB_CACHE", "/var/cache/flyball-lab"))


def recipe():
    """A digest of all that decides what an image holds."""
    here = Path(__file__).parent
    parts = [Path(packages.__file__).read_text(), (here / "image.py").read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def mirror():
    """Where this machine's own apt fetches Debian from; None leaves the choice to debootstrap."""
    if chosen := os.environ.get("FLYBALL_LAB_MIRROR"):
        return chosen
    lines = run("apt-get", "indextargets", "--format", "$(RELEASE) $(SITE)", "Created-By: Packages").splitlines()
    return next((site for release, _, site in (line.partition(" ") for line in lines) if release == SUITE), None)


def proxy():
    """The proxy that apt uses, in the form that debootstrap's downloader reads."""
    found = re.search(r'^Acquire::http::Proxy "([^"]+)"', run("apt-config", "dump"), re.MULTILINE)
    return {"http_proxy": found.group(1)} if found and "http_proxy" not in os.environ else {}


def debootstrap(root, debs):
    debs.mkdir(parents=True, exist_ok=True)
    source = mirror()
    run("debootstrap", "--variant=minbase", f"--include={','.join(sorted(INSTALLED + OFFERED))}", f"--cache-dir={debs}",
        SUITE, root, *([source] if source else []), env={**os.environ, **proxy()})


def configure(root):
    """What makes a debootstrapped root a device of the lab: no internet, a network of one address, quiet timers."""
    in_root = ["chroot", root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]
    run(*in_root, "apt-get", "purge", "-y", *OFFERED)
    packages.make_repository(root / REPOSITORY, (root / "var/cache/apt/archives").glob("*.deb"))
    (root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] file:/{REPOSITORY} ./\n")
    shutil.rmtree(root / "var/lib/apt/lists")
    run(*in_root, "apt-get", "update")
    run(*in_root, "systemctl", "mask", *MASKED)
    run(*in_root, "systemctl", "enable", "systemd-networkd.service")
    for path in ("etc/machine-id", "etc/hostname", "etc/resolv.conf", "var/lib/dbus/machine-id"):
        (root / path).unlink(missing_ok=True)


def image(say=print):
    """The path of the image's root, made when the cache lacks it. Waits while another process makes it."""
    store = cache() / "images"
    store.mkdir(parents=True, exist_ok=True)
    root = store / recipe()
    with open(store / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            say(f"making the image of Debian {SUITE} (once; kept in {store})")
            unfinished = store / "unfinished"
            if unfinished.exists():
                remove_tree(unfinished)
            debootstrap(unfinished, cache() / "debs")
            configure(unfinished)
            unfinished.rename(root)
    return root


def remove_tree(path):
    """Removes a root file system, after making sure that nothing is mounted below it."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    below = [m for m in mounted if m.startswith(f"{path}/")]
    for point in sorted(below, reverse=True):  # debootstrap was ended in the middle.
        run("umount", point)
    if not str(path).startswith("/") or len(path.parts) < 4:
        raise Failure(f"will not remove {path}")
    shutil.rmtree(path)
