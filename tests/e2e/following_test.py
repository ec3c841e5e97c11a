"""A server that follows a repository elsewhere: by looking, and told by a webhook."""

import hashlib
import hmac
import unittest

from fleet import Checkout, Device, FleetTest, Server, World, wait_until

SECRET = "between us and the forge"


class Following(FleetTest):
    poll = "1s"

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        remote = cls.world.folder / "forge.git"
        cls.world.run("git", "init", "--quiet", "--bare", remote)
        cls.checkout = Checkout(cls.world).begin("demo", remote)
        cls.checkout.push()
        cls.server = Server(cls.world, config=f"repository:\n  remote: file://{remote}\n  poll: {cls.poll}\n  hook_secrets: [{SECRET}]\n").start()
        cls.server.login()
        wait_until("the first release", lambda: cls.server.get("/api/v1/overview")["release"])
        cls.fleet = {"sign-paris": Device(cls.world, cls.server, "sign-paris")}
        for device in cls.fleet.values():
            device.enroll()
            device.start()
        cls.converge()

    def trouble(self):
        return self.server.get("/api/v1/overview")["trouble"]

    def says(self, welcome):
        self.checkout.edit("fleet.yaml", "welcome: ", f"welcome: {welcome} ")
        return self.checkout.commit(welcome)

    def arrives(self, revision):
        wait_until(f"{revision} is in force", lambda: self.server.head() == revision)
        self.converge()


class Polling(Following):
    def test_a_commit_arrives(self):
        revision = self.says("polled")
        self.checkout.push()
        self.arrives(revision)

    def test_a_wrong_commit_is_refused_and_the_next_heals(self):
        before = self.digests()
        self.checkout.edit("fleet.yaml", "kind: fleet", "kind: flee")
        wrong = self.checkout.commit("Wrong")
        self.checkout.push()
        wait_until("it is refused", lambda: (self.trouble() or {}).get("what") == "refused")
        self.assertIn("refused", self.world.run("flyball", "status").out)
        self.assertIn("fleet.yaml", self.world.run("flyball", "status").out)
        self.untouched(before)
        self.checkout.git("revert", "--no-edit", wrong)
        self.checkout.push()
        self.arrives(self.checkout.head())
        self.assertIsNone(self.trouble())

    def test_a_rewritten_history_freezes_until_it_is_repaired(self):
        good = self.says("good")
        self.checkout.push()
        self.arrives(good)
        before, sequence = self.digests(), self.server.sequence()
        self.checkout.git("reset", "--quiet", "--hard", "HEAD~1")
        self.says("rewritten")
        self.checkout.push("--force", "origin", "main")
        wait_until("it is frozen", lambda: (self.trouble() or {}).get("what") == "frozen")
        said = self.world.run("flyball", "status").out
        self.assertIn("rewritten", said)
        self.assertIn("since", said)
        since = self.trouble()["since"]
        self.says("on top of what was rewritten")
        self.checkout.push("origin", "main")
        looked = self.server.get("/api/v1/repository")["fetched"]
        wait_until("it looks again", lambda: self.server.get("/api/v1/repository")["fetched"] > looked)
        self.assertEqual((self.trouble()["what"], self.trouble()["since"]), ("frozen", since))
        self.untouched(before)
        self.checkout.git("reset", "--quiet", "--hard", good)
        self.checkout.push("--force", "origin", "main")
        wait_until("it is over", lambda: self.trouble() is None)
        self.assertEqual(self.server.sequence(), sequence)
        self.assertNotIn("frozen", self.world.run("flyball", "status").out)
        after = self.says("after the repair")
        self.checkout.push()
        self.arrives(after)

    def test_a_remote_that_is_gone_freezes_and_comes_back(self):
        before = self.digests()
        forge = self.world.folder / "forge.git"
        away = forge.rename(self.world.folder / "away.git")
        wait_until("it is frozen", lambda: (self.trouble() or {}).get("what") == "frozen")
        self.assertIn("frozen", self.world.run("flyball", "status").out)
        self.assertNotEqual(self.world.run("flyball", "status", "--detailed-exitcode", want=None).code, 0)
        self.untouched(before)
        away.rename(forge)
        wait_until("it is over", lambda: self.trouble() is None)

    def test_a_branch_that_is_gone_freezes_and_comes_back(self):
        before = self.digests()
        forge = self.world.folder / "forge.git"
        self.world.run("git", "-C", forge, "update-ref", "refs/heads/kept", "main")
        self.world.run("git", "-C", forge, "update-ref", "-d", "refs/heads/main")
        wait_until("it is frozen", lambda: (self.trouble() or {}).get("what") == "frozen")
        self.untouched(before)
        self.world.run("git", "-C", forge, "update-ref", "refs/heads/main", "kept")
        wait_until("it is over", lambda: self.trouble() is None)

    def test_a_held_release_that_leaves_the_branch_can_no_longer_be_approved(self):
        many = "".join(f"  /srv/many/{i}: {{ content: \"{i}\\n\" }}\n" for i in range(60))
        signs = (self.checkout.folder / "groups/signs.yaml").read_text()
        self.checkout.write("groups/signs.yaml", signs.replace("files:\n", "files:\n" + many, 1).replace("directories:\n", "directories:\n  /srv/many: {}\n", 1))
        full = self.checkout.commit("Many")
        self.checkout.push()
        self.arrives(full)
        self.checkout.write("groups/signs.yaml", signs)
        self.checkout.commit("They leave")
        self.checkout.push()
        held = wait_until("it is held", lambda: self.server.get("/api/v1/overview")["held"])["sequence"]
        self.checkout.git("reset", "--quiet", "--hard", full)
        self.checkout.push("--force", "origin", "main")
        wait_until("nothing is held", lambda: self.server.get("/api/v1/overview")["held"] is None)
        self.assertNotEqual(self.world.run("flyball", "release", "approve", str(held), "--reason", "x", want=None).code, 0)
        self.assertEqual(self.server.head(), full)


class Webhook(Following):
    poll = "24h"

    def hook(self, forge, body, **headers):
        return self.server.call("POST", f"/api/v1/hooks/{forge}", body, headers={name.replace("_", "-"): value for name, value in headers.items()})[0]

    def test_a_signed_webhook_wakes_and_another_does_not(self):
        body = '{"ref":"refs/heads/main"}'
        sign = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        wrong = hmac.new(b"guessed", body.encode(), hashlib.sha256).hexdigest()
        calls = ({"X_Hub_Signature_256": f"sha256={sign}"}, {"X_Gitea_Signature": sign}, {"X_Gitlab_Token": SECRET})
        for forge, headers in zip(("github", "gitea", "gitlab"), calls):
            revision = self.says(forge)
            self.checkout.push()
            before = self.server.head()
            self.assertEqual(self.hook(forge, body, X_Hub_Signature_256=f"sha256={wrong}", X_Gitea_Signature=wrong, X_Gitlab_Token="guessed"), 403)
            self.assertEqual(self.hook(forge, body + " ", **({} if forge == "gitlab" else headers)), 403)
            self.assertEqual(self.server.head(), before)
            self.assertEqual(self.hook(forge, body, **headers), 202)
            self.arrives(revision)


del Following, FleetTest  # They stand for no test of their own.

if __name__ == "__main__":
    unittest.main()
