import tempfile
import unittest

import documents
import tree


class Documents(unittest.TestCase):
    def test_every_relative_link_leads_somewhere(self):
        self.assertEqual(documents.violations(), [])

    def test_a_broken_link_is_named_with_its_line(self):
        cases = [
            ("no such file", "\n[x](gone.md)\n", ["a.md:2: gone.md leads nowhere"]),
            ("no such heading", "[x](b.md#gone)\n", ["a.md:1: b.md#gone names no heading of b.md"]),
            ("no such heading here", "[x](#gone)\n", ["a.md:1: #gone names no heading of a.md"]),
            ("a reference", "[x]: gone.md\n", ["a.md:1: gone.md leads nowhere"]),
            ("a picture", "![x](gone.png)\n", ["a.md:1: gone.png leads nowhere"]),
        ]
        for name, text, want in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                tree.lay(root, {"a.md": text, "b.md": "# Here\n"})
                self.assertEqual(documents.violations(tree.Path(root)), want)

    def test_what_leads_somewhere_or_elsewhere_passes(self):
        text = ("# A `b` of it, twice\n[x](b.md) [x](b.md#it-is-here) [x](#a-b-of-it-twice) [x](docs/) [x](https://example.org/gone)\n"
                "`[x](gone.md)`\n```\n[x](gone.md)\n```\n")
        with tempfile.TemporaryDirectory() as root:
            tree.lay(root, {"a.md": text, "b.md": "## It is here!\n", "docs/c.md": ""})
            self.assertEqual(documents.violations(tree.Path(root)), [])


if __name__ == "__main__":
    unittest.main()
