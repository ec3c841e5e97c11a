"""Pushes to the repository that the server hosts: wrong ones are refused in the push's own output, and no device moves."""

import re
import shutil
import signal
import threading
import unittest

from fleet import TOP, Checkout, FleetTest, wait_until

WRONG = TOP / "tests/golden/wrong"


def lay(source, target):
    """The files of a case over those that are there; a link replaces what it stands for."""
    for path in sorted(source.rglob("*")):
        to = target / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            to.mkdir(parents=True, exist_ok=True)
        else:
            to.unlink(missing_ok=True)
            shutil.copy(path, to, follow_symlinks=False)


class Pushes(FleetTest):
    devices = ("sign-lobby", "sign-paris")

    def setUp(self):
        """Each test pushes from a clone of its own, so that what was refused is in nobody's way."""
        self.clone = Checkout(self.world, f"clone-{self.id().rpartition('.')[2]}")
        self.world.run("git", "clone", "--quiet", self.server.repository, self.clone.folder)
        self.pid = self.server.process.pid
        self.before = self.digests()
        self.sequence = self.server.sequence()

    def assert_nothing_moved(self):
        self.assertEqual(self.server.sequence(), self.sequence)
        self.untouched(self.before)

    def refuse(self, *words, force=False):
        """Pushes, which fails and says these words; the branch stays where it was."""
        head = self.world.run("git", "-C", self.server.repository, "rev-parse", "main").out
        pushed = self.clone.push("--quiet", *(["--force"] if force else []), "origin", "HEAD:main", want=None)
        self.assertNotEqual(pushed.code, 0, pushed)
        for word in words:
            self.assertIn(word, pushed.said)
        self.assertEqual(self.world.run("git", "-C", self.server.repository, "rev-parse", "main").out, head)
        return pushed.said

    def wait_for(self, revision):
        wait_until(f"{revision} is in force", lambda: self.server.head() == revision)
        self.converge()

    def test_a_rewritten_history(self):
        self.clone.git("commit", "--quiet", "--amend", "--message", "Rewritten")
        self.refuse("rejected")
        self.refuse("non-fast-forward", force=True)
        self.assert_nothing_moved()

    def test_an_unrelated_history(self):
        self.clone.git("checkout", "--quiet", "--orphan", "other")
        self.clone.commit("From nowhere")
        self.refuse("non-fast-forward", force=True)
        self.assert_nothing_moved()

    def test_deletion_of_the_branch(self):
        done = self.clone.push("origin", ":main", want=None)
        self.assertNotEqual(done.code, 0)
        self.assertRegex(done.said, "cannot be deleted|deletion prohibited|deny")
        self.assert_nothing_moved()

    def test_what_does_not_compile_is_told_with_its_place(self):
        self.clone.edit("groups/signs.yaml", "mode: \"0644\"", "mod: \"0644\"")
        self.clone.commit("A typo")
        said = self.refuse("error[E", "groups/signs.yaml:", "^^^", "mode", "every device keeps what it has")
        self.assertNotIn(str(self.world.folder / "server"), said.replace(f"To {self.server.repository}", "").replace(f"'{self.server.repository}'", ""))
        self.assert_nothing_moved()

    def test_every_wrong_repository_that_we_know(self):
        """Each as `flyball validate` refuses it, laid over the fleet in force; what it says is in the push's output."""
        cases = sorted(path for path in WRONG.iterdir() if path.name != "base" and (path / "session").exists())
        self.assertGreater(len(cases), 30)
        said_nothing = []
        for case in cases:
            with self.subTest(case.name):
                self.clone.git("reset", "--quiet", "--hard", "origin/main")
                self.clone.git("clean", "-qfdx")
                for path in self.clone.folder.iterdir():
                    if path.name != ".git":
                        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                lay(WRONG / "base/repository", self.clone.folder)
                if (case / "without").exists():
                    for name in (case / "without").read_text().split():
                        target = self.clone.folder / name
                        shutil.rmtree(target) if target.is_dir() and not target.is_symlink() else target.unlink()
                if (case / "repository").exists():
                    lay(case / "repository", self.clone.folder)
                if case.name == "fifty-megabytes":
                    self.clone.write("devices/more.yaml", "kind: devices\n" + ("#" * 1023 + "\n") * 50 * 1024)
                self.clone.commit(case.name)
                if not self.clone.git("diff", "--stat", "origin/main").out:
                    continue
                wanted = re.search(r"^error\[(E\d+)\]", (case / "session").read_text(), re.MULTILINE)
                if wanted is None:
                    said_nothing.append(case.name)
                    continue
                self.refuse(f"error[{wanted.group(1)}]", "every device keeps what it has")
        self.assertLess(len(said_nothing), 8, said_nothing)
        self.assert_nothing_moved()

    def test_a_symbolic_link_out_of_the_repository(self):
        target = self.clone.folder / "files/sign.conf"
        target.unlink()
        target.symlink_to("/etc/passwd")
        self.clone.commit("A link")
        said = self.refuse("error[E")
        self.assertNotIn("root:", said)
        self.assert_nothing_moved()

    def test_a_binary_template(self):
        self.clone.write("files/sign.conf", b"\x00\x01\xff\xfe" * 100)
        self.clone.commit("Binary")
        self.refuse("error[E", "files/sign.conf")
        self.assert_nothing_moved()

    def test_names_that_would_lead_elsewhere(self):
        for name in ("..", ".git"):
            blob = self.world.run("git", "-C", self.clone.folder, "hash-object", "-w", "--stdin", stdin="x").out.strip()
            inner = self.world.run("git", "-C", self.clone.folder, "mktree", stdin=f"100644 blob {blob}\tevil\n").out.strip()
            tree = self.world.run("git", "-C", self.clone.folder, "mktree", stdin=f"040000 tree {inner}\t{name}\n").out.strip()
            commit = self.clone.git("commit-tree", tree, "-p", "origin/main", "-m", "x").out.strip()
            done = self.clone.push("origin", f"{commit}:main", want=None)
            self.assertNotEqual(done.code, 0, done)
        self.assert_nothing_moved()

    def test_an_empty_tree(self):
        self.clone.git("rm", "-rq", ".")
        self.clone.commit("Nothing")
        self.refuse("error[E")
        self.assert_nothing_moved()

    def test_another_fleets_repository(self):
        self.clone.edit("fleet.yaml", "id: demo-3c9f02b7", "id: other-11111111")
        revision = self.clone.commit("Another fleet")
        pushed = self.clone.push("origin", "HEAD:main", want=None)
        self.assertRegex(pushed.said, "never changes its id")
        self.assert_nothing_moved()
        # Taken by git, so the way on is a commit.
        if pushed.code == 0:
            self.assertEqual(self.server.get("/api/v1/overview")["trouble"]["revision"], revision)
            self.clone.git("revert", "--no-edit", "HEAD")
            self.clone.push("--quiet", "origin", "HEAD:main")
            wait_until("the trouble is over", lambda: self.server.get("/api/v1/overview")["trouble"] is None)

    def test_another_branch_and_a_tag_are_taken_and_change_nothing(self):
        self.clone.edit("fleet.yaml", "welcome: ", "welcome: not yet ")
        self.clone.commit("On a branch")
        done = self.clone.push("origin", "HEAD:refs/heads/topic", "HEAD:refs/tags/v1")
        self.assertNotIn("flyball:", done.said)
        self.assert_nothing_moved()

    def test_a_push_that_a_guard_holds_and_an_approval(self):
        many = "".join(f"  /srv/many/{i}: {{ content: \"{i}\\n\" }}\n" for i in range(60))
        self.clone.write("groups/signs.yaml", (self.clone.folder / "groups/signs.yaml").read_text().replace("files:\n", "files:\n" + many, 1)
                         .replace("directories:\n", "directories:\n  /srv/many: {}\n", 1))
        self.clone.commit("Many files")
        self.clone.push("--quiet", "origin", "HEAD:main")
        self.converge()
        lobby = self.fleet["sign-lobby"]
        self.assertEqual(lobby.read("/srv/many/59"), "59\n")
        self.before, self.sequence = self.digests(), self.server.sequence()

        self.clone.git("revert", "--no-edit", "HEAD")
        revision = self.clone.head()
        said = self.clone.push("origin", "HEAD:main").said
        self.assertIn("HELD", said)
        held = re.search(r"flyball release approve (\d+)", said).group(1)
        self.assert_nothing_moved()
        self.assertIn(f"held {held}", self.world.run("flyball", "status").out)
        wrong = self.world.run("flyball", "release", "approve", "9999", "--reason", "x", want=None)
        self.assertNotEqual(wrong.code, 0)
        self.assertNotEqual(self.world.run("flyball", "release", "approve", held, want=None).code, 0)

        self.server.stop()  # It waits over a restart, under the number that people were told.
        self.server.start()
        wait_until("it is held again", lambda: f"held {held}" in self.world.run("flyball", "status", want=None).out)
        self.untouched(self.before)
        self.world.run("flyball", "release", "approve", held, "--reason", "OPS-7: the files go")
        self.wait_for(revision)
        wait_until("the files are gone", lambda: lobby.read("/srv/many/59") is None)
        self.assertIn("OPS-7", self.world.run("flyball", "audit", "log").out)
        again = self.world.run("flyball", "release", "approve", held, "--reason", "again", want=None)
        self.assertNotEqual(again.code, 0)

    def test_pushes_in_a_row_end_with_the_last(self):
        outputs = []

        def push(revision):
            outputs.append(self.clone.push("origin", f"{revision}:main", want=None))

        revisions = []
        for i in range(5):
            self.clone.edit("fleet.yaml", "welcome: ", f"welcome: {i} ")
            revisions.append(self.clone.commit(f"Welcome {i}"))
        pushers = [threading.Thread(target=push, args=(revision,)) for revision in revisions]
        for pusher in pushers:
            pusher.start()
        for pusher in pushers:
            pusher.join()  # Each hears something: none hangs.
        if self.world.run("git", "-C", self.server.repository, "rev-parse", "main").out.strip() != revisions[-1]:
            push(revisions[-1])
        self.wait_for(revisions[-1])
        self.assertIn("welcome = 4 3 2 1 0 ", self.fleet["sign-paris"].read("/srv/sign/sign.conf"))
        self.assertEqual(self.server.process.pid, self.pid)

    def test_a_push_while_the_server_is_away(self):
        self.server.stop(signal.SIGKILL)
        self.clone.edit("fleet.yaml", "welcome: ", "welcome: later ")
        revision = self.clone.commit("Later")
        said = self.clone.push("origin", "HEAD:main").said
        self.assertIn("the server is not running here", said)
        self.assertEqual(self.digests(), self.before)
        self.clone.edit("fleet.yaml", "kind: fleet", "kind: flee")
        self.clone.commit("Wrong")
        self.refuse("error[E")
        self.server.start()
        self.wait_for(revision)
        self.assertIn("welcome = later ", self.fleet["sign-paris"].read("/srv/sign/sign.conf"))


if __name__ == "__main__":
    unittest.main()
