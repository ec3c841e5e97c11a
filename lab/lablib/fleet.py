"""A fleet in a lab: flyball-server where the lab's server is, a checkout that is pushed to it, agents on the devices."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from .commands import Failure, run
from .network import SERVER, SERVER_ADDRESS
from .waiting import wait_until

TOP = Path(__file__).resolve().parents[2]
AGENTS_PORT, PEOPLE_PORT = 7444, 7443
AGENT_STATE = "/var/lib/flyball-agent"


def programs():
    """Where the programs are: what `./dev test` has built, or FLYBALL_BIN."""
    folder = Path(os.environ.get("FLYBALL_BIN", TOP / "build/dev/bin")).resolve()
    if missing := [p for p in ("flyball-server", "flyball-agent") if not (folder / p).exists()]:
        raise Failure(f"not built: {', '.join(missing)} in {folder} (./dev build)")
    return folder


class Answer(NamedTuple):
    """What the server answered: the status, 0 when TLS or the connection did not come about, and the body."""

    status: int
    body: str

    def json(self):
        return json.loads(self.body)


class Fleet:
    """A server on its own state, and a repository that starts as a copy of `example`."""

    def __init__(self, world, example):
        self.world, self.example = world, Path(example)
        self.state, self.checkout = world.folder / "server", world.folder / "checkout"
        self.log = world.folder / "server.log"
        self.url = f"https://{SERVER}:{AGENTS_PORT}"

    # The server.

    def start_server(self):
        with open(self.log, "ab") as log:
            self.world.start_on_server(
                [programs() / "flyball-server", "--state", self.state, "--address", SERVER_ADDRESS, "--name", SERVER,
                 "--agents-port", str(AGENTS_PORT), "--people-port", str(PEOPLE_PORT)], stdout=log, stderr=log)
        wait_until(lambda: (self.state / "ports").exists() and self.api("GET", "/me").status == 200, 20, "the server answers")

    def _curl(self, port, method, path, body=None, options=()):
        """By curl, since what is tried here includes bad certificates. Never raises for what the server answers."""
        sent = [] if body is None else ["--data-binary", "@-", "-H", "Content-Type: application/json"]
        said = self.world.run_on_server(
            "curl", "-sS", "--max-time", "20", "--resolve", f"{SERVER}:{port}:{SERVER_ADDRESS}",
            "--cacert", self.state / "keys/ca.crt", "-X", method, *options, *sent, "-w", "\n%{http_code}",
            f"https://{SERVER}:{port}{path}",
            stdin=None if body is None else json.dumps(body), check=False)
        text, _, status = said.rpartition("\n")
        return Answer(int(status) if status.isdigit() else 0, text)

    def api(self, method, path, body=None):
        """As the first admin."""
        header = self.world.folder / "authorization"
        if not header.exists():
            header.touch(0o600)
            header.write_text(f"Authorization: Bearer {(self.state / 'admin.token').read_text().strip()}\n")
        return self._curl(PEOPLE_PORT, method, f"/api/v1{path}", body, ["-H", f"@{header}"])

    def get(self, path):
        answer = self.api("GET", path)
        if answer.status != 200:
            raise Failure(f"GET {path}: {answer.status} {answer.body}")
        return answer.json()

    def agents_port(self, path, method="GET", body=None, options=()):
        return self._curl(AGENTS_PORT, method, path, body, options)

    def state_of(self, name):
        """State and message of a device as the server has them."""
        line = self.get(f"/devices/{name}")
        return line["state"], line.get("message", "")

    def progress(self, sequence):
        return self.get(f"/releases/{sequence}")["progress"]

    def verified(self, sequence):
        progress = self.progress(sequence)
        if progress["verified"] != progress["devices"]:
            raise AssertionError(json.dumps(progress))
        return True

    def events(self, name, after=0):
        """What the device told, newest first: changes made and failures."""
        return [e for e in self.get(f"/devices/{name}/timeline?limit=500")["items"] if int(e["id"]) > after]

    def drift(self, name, resource, after):
        """The corrective changes of that resource since the event of that number."""
        found = self.get(f"/drift?device={name}&limit=500")["items"]
        return [e for e in found if int(e["id"]) > after and e["change"]["resource"] == resource]

    def newest_event(self):
        return max((int(e["id"]) for name in self.world.devices for e in self.events(name)), default=0)

    def sync(self, name):
        answer = self.api("POST", f"/devices/{name}/sync", {"reason": "the lab looks"})
        if answer.status != 202:
            raise Failure(f"sync of {name}: {answer.status} {answer.body}")

    def approve(self, sequence, reason):
        """Lets a held release pass. It goes on under a new sequence, which is returned."""
        answer = self.api("POST", f"/releases/{sequence}/statements", {"kind": "approve", "reason": reason})
        if answer.status // 100 != 2:
            raise Failure(f"approval of {sequence}: {answer.status} {answer.body}")
        return answer.json()["sequence"]

    # The repository.

    def clone(self):
        """An empty checkout; `lay_out` fills it."""
        run("git", "init", "-q", "--initial-branch=main", self.checkout)
        for key, value in (("user.name", "Lab"), ("user.email", "lab@flyball.invalid"), ("core.hooksPath", "/dev/null")):
            self.git("config", key, value)
        self.git("remote", "add", "origin", self.state / "repository.git")

    def git(self, *words, check=True):
        return run("git", *words, cwd=self.checkout, check=check)

    def lay_out(self, changes=None):
        """Makes the checkout the example with these files on top; None leaves one out."""
        for path in self.checkout.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.example, self.checkout, dirs_exist_ok=True)
        for name, text in (changes or {}).items():
            if text is None:
                (self.checkout / name).unlink()
            else:
                (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
                (self.checkout / name).write_text(text)

    def commit(self, message, changes=None):
        """A commit of the example with those changes. False when that is what the last commit is already."""
        self.lay_out(changes)
        self.git("add", "--all")
        if not self.git("status", "--porcelain").strip():
            return False
        self.git("commit", "-q", "-m", message)
        return True

    def try_push(self):
        """Pushes, and returns the exit code and what whoever pushed reads."""
        done = subprocess.run(["git", "push", "origin", "main"], cwd=self.checkout, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, "\n".join(line.removeprefix("remote: ").rstrip() for line in done.stdout.splitlines())

    def push(self):
        """Pushes what has to be taken. Returns the release's sequence, or the held one's, negative."""
        code, said = self.try_push()
        in_force = re.search(r"release (\d+) is in force", said)
        held = re.search(r"release (\d+) is HELD", said)
        if code != 0 or not (in_force or held):
            raise Failure(f"git push: exit {code}: {said}")
        return int(in_force.group(1)) if in_force else -int(held.group(1))

    def release(self, message, changes=None):
        """Commits and pushes, with an approval where a guard holds it. Returns the sequence."""
        if not self.commit(message, changes):
            return self.get("/overview")["release"]["sequence"]
        sequence = self.push()
        return sequence if sequence > 0 else self.approve(-sequence, "the lab means it")

    # Agents.

    def enrol(self, device):
        token = self.api("POST", "/enrolments/tokens", {"device": device.name})
        if token.status != 201:
            raise Failure(f"token for {device.name}: {token.status} {token.body}")
        device.run(["flyball-agent", "enroll", self.url, "--token-file", "-"], stdin=token.json()["token"] + "\n", check=True)

    def install_agent(self, device):
        device.install_agent(programs() / "flyball-agent")

    def certificate(self, device):
        """What curl needs to be that device: options that name copies of its key and certificate."""
        identity = json.loads(device.read(f"{AGENT_STATE}/identity.json"))
        folder = self.world.folder / "certificates" / device.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, key in (("key", "key"), ("crt", "certificate")):
            (folder / name).write_text(identity[key])
        return ["--cert", folder / "crt", "--key", folder / "key"]

    def agent_pid(self, device):
        """The main process of the agent's unit, by its number on the device; 0 while there is none."""
        return int(device.run(["systemctl", "show", "-P", "MainPID", "flyball-agent"]).out.strip() or 0)
