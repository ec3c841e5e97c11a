import tempfile
import unittest

import invariants
import tree

ROW = "| Id | What holds |\n| --- | --- |\n| S6 atomic files | … |\n"


class Invariants(unittest.TestCase):
    def test_every_invariant_of_the_page_has_a_test_and_every_id_in_a_test_is_on_the_page(self):
        self.assertEqual(invariants.violations(), [])

    def test_one_side_without_the_other_is_refused(self):
        cases = [
            ("named in a title", ROW, "TEST(Files, S6_WhollyOldOrWhollyNew)", []),
            ("named in a comment", ROW, "// S6: wholly old or wholly new.\nTEST(Files, Replaces)", []),
            ("not on the page", ROW, "// S6, S7: intent first.\n", ["src/os/a_test.cpp:1: S7 is not in docs/invariants.md; add its row"]),
            ("without a test", ROW, "TEST(Files, Replaces)", ["docs/invariants.md: S6 is named by no test"]),
            ("code is no claim", ROW, "// S6\ntemplate <class S1> S1 make(S1 S2);", []),
        ]
        for name, page, test, want in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                tree.lay(root, {"docs/invariants.md": page, "src/os/a_test.cpp": test})
                self.assertEqual(invariants.violations(tree.Path(root)), want)


if __name__ == "__main__":
    unittest.main()
