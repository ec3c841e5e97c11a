"""Agents whose devices are folders: killed, without a server, held, left, damaged, enrolled wrongly."""

import json
import os
import shutil
import signal
import time
import unittest

from fleet import PATIENCE, STATE, Checkout, Device, FleetTest, Server, wait_until

FILES = 1500


class Devices(FleetTest):
    devices = ("sign-lobby",)

    @property
    def lobby(self):
        return self.fleet["sign-lobby"]

    def push_files(self, word, count=FILES):
        self.checkout.write("groups/signs/berlin.yaml", self.before + "files:\n" + "".join(
            f"  /srv/many/{i}: {{ content: \"{word} {i}\\n\" }}\n" for i in range(count)) + "directories:\n  /srv/many: {}\n")
        self.checkout.commit(word)
        self.checkout.push("--quiet", "origin", "main")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = (cls.checkout.folder / "groups/signs/berlin.yaml").read_text()
        cls.berlin = text

    def setUp(self):
        # The group's own file in one piece, so that a test may add maps that it has not.
        self.before = self.berlin.split("files:")[0]

    def has(self, word):
        return sum((self.lobby.read(f"/srv/many/{i}") or "").startswith(word) for i in range(FILES))

    def work_begins(self, word):
        """Returns at the first sign of it; no pause between looks, for it is over soon."""
        folder = self.lobby.root / "srv/many"
        names = set(os.listdir(folder)) if folder.exists() else set()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if (self.lobby.read("/srv/many/0") or "").startswith(word) or (folder.exists() and set(os.listdir(folder)) != names):
                return
        raise AssertionError(f"{word}: nothing was begun\n{self.world.logs()}")

    def test_killed_in_the_middle_of_an_apply(self):
        killed_at = []
        for word in ("first", "second"):
            self.push_files(word)
            for _ in range(3):
                self.work_begins(word)
                self.lobby.stop(signal.SIGKILL)
                killed_at.append(self.has(word))  # Fewer than all: it was in the middle.
                for i in range(FILES):  # Each wholly old or wholly new.
                    self.assertIn(self.lobby.read(f"/srv/many/{i}"), (None, f"first {i}\n", f"second {i}\n"))
                self.lobby.start()
            self.converge()
            self.assertEqual(self.has(word), FILES)
        self.assertTrue(any(count < FILES for count in killed_at), f"it was never in the middle: {killed_at}")
        left = [path.name for path in (self.lobby.root / "srv/many").iterdir() if not path.name.isdigit()]
        self.assertEqual(left, [])
        # What was there is still known: all of it goes when it leaves git.
        self.checkout.write("groups/signs/berlin.yaml", self.berlin)
        self.checkout.commit("They leave")
        said = self.checkout.push("origin", "main").said
        held = said.split("flyball release approve ")[1].split()[0]
        self.world.run("flyball", "release", "approve", held, "--reason", "OPS-1")
        for _ in range(2):
            wait_until("it is taken away", lambda: self.has("second") < FILES)
            self.lobby.stop(signal.SIGKILL)
            self.lobby.start()
        wait_until("all is gone", lambda: not (self.lobby.root / "srv/many").exists())
        self.converge()

    def test_without_a_server_drift_returns_and_a_restart_keeps_it(self):
        wanted = self.lobby.read("/etc/issue")
        self.server.stop()
        self.lobby.write("/etc/issue", "hacked\n")
        wait_until("it returns", lambda: self.lobby.read("/etc/issue") == wanted)
        self.lobby.stop()
        self.lobby.write("/etc/issue", "hacked while nobody looked\n")
        (self.lobby.root / "srv/sign/sign.conf").unlink()
        self.lobby.start()
        wait_until("it returns after a restart", lambda: self.lobby.read("/etc/issue") == wanted and self.lobby.read("/srv/sign/sign.conf"))
        wait_until("it is Ready without the server", self.lobby.is_ready)
        self.assertFalse(self.lobby.status()["connected"])
        self.assertGreater(self.lobby.status()["queued_events"], 0)
        self.server.start()
        wait_until("what happened is told", lambda: self.lobby.status()["queued_events"] == 0)
        drift = self.server.get("/api/v1/drift?device=sign-lobby")
        self.assertGreaterEqual(sum("/etc/issue" in json.dumps(item) for item in drift["items"]), 2)
        self.converge()

    def test_hold_and_its_end(self):
        wanted = self.lobby.read("/etc/issue")
        for wrong in (("--for", "25h", "--reason", "x"), ("--for", "0s", "--reason", "x"), ("--for", "x", "--reason", "x"), ("--for", "1h",)):
            self.assertNotEqual(self.lobby.agent("hold", *wrong, want=None).code, 0, wrong)
        self.lobby.agent("hold", "--for", "1h", "--reason", "looking at it")
        self.lobby.write("/etc/issue", "mine for an hour\n")
        wait_until("the drift is seen", lambda: "/etc/issue" in json.dumps(self.lobby.status()["not_ready"]))
        self.lobby.agent("sync")
        self.lobby.stop(signal.SIGKILL)
        self.lobby.start()
        wait_until("the hold is in force over a restart", lambda: (self.lobby.status() or {}).get("hold"))
        wait_until("the drift is seen again", lambda: "/etc/issue" in json.dumps(self.lobby.status()["not_ready"]))
        self.assertEqual(self.lobby.read("/etc/issue"), "mine for an hour\n")
        self.assertIn("looking at it", self.lobby.agent("status").out)
        wait_until("the server shows it", lambda: self.server.get("/api/v1/overview")["states"].get("Held") == 1)
        self.assertIn("/etc/issue", self.lobby.agent("plan").out)
        self.assertEqual(self.lobby.agent("plan", "--detailed-exitcode", want=None).code, 2)
        self.lobby.agent("hold", "--end")
        wait_until("it returns", lambda: self.lobby.read("/etc/issue") == wanted)
        self.converge()
        self.assertEqual(self.lobby.agent("plan", "--detailed-exitcode").code, 0)

    def test_what_people_ask_an_agent(self):
        self.assertEqual(self.lobby.agent("doctor").code, 0)
        for wrong in (("status",), ("sync",), ("hold", "--end"), ("plan",), ("run",), ("leave", "--keep"), ("doctor",)):
            done = self.world.run("flyball-agent", "--root", self.world.folder / "nowhere", *wrong, want=None)
            self.assertNotEqual(done.code, 0, wrong)
            self.assertTrue(done.said.strip(), wrong)
        self.assertNotEqual(self.lobby.agent("run", want=None).code, 0)  # One agent runs already.
        self.assertIn("stop it first", self.lobby.agent("leave", "--restore", want=None).said)
        self.assertNotEqual(self.lobby.agent("leave", want=None).code, 0)


class Coming(FleetTest):
    devices = ("sign-lobby",)

    def newcomer(self, name="sign-cafe"):
        shutil.rmtree(self.world.folder / "devices" / name, ignore_errors=True)
        return Device(self.world, self.server, name)

    def test_tokens_that_are_no_good(self):
        cafe = self.newcomer()
        token = cafe.make_token()
        before = cafe.digest()
        middle = len(token.strip()) // 2
        mistyped = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        for wrong in (mistyped, token[:-9], token.strip() + "x", "", "\n", "flyball", "\x00" * 40, token + token, token.swapcase()):
            done = cafe.enroll(wrong, want=None)
            self.assertNotEqual(done.code, 0, wrong)
            self.assertTrue(done.err.startswith("flyball-agent: "), done)
        self.assertEqual(cafe.digest(), before)
        self.assertFalse((cafe.root / STATE / "identity.json").exists())
        cafe.enroll(token)  # None of that used it up.
        again = cafe.enroll(token, want=None)
        self.assertIn("already", again.said)
        other = self.newcomer("sign-paris")
        used = other.enroll(token, want=None)
        self.assertEqual(used.code, 77, used)
        self.assertIn("used already", used.said)

    def test_the_token_of_another_fleet(self):
        other = Server(self.world, "other").start()
        try:
            mine = Checkout(self.world, "other-checkout").begin("demo", other.repository)
            mine.edit("fleet.yaml", "id: demo-3c9f02b7", "id: other-00000001")
            mine.commit("Another fleet")
            mine.push()
            cafe = self.newcomer()
            wait_until("it has a release", lambda: other.get("/api/v1/overview")["release"])
            for token_from, server in ((self.server, other), (other, self.server)):
                token = token_from.call("POST", "/api/v1/enrolments/tokens", {"device": cafe.name}, token=token_from.token)[1]["token"]
                done = cafe.enroll(token, server, want=None)
                self.assertNotEqual(done.code, 0, done)
                self.assertFalse((cafe.root / STATE / "identity.json").exists())
        finally:
            other.stop()

    def test_servers_that_are_none(self):
        cafe = self.newcomer()
        token = cafe.make_token()
        for url in (f"https://localhost:{self.server.ports[1]}", "https://localhost:1", f"http://localhost:{self.server.ports[0]}", "localhost", "", "https://"):
            done = cafe.agent("enroll", url, "--token-file", "-", stdin=token, want=None)
            self.assertNotEqual(done.code, 0, url)
            self.assertTrue(done.err.startswith("flyball-agent: "), done)

    def test_a_device_whose_key_was_refused_stays_as_it_is_and_enrols_anew(self):
        cafe = self.newcomer("sign-paris")
        cafe.enroll()
        cafe.start()
        wait_until("it is Ready", lambda: cafe.is_ready(self.server.sequence()))
        wanted = cafe.read("/etc/issue")
        self.assertEqual(self.server.call("DELETE", "/api/v1/devices/sign-paris/identity", token=self.server.token)[0], 204)
        cafe.agent("sync")
        cafe.write("/etc/issue", "hacked\n")
        wait_until("the last good state is kept", lambda: cafe.read("/etc/issue") == wanted)
        cafe.stop()
        cafe.agent("leave", "--keep")
        self.assertEqual(cafe.read("/etc/issue"), wanted)
        cafe.enroll()
        cafe.start()
        wait_until("it is Ready again", lambda: cafe.is_ready(self.server.sequence()))
        cafe.stop()

    def test_leaving(self):
        for how in ("--restore", "--keep"):
            with self.subTest(how):
                paris = self.newcomer("sign-paris")
                paris.write("/etc/issue", "as it was before\n")
                paris.write("/srv/untouched", "of nobody\n")
                bare = paris.digest()
                token = paris.make_token()
                paris.enroll(token)
                paris.start()
                wait_until("it is Ready", lambda: paris.is_ready(self.server.sequence()))
                paris.stop()
                kept = paris.digest()
                self.assertNotEqual(paris.read("/etc/issue"), "as it was before\n")
                paris.agent("leave", how)
                if how == "--restore":
                    self.assertEqual(paris.read("/etc/issue"), "as it was before\n")
                    self.assertFalse((paris.root / "srv/sign").exists())
                else:
                    self.assertEqual(paris.digest(), kept)
                self.assertNotEqual(paris.agent("run", want=None).code, 0)
                self.assertFalse((paris.root / STATE / "identity.json").exists())
                self.assertNotEqual(bare, kept)


class Damage(FleetTest):
    devices = ("sign-lobby",)

    def test_state_that_is_damaged_is_told_and_nothing_is_harmed(self):
        lobby = self.fleet["sign-lobby"]
        lobby.stop()
        state = lobby.root / STATE
        good = self.world.folder / "good-state"
        shutil.copytree(state, good)
        wanted = lobby.digest()
        names = sorted(path.name for path in good.iterdir() if path.is_file() and path.name.endswith(".json"))
        self.assertGreater(len(names), 3, names)
        ways = {"cut": lambda data: data[:len(data) // 2], "empty": lambda data: b"", "zeros": lambda data: bytes(len(data)),
                "other kind": lambda data: b'{"kind":"flyball-later@v9"}', "a list": lambda data: b"[]", "not text": lambda data: b"\xff" * 100}
        told = 0
        for name in names:
            for way, damage in ways.items():
                with self.subTest(f"{name}: {way}"):
                    shutil.rmtree(state)
                    shutil.copytree(good, state)
                    (state / name).write_bytes(damage((good / name).read_bytes()))
                    log = self.world.folder / "sign-lobby.log"
                    log.write_text("")
                    lobby.start()
                    # Either it cannot work and says which file, or it gets it anew and is Ready.
                    def settled():
                        if lobby.process.poll() is not None:
                            return "ended"
                        return lobby.is_ready() and "ready"
                    how = wait_until(f"it settles ({log.read_text()[-600:]})", settled)
                    if how == "ended":
                        self.world.running.remove(lobby.process)
                        self.assertGreater(lobby.process.returncode, 0, "it ended by a signal")
                        self.assertIn(name, log.read_text())
                        told += 1
                    else:
                        lobby.stop()
                    self.assertEqual(lobby.digest(), wanted)
        shutil.rmtree(state)
        shutil.copytree(good, state)
        lobby.start()
        self.converge()
        print(f"damaged state: {told} of {len(names) * len(ways)} told and ended, the others mended")


del FleetTest

if __name__ == "__main__":
    unittest.main()
