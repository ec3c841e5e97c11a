"""A fleet of the real programs on loopback: a server, agents whose devices are folders, a checkout to push from.

BIN names the folder of the programs. Everything lies in one temporary folder; only processes started here are ended.
Nothing waits for a time: `wait_until` looks again until what is wanted holds.
"""

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BIN", TOP / "build/dev/bin")).resolve()
PATIENCE = 120
STATE = "var/lib/flyball-agent"  # Below a device's root.


def wait_until(what, condition, patience=PATIENCE):
    """What `condition` gives once it is true; AssertionError with `what` and its last answer when it never is."""
    deadline = time.monotonic() + patience
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience} s; last: {answer!r}")
        time.sleep(0.02)
    return answer


class Done:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr
        self.said = self.out + self.err

    def __repr__(self):
        return f"exit {self.code}\n{self.said}"


class World:
    """The temporary folder, the environment of all programs, and the processes that run."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fb-"))
        config = self.folder / "config"
        config.mkdir()
        self.env = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "XDG_CONFIG_HOME": str(config),
                    "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
        self.env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        self.running = []
        for name, value in [("user.name", "Ana Berg"), ("user.email", "ana@acme.example"), ("safe.directory", "*"),
                            ("init.defaultBranch", "main"), ("gc.auto", "0")]:
            self.run("git", "config", "--global", name, value)

    def run(self, *command, cwd=None, stdin=None, want=0, timeout=180):
        """The program's end; fails the test unless it exits with `want` (None: any)."""
        process = subprocess.run([str(word) for word in command], cwd=cwd or self.folder, env=self.env, input=stdin,
                                 stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True,
                                 errors="replace", timeout=timeout)
        done = Done(process)
        if want is not None and done.code != want:
            raise AssertionError(f"{' '.join(map(str, command))}: wanted exit {want}, got {done}")
        return done

    def start(self, log, *command):
        with open(self.folder / log, "ab") as out:
            process = subprocess.Popen([str(word) for word in command], env=self.env, cwd=self.folder,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.running.append(process)
        return process

    def end(self, process, how=signal.SIGTERM):
        """Its exit code."""
        self.running.remove(process)
        process.send_signal(how)
        try:
            return process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{process.args[0]} did not end by {how!r}")

    def close(self):
        for process in list(self.running):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self):
        return "".join(f"--- {path.name}\n{path.read_text(errors='replace')[-4000:]}" for path in sorted(self.folder.glob("*.log")))


class Server:
    """A server with its state folder; it keeps its ports over restarts, since agents remember them."""

    def __init__(self, world, name="server", config=None):
        self.world, self.name, self.state = world, name, world.folder / name
        self.config = world.folder / f"{name}.yaml"
        self.config.write_text(config or "{}\n")
        self.ports = (0, 0)
        self.process = None

    def start(self):
        (self.state / "ports").unlink(missing_ok=True)
        self.process = self.world.start(f"{self.name}.log", "flyball-server", "--config", self.config, "--state", self.state,
                                        "--address", "127.0.0.1", "--agents-port", self.ports[0], "--people-port", self.ports[1])

        def listens():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}\n{self.world.logs()}")
            path = self.state / "ports"
            return path.exists() and path.read_text().split()

        self.ports = tuple(map(int, wait_until("the server starts", listens)))
        return self

    def stop(self, how=signal.SIGTERM):
        code = self.world.end(self.process, how)
        if how == signal.SIGTERM and code != 0:
            raise AssertionError(f"the server ended with {code}\n{self.world.logs()}")

    @property
    def repository(self):
        return self.state / "repository.git"

    @property
    def ca(self):
        return self.state / "keys/ca.crt"

    @property
    def token(self):
        return (self.state / "admin.token").read_text().strip()

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.ca)
        if certificate:
            context.load_cert_chain(certificate)
        return context

    def call(self, method, target, body=None, token=None, port=1, certificate=None, headers=None, timeout=PATIENCE):
        """(status, body) of one request to the agents' (0) or people's (1) listener; JSON is read."""
        connection = http.client.HTTPSConnection("localhost", self.ports[port], context=self.context(certificate), timeout=timeout)
        try:
            given = dict(headers or {})
            if token:
                given["Authorization"] = f"Bearer {token}"
            data = json.dumps(body) if isinstance(body, (dict, list)) else body
            connection.request(method, target, body=data, headers=given)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, raw

    def get(self, target):
        status, body = self.call("GET", target, token=self.token)
        if status != 200:
            raise AssertionError(f"GET {target}: {status} {body}")
        return body

    def login(self):
        self.world.run("flyball", "login", f"https://localhost:{self.ports[1]}", "--ca", self.ca, "--token-file",
                       self.state / "admin.token")

    def head(self):
        """The revision in force."""
        release = self.get("/api/v1/overview")["release"]
        return release and release["revision"]

    def sequence(self):
        return self.get("/api/v1/overview")["release"]["sequence"]


class Checkout:
    """A working tree of the fleet's repository."""

    def __init__(self, world, name="checkout"):
        self.world, self.folder = world, world.folder / name

    def begin(self, example, remote):
        """A new repository with the files of an example; nothing pushed yet."""
        shutil.copytree(TOP / "examples" / example, self.folder)
        self.git("init", "--quiet")
        self.git("remote", "add", "origin", remote)
        self.commit("The fleet")
        return self

    def git(self, *command, want=0):
        return self.world.run("git", "-C", self.folder, *command, want=want)

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head()

    def head(self):
        return self.git("rev-parse", "HEAD").out.strip()

    def push(self, *more, want=0):
        return self.git("push", *(more or ["origin", "main"]), want=want)

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            target.write_bytes(text)
        else:
            target.write_text(text)

    def edit(self, path, old, new):
        before = (self.folder / path).read_text()
        if old not in before:
            raise AssertionError(f"{path} does not hold {old!r}")
        self.write(path, before.replace(old, new))


class Device:
    """A folder that stands for a device, and its agent."""

    def __init__(self, world, server, name):
        self.world, self.server, self.name = world, server, name
        self.root = world.folder / "devices" / name
        for folder in ("etc", "srv"):
            (self.root / folder).mkdir(parents=True)
        self.process = None

    def agent(self, *verb, stdin=None, want=0):
        return self.world.run("flyball-agent", "--root", self.root, *verb, stdin=stdin, want=want)

    def make_token(self):
        status, body = self.server.call("POST", "/api/v1/enrolments/tokens", {"device": self.name}, token=self.server.token)
        if status != 201:
            raise AssertionError(f"no token for {self.name}: {status} {body}")
        return body["token"]

    def enroll(self, token=None, server=None, want=0):
        url = f"https://localhost:{(server or self.server).ports[0]}"
        return self.agent("enroll", url, "--token-file", "-", stdin=self.make_token() if token is None else token, want=want)

    def start(self):
        self.process = self.world.start(f"{self.name}.log", "flyball-agent", "--root", self.root, "run")
        return self

    def stop(self, how=signal.SIGTERM):
        code = self.world.end(self.process, how)
        if how == signal.SIGTERM and code != 0:
            raise AssertionError(f"the agent of {self.name} ended with {code}\n{self.world.logs()}")

    def read(self, path):
        """The text of a file of the device; nothing when it is not there."""
        try:
            return (self.root / path.lstrip("/")).read_text()
        except FileNotFoundError:
            return None

    def write(self, path, text):
        (self.root / path.lstrip("/")).write_text(text)

    def status(self):
        """What the agent that runs says; nothing while it does not answer."""
        done = self.agent("-o", "json", "status", want=None)
        return json.loads(done.out) if done.code == 0 else None

    def is_ready(self, sequence=None):
        status = self.status()
        return status is not None and status["condition"]["state"] == "Ready" and (sequence is None or status["sequence"] == sequence)

    def identity(self):
        """A file with its certificate and key, as TLS clients read it."""
        identity = json.loads((self.root / STATE / "identity.json").read_text())
        path = self.world.folder / f"{self.name}.pem"
        path.write_text(identity["certificate"] + identity["key"])
        return path

    def digest(self):
        """Of everything on the device but the agent's own state: names, kinds, modes, contents, times of change."""
        out = hashlib.sha256()
        for folder, folders, files in os.walk(self.root):
            if Path(folder) == self.root / STATE:
                folders.clear()
                continue
            folders.sort()
            for name in sorted(folders + files):
                path = Path(folder) / name
                if path == self.root / STATE or path in (self.root / STATE).parents:
                    continue
                info = path.lstat()
                content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
                times = "" if path.is_dir() else info.st_mtime_ns
                out.update(repr((str(path.relative_to(self.root)), oct(info.st_mode), times, content)).encode())
        return out.hexdigest()


class FleetTest(unittest.TestCase):
    """A world per test class, with the demo's example pushed and the named devices converged."""

    devices = ()
    example = "demo"

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.server = Server(cls.world).start()
        cls.checkout = Checkout(cls.world).begin(cls.example, cls.server.repository)
        cls.checkout.push()
        cls.server.login()
        cls.fleet = {name: Device(cls.world, cls.server, name) for name in cls.devices}
        for device in cls.fleet.values():
            device.enroll()
            device.start()
        cls.converge()

    @classmethod
    def converge(cls):
        """Every device is verified at the newest release, and the server knows."""
        def ready():
            overview = cls.server.get("/api/v1/overview")
            sequence = overview["release"]["sequence"]
            return overview["states"].get("Ready", 0) == len(cls.fleet) and all(d.is_ready(sequence) for d in cls.fleet.values())
        try:
            wait_until("the fleet converges", ready)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{cls.server.get('/api/v1/overview')}\n{cls.world.logs()}") from None

    def digests(self):
        return {name: device.digest() for name, device in self.fleet.items()}

    def untouched(self, before):
        """Even when every agent looks at everything again and asks the server, nothing moves."""
        for device in self.fleet.values():
            looked = device.status()["reconciles"]
            device.agent("sync")
            wait_until(f"{device.name} looks", lambda: device.status()["reconciles"] > looked)
        self.assertEqual(self.digests(), before)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
