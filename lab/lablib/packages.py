"""A small Debian repository of our own: packages that each show one thing that packages do to a device.

Devices have no internet; their only source is this folder, which the image carries.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

from .commands import run

SERVICE = """[Unit]
Description=Says hello and stays

[Service]
ExecStart=/usr/lib/flyball-lab-hello/serve
ExecReload=/bin/kill -HUP $MAINPID

[Install]
WantedBy=multi-user.target
"""

# Writes what it has read, so that a test sees which configuration the running process knows.
SERVE = """#!/bin/sh
greet() { cat /etc/flyball-lab-hello.conf >/run/flyball-lab-hello.said; }
trap greet HUP
greet
while :; do sleep infinity & rest=$!; wait $rest; kill $rest; done
"""

POSTINST = """#!/bin/sh
set -e
if [ "$1" = configure ]; then
  deb-systemd-helper enable flyball-lab-hello.service >/dev/null
  [ ! -d /run/systemd/system ] || { systemctl daemon-reload; deb-systemd-invoke restart flyball-lab-hello.service >/dev/null; }
fi
"""

PRERM = """#!/bin/sh
set -e
[ "$1" != remove ] || [ ! -d /run/systemd/system ] || deb-systemd-invoke stop flyball-lab-hello.service >/dev/null
"""

POSTRM = """#!/bin/sh
set -e
[ "$1" != purge ] || deb-systemd-helper purge flyball-lab-hello.service >/dev/null
[ ! -d /run/systemd/system ] || systemctl daemon-reload
"""

# Ends when a file says so: the window in which a test ends what started apt.
SLOW = """#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
touch /run/flyball-lab-slow.waits
until [ -e /run/flyball-lab-slow.go ]; do sleep 0.05; done
"""

# Fails as long as a file says so: leaves the package half configured.
STUBBORN = """#!/bin/sh
[ ! -e /etc/flyball-lab-stubborn.fail ] || { echo "flyball-lab-stubborn: refused on purpose" >&2; exit 1; }
"""


def hello(version):
    return {
        "control": {"Package": "flyball-lab-hello", "Version": version, "Depends": "flyball-lab-words",
                    "Description": "a service with a configuration file"},
        "scripts": {"postinst": POSTINST, "prerm": PRERM, "postrm": POSTRM, "conffiles": "/etc/flyball-lab-hello.conf\n"},
        "files": {"/etc/flyball-lab-hello.conf": (f"greeting = hello from {version}\n", 0o644),
                  "/lib/systemd/system/flyball-lab-hello.service": (SERVICE, 0o644),
                  "/usr/lib/flyball-lab-hello/serve": (SERVE, 0o755)},
    }


PACKAGES = [
    hello("1.0"),
    hello("2.0"),
    {"control": {"Package": "flyball-lab-words", "Version": "1.0", "Description": "what flyball-lab-hello needs"},
     "files": {"/usr/share/flyball-lab-words/words": ("hello\n", 0o644)}},
    {"control": {"Package": "flyball-lab-rival", "Version": "1.0", "Conflicts": "flyball-lab-words",
                 "Description": "cannot be there together with flyball-lab-words"}},
    {"control": {"Package": "flyball-lab-slow", "Version": "1.0", "Description": "its configuration waits for /run/flyball-lab-slow.go"},
     "scripts": {"postinst": SLOW}},
    {"control": {"Package": "flyball-lab-stubborn", "Version": "1.0",
                 "Description": "cannot be configured while /etc/flyball-lab-stubborn.fail is there"},
     "scripts": {"postinst": STUBBORN}},
]


def build(package, folder):
    """Makes the .deb of one entry of PACKAGES."""
    control = {"Architecture": "all", "Maintainer": "Flyball <lab@flyball.invalid>", **package["control"]}
    with tempfile.TemporaryDirectory() as root:
        root = Path(root)
        root.chmod(0o755)
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN/control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()))
        for name, text in package.get("scripts", {}).items():
            (root / "DEBIAN" / name).write_text(text)
            (root / "DEBIAN" / name).chmod(0o644 if name == "conffiles" else 0o755)
        for path, (text, mode) in package.get("files", {}).items():
            target = root / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            target.chmod(mode)
        name = f"{control['Package']}_{control['Version']}_all.deb"
        run("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", root, folder / name)


def index(folder):
    """Writes the Packages file that makes a folder of .debs a repository for apt."""
    stanzas = []
    for deb in sorted(folder.glob("*.deb")):
        control = run("dpkg-deb", "--field", deb).rstrip("\n")
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        stanzas.append(f"{control}\nFilename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n")
    (folder / "Packages").write_text("\n".join(stanzas))


def make_repository(folder, debs):
    """A repository in `folder`: our packages, and those .debs that making the image has brought."""
    folder.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        shutil.move(deb, folder / deb.name.replace("%3a", ":").replace(":", "%3a"))
    for package in PACKAGES:
        build(package, folder)
    index(folder)
    for path in folder.iterdir():
        path.chmod(0o644)
