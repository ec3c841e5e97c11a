import tempfile
import unittest

import tree
import words


class Words(unittest.TestCase):
    def test_the_tree_names_no_machine_no_registry_and_nothing_left_open(self):
        self.assertEqual(list(words.violations()), [])

    def test_each_rule_finds_its_case(self):
        cases = [
            ("a workplace", "x\nsee " + "/" + "work/main", "a.txt:2: a path of one machine: " + "/" + "work/main"),
            ("a mirror", "http://deb.debian.org/debian", "a.txt:1: a package registry: deb.debian.org"),
            ("left open", "// TODO later", "a.txt:1: work left open: TODO"),
        ]
        for name, text, want in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                tree.lay(root, {"a.txt": text})
                self.assertEqual(list(words.violations(tree.Path(root))), [want])

    def test_ordinary_text_passes(self):
        text = "build/work/x, ./work/y, https://www.debian.org/, /home/alice/.ssh, /etc/work, $ROOT/work/z\n"
        with tempfile.TemporaryDirectory() as root:
            tree.lay(root, {"a.txt": text})
            self.assertEqual(list(words.violations(tree.Path(root))), [])


if __name__ == "__main__":
    unittest.main()
