"""A backup of a server that runs; what is restored from it elsewhere goes on with the same devices."""

import unittest

from fleet import FleetTest, Server, wait_until


class Backup(FleetTest):
    devices = ("sign-lobby", "sign-paris")

    def test_backup_restore_and_the_next_release(self):
        folder = self.world.folder / "backup"
        before = self.digests()
        backup = ("flyball-server", "--config", self.server.config, "--state", self.server.state, "backup", folder)
        self.world.run(*backup)
        self.assertNotEqual(self.world.run(*backup, want=None).code, 0)  # Never into a folder that is there.
        self.assertEqual(folder.stat().st_mode & 0o077, 0)

        # A release that the backup has not, so that devices are ahead of it.
        self.checkout.edit("fleet.yaml", "welcome: ", "welcome: after the backup ")
        self.checkout.commit("After the backup")
        self.checkout.push("--quiet", "origin", "main")
        self.converge()
        ahead = self.server.sequence()
        self.server.stop()

        other = Server(self.world, "elsewhere")
        restore = ("flyball-server", "--config", other.config, "--state", other.state, "restore", folder)
        self.world.run(*restore)
        self.assertNotEqual(self.world.run(*restore, want=None).code, 0)  # Never over a state that is there.
        other.ports = self.server.ports
        token = self.server.state / "admin.token"
        (other.state / "admin.token").write_text(token.read_text())
        type(self).server = other.start()
        for device in self.fleet.values():
            device.server = other
        wait_until("the release of the backup is in force", lambda: other.get("/api/v1/overview")["release"])
        self.checkout.git("remote", "set-url", "origin", str(other.repository))
        self.checkout.push("--quiet", "origin", "main")
        self.checkout.edit("fleet.yaml", "welcome: ", "welcome: restored ")
        revision = self.checkout.commit("After the restore")
        self.checkout.push("--quiet", "origin", "main")
        wait_until("it is in force", lambda: other.head() == revision)
        self.converge()
        self.assertGreater(other.sequence(), ahead)
        for device in self.fleet.values():
            self.assertIn("welcome = restored ", device.read("/srv/sign/sign.conf"))
        self.assertNotEqual(self.digests(), before)
        self.assertIn("intact", self.world.run("flyball", "audit", "verify").said)

    def test_what_is_no_backup(self):
        nowhere = self.world.folder / "nowhere"
        for words in (("restore", nowhere), ("restore", self.world.folder), ("backup", self.world.folder / "x")):
            state = self.world.folder / "fresh"
            done = self.world.run("flyball-server", "--config", self.server.config, "--state", state, *words, want=None)
            self.assertNotEqual(done.code, 0, done)
            self.assertTrue(done.err.startswith("flyball-server: "), done)
            self.assertFalse((state / "flyball.db").exists())


del FleetTest

if __name__ == "__main__":
    unittest.main()
